"""What a text says beside its subject is found where it is meant, does what it says to the hits, and can be taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from koopkg.ontology import Ontology
from koopkg.search import Filters, SearchResult, Slot, search, slots_in
from koopkg.search.hits import hit_at
from koopkg.search.question import Question, question_of_text
from koopkg.search.ranking import rank
from koopkg.search.signals import SIGNALS
from koopkg.snapshot import OpenSnapshot
from tests.conftest import DATA
from tests.koopkg.worlds import record, world

OFFICES: dict[str, dict[str, Any]] = {
    "hessisch": {"state": "Hessen", "legal_form": "zweckverband", "started": 2004, "partner_count": 3},
    "bayerisch": {"state": "Bayern", "legal_form": "gmbh", "started": 2015, "partner_count": 9, "cooperation_type": ["public-private"]},
    "saechsisch": {"state": "Sachsen", "legal_form": "oeffentlich-rechtliche-vereinbarung", "started": 2020, "partner_count": 4},
    "formlos": {"state": "Sachsen", "partner_count": 30},
}
"""Cases that do the same and differ in where, how, since when and how many."""


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory, known_vectors: Path) -> OpenSnapshot:
    told: dict[str, Any] = {
        "body": "Das Standesamt ist gemeinsam.",
        "title": "Gemeinsames Standesamt",
        "title_en": "Joint registry office",
        "service": "Standesamt",
    }
    place: dict[str, Any] = {"sectors": ["standesamt-meldewesen"], "activities": ["standesamt"]}
    return world(tmp_path_factory, known_vectors, *(record(name, **{**told, **place, **fields}) for name, fields in OFFICES.items()))


def slots(text: str, opened: OpenSnapshot) -> list[str]:
    """Each slot as its key with its role."""
    return [f"{slot.key} {slot.role}" for slot in slots_in(text, opened.linker.link_query(text), opened.ontology)]


def found(opened: OpenSnapshot, text: str, *without: str) -> set[str]:
    return {hit.id for hit in search(opened, text, without=without).hits}


def keys_of(result: SearchResult) -> list[str]:
    assert result.understood
    return [entry.key for entry in result.understood.all()]


SAID = [
    ("Welche Gemeinden in Hessen haben einen gemeinsamen Bauhof?", ["place/06 condition"]),
    ("Bauhof Hessen", ["place/06 condition"]),
    ("Bauhöfe NRW", ["place/05 condition"]),
    ("Wir suchen Beispiele aus Hessen für einen gemeinsamen Bauhof.", ["place/06 condition"]),
    ("Wir sind drei Gemeinden in Hessen und wollen einen Bauhof.", ["place/06 context", "partners/3 preference"]),
    ("Was können wir in Hessen gemeinsam tun?", ["place/06 context"]),
    ("Zwei hessische Gemeinden möchten ihre Bauhöfe zusammenlegen.", ["place/06 context", "partners/2 preference"]),
    ("Wir sind zwei Orte in Bayern. Welche Vorbilder gibt es in Hessen?", ["place/09 context", "place/06 condition", "partners/2 preference"]),
    ("Bauhof in Oberösterreich oder Steiermark?", ["place/AT-4 condition", "place/AT-6 condition"]),
    ("Bauhof in Hessen, Deutschland", ["place/06 condition"]),
    ("Bauhöfe in den neuen Ländern", ["region/ostdeutschland condition"]),
    ("Standesämter ostdeutscher Gemeinden", ["region/ostdeutschland condition"]),
    ("registry offices in Eastern Germany", ["region/ostdeutschland condition"]),
    ("Feuerwehr in der Oberpfalz", ["region/oberpfalz condition"]),
    ("Der Harz klebt, und das Harz tropft in den Wald, sagt unser Förster.", ["region/harz context"]),
    ("Vier Dörfer mit zusammen 7.000 Einwohnern wollen einen Bauhof", ["partners/4 preference", "inhabitants/1800 preference"]),
    ("Vier Dörfer mit 900 bis 2.600 Einwohnern", ["partners/4 preference", "inhabitants/900-2600 preference"]),
    ("Bauhof für 7.000 Einwohner insgesamt", []),  # how many share them is not told
    ("Bauhof mit eigenem Personal", ["staff/yes preference"]),
    ("Wir wollen Leute einstellen, die den Bauhof führen", ["staff/yes preference"]),
    ("A joint depot that employs its own staff", ["staff/yes preference"]),
    ("Bauhof ohne eigenes Personal", []),
    ("Bauhof nicht in Bayern", ["not/place/09 exclusion"]),
    ("Bauhof, aber kein Zweckverband", ["not/legal-form/zweckverband exclusion"]),
    ("Bauhof ohne GmbH oder Zweckverband", ["not/legal-form/gmbh exclusion", "not/legal-form/zweckverband exclusion"]),
    ("Bauhof, kein Zweckverband, sondern eine GmbH", ["not/legal-form/zweckverband exclusion"]),
    ("a works depot without a limited company", ["not/legal-form/gmbh exclusion"]),
    ("Werkstatt ohne eigene Rechtsform", ["no-legal-person/yes exclusion"]),
    ("a workshop with no legal entity of its own", ["no-legal-person/yes exclusion"]),
    ("Warum sind Bauhöfe gescheitert?", ["outcome/ended preference"]),
    ("Welche Bauhöfe sind noch geplant?", ["outcome/planned preference"]),
    ("Bauhof von 3 bis 5 kleinen Gemeinden", ["partners/3-5 preference"]),
    ("two counties, one vocational school", ["partners/2 preference"]),
    ("Wir haben rund 12 000 Einwohner", ["inhabitants/12000 preference"]),
    ("Dörfer unter 2.000 Einwohnern", ["inhabitants/-2000 preference"]),
    ("a village of 3,500 inhabitants", ["inhabitants/3500 preference"]),
    ("Standesamt seit 2015 gegründet", ["founded/2015- condition"]),
    ("Welche Standesämter wurden nach 2015 gegründet?", ["founded/2016- condition"]),
    ("Which registry offices were founded before 2000?", ["founded/-1999 condition"]),
    ("Glasfaser mit privatem Partner", ["private/yes condition"]),
    ("Wir suchen einen Weg mit privatem Partner.", ["private/yes preference"]),
    ("länderübergreifende Rettungswache", ["cross-border/yes condition"]),
    ("Hochwasserschutz, gern auch grenzüberschreitend", ["cross-border/yes preference"]),
    ("bürgergetragenes Schwimmbad", ["citizens/yes condition"]),
]
NOT_SAID = [
    "Die Gemeinden planen ein Hallenbad",  # what somebody plans is no outcome
    "Wie wir Trinkwasser sparen, ohne dass jemand sein Wasserwerk hergibt",
    "ohne die Gemeinden selbst aufzulösen",
    "Bei uns gibt es keinen Arzt mehr",
    "Wir haben keinen Verein mehr, der das Bad trägt",
    "Nicht ohne Zweckverband",
    "Geboren 2015 in der Klinik",
    "Wir haben seit 2010 einen Vertrag",
    "Schulsozialarbeit zu mehreren finanzieren",
    "Drei Standorte und vier Horte",
    "Eine Gemeinde sucht Partner",
    "Alle zusammen haben wir 12 000 Einwohner",
    "50 Leute kamen zum Fest",
    "Kläranlage für 12 000 Einwohnerwerte",
    "100 000 Franken fehlen",
]


@pytest.mark.parametrize(("text", "expected"), SAID)
def test_what_is_said_is_found_with_what_it_does(text: str, expected: list[str], opened: OpenSnapshot) -> None:
    assert slots(text, opened) == expected


@pytest.mark.parametrize("text", NOT_SAID)
def test_words_that_stand_by_chance_say_nothing(text: str, opened: OpenSnapshot) -> None:
    assert [slot for slot in slots(text, opened) if not slot.startswith("outcome/ended")] == []


@pytest.mark.parametrize("text", [text for text, _ in SAID])
def test_evidence_is_what_stands_at_its_offsets(text: str, opened: OpenSnapshot) -> None:
    for slot in slots_in(text, opened.linker.link_query(text), opened.ontology):
        assert slot.evidence
        assert all(text[mention.start : mention.end] == mention.quote for mention in slot.evidence)


def test_numbers_are_found_without_knowing_what_a_text_names() -> None:
    """What a profile takes."""
    text = "Wir sind drei bis vier Gemeinden mit je rund 4.000 Einwohnern"
    numbers = {slot.kind: (slot.least, slot.most) for slot in slots_in(text)}
    assert numbers == {"partners": (3, 4), "inhabitants": (4000, 4000)}


def test_a_long_text_asks_for_nothing_and_still_tells_of_numbers(opened: OpenSnapshot) -> None:
    text = "Unsere drei Gemeinden in Hessen beraten. " + "Der Zweckverband ist gescheitert, ohne GmbH geht es nicht. Gibt es das in Bayern? " * 8
    assert slots(text, opened) == ["place/06 context", "place/09 context", "partners/3 preference"]


def test_every_region_lies_in_laender_that_there_are(ontology: Ontology) -> None:
    assert len(ontology.regions) > 50
    for region in ontology.regions.values():
        assert region.members
        assert set(region.members) <= ontology.territories.keys()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Standesamt", {"hessisch", "bayerisch", "saechsisch", "formlos"}),
        ("Gibt es ein gemeinsames Standesamt in Hessen?", {"hessisch"}),
        ("Standesamt in Hessen oder Bayern", {"hessisch", "bayerisch"}),
        ("Standesamt in den neuen Ländern", {"saechsisch", "formlos"}),
        ("Wir sind drei Gemeinden in Hessen und wollen ein gemeinsames Standesamt", {"hessisch", "bayerisch", "saechsisch", "formlos"}),
        ("Standesamt nicht in Bayern", {"hessisch", "saechsisch", "formlos"}),
        ("Standesamt, kein Zweckverband", {"bayerisch", "saechsisch", "formlos"}),
        ("Standesamt ohne eigene Rechtsform", {"saechsisch", "formlos"}),  # what is not known is not left out
        ("Standesamt seit 2015 gegründet", {"bayerisch", "saechsisch"}),
        ("Standesamt mit privatem Partner", {"bayerisch"}),
        ("Standesamt in Sachsen, seit 2015 gegründet", {"saechsisch"}),
    ],
)
def test_conditions_leave_the_cases_that_meet_them(text: str, expected: set[str], offices: OpenSnapshot) -> None:
    result = search(offices, text)
    assert {hit.id for hit in result.hits} == expected
    assert result.understood
    assert result.understood.left_out == len(OFFICES) - len(expected)
    assert all(entry.is_met for entry in result.understood.all())
    assert sum(value.count for facet in result.facets if facet.name == "country" for value in facet.values) == len(expected)


def test_a_condition_that_no_hit_meets_is_said_and_not_insisted_on(offices: OpenSnapshot) -> None:
    result = search(offices, "Standesamt in Brandenburg")
    assert {hit.id for hit in result.hits} == OFFICES.keys()
    assert result.understood
    assert [(place.key, place.role, place.is_met) for place in result.understood.places] == [("place/12", "condition", False)]
    assert result.understood.left_out == 0


def test_a_filter_by_land_takes_the_place_of_a_land_in_the_text(offices: OpenSnapshot) -> None:
    result = search(offices, "Standesamt in Hessen", Filters(state=("Bayern",)))
    assert [hit.id for hit in result.hits] == ["bayerisch"]


def test_as_many_members_as_are_told_of_suit_best(offices: OpenSnapshot) -> None:
    """By the number alone, and with a small say in the score."""
    for number, first in (("drei", "hessisch"), ("zehn", "bayerisch"), ("vier", "saechsisch")):
        question = question_of_text(offices, f"Gemeinsames Standesamt für {number} Gemeinden")
        ranking = rank(question, SIGNALS, least=0.0)
        fits = dict(zip((offices.catalog.id_of(int(row)) for row in ranking.rows), ranking.parts["fit"], strict=True))
        assert max(fits, key=lambda name: fits[name]) == first
        assert fits["formlos"] < fits["saechsisch"]
        assert 0 < ranking.weights["fit"] < min(weight for name, weight in ranking.weights.items() if name != "fit")


@pytest.mark.parametrize("text", [text for text, _ in SAID])
def test_all_that_is_taken_back_is_gone_and_told(text: str, opened: OpenSnapshot) -> None:
    """Without every chip a search goes by words and meaning: as for a text in which nothing was recognised."""
    whole = search(opened, text, spelling=False)
    keys = keys_of(whole)
    assert len(keys) == len(set(keys)) > 0
    bare = search(opened, text, spelling=False, without=keys)
    assert keys_of(bare) == []
    assert bare.understood
    assert [taken.key for taken in bare.understood.taken_back] == keys
    question: Question = question_of_text(opened, text, without=keys)
    assert (question.slots, dict(question.asked)) == ((), {})
    ranking = rank(question, SIGNALS)
    assert not {"concepts", "outcome", "fit"} & ranking.parts.keys()
    assert [hit.id for hit in bare.hits] == [hit_at(place, ranking, question, explain=False, language="de").id for place in range(len(ranking.rows))][:10]


@pytest.mark.parametrize(
    ("text", "key", "gained"),
    [
        ("Standesamt in Hessen", "place/06", {"bayerisch", "saechsisch", "formlos"}),
        ("Standesamt, kein Zweckverband", "not/legal-form/zweckverband", {"hessisch"}),
        ("Standesamt in den neuen Ländern", "region/ostdeutschland", {"hessisch", "bayerisch"}),
        ("Standesamt seit 2015 gegründet", "founded/2015-", {"hessisch", "formlos"}),
        ("Standesamt in Hessen", "place/09", set[str]()),  # which the text does not name
    ],
)
def test_what_is_taken_back_leaves_nothing_out(text: str, key: str, gained: set[str], offices: OpenSnapshot) -> None:
    assert found(offices, text, key) - found(offices, text) == gained


def test_a_task_that_is_taken_back_is_no_likely_task_either(offices: OpenSnapshot) -> None:
    text = "Gemeinsames Standesamt"
    assert "standesamt" in question_of_text(offices, text).meaning.tasks
    assert "standesamt" not in question_of_text(offices, text, without=["activity/standesamt"]).meaning.tasks


def test_everyday_texts_say_little_beside_their_subject(opened: OpenSnapshot) -> None:
    """Of texts of everyday life, what leaves cases out is said in those alone that name a Land, a border, or what there shall not be."""
    texts = [line.partition("|")[0].strip() for line in (DATA / "everyday-queries.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    strict = {text: said for text in texts if (said := [slot for slot in slots(text, opened) if slot.endswith(("condition", "exclusion"))])}
    named = ("Wien", "Österreich", "Schweiz", "Landesgrenze", "ohne Kirche")
    assert [text for text in strict if not any(word in text for word in named)] == []


def test_a_slot_is_taken_back_by_kind_and_value() -> None:
    assert Slot("partners", "3", "preference", ()).key == "partners/3"
    assert Slot("land", "06", "condition", ()).key == "place/06"
