"""Every kind of reason is given where question and case share it and only there, rests on a fact, and the most telling come first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyoxigraph as ox
import pytest

from koopkg.model import CONCEPT_FIELDS, CaseField
from koopkg.namespaces import case_iri, concept_iri, document_iri, place_iri
from koopkg.search import FactSource, Hit, Reason
from koopkg.snapshot import OpenSnapshot
from tests.koopkg.test_search import assert_holds
from tests.koopkg.worlds import SECTION, hits_for, hits_like, record, world

VOLL: dict[str, Any] = {
    "area_type": "laendlich",
    "status": "aktiv",
    "sectors": ["baubetriebshof", "strassen-wege"],
    "legal_form": "zweckverband",
    "legal_form_evidence": "Der Verband hat eine eigene Satzung",
    "cooperation_type": ["interkommunal"],
    "initiative": "bottom-up",
    "orientation": "strategisch",
    "approach": "integriert",
    "actors": ["kommune"],
    "phase": "betrieb",
    "success_factors": [{"factor": "augenhoehe", "evidence": "Alle stimmen mit gleichem Gewicht ab"}],
    "activities": ["gruenpflege"],
    "services": ["buergerbus"],
    "view": "eng-gedacht",
    "coordination_unit": {"name": "Stab", "tasks": ["monitoring-evaluation"]},
    "triggers": [
        {"challenge": "finanzielle-kapazitaet", "evidence": "Die Kassen waren leer"},
        {"demographic_trend": "alterung", "evidence": "Die Leute werden älter"},
        {"trend": "digitale-transformation", "evidence": "Alles wird elektronisch"},
    ],
    "obstacles": [{"text": "Niemand wusste, wer entscheidet", "obstacle": "unklare-zustaendigkeit"}],
    "municipal_roles": [{"role": "traeger", "evidence": "Der Ort trägt es selbst"}],
    "state": "Nordrhein-Westfalen",
    "places": [{"name": "Wipperfürth", "kind": "Stadt", "ags": "05374052"}],
}
ANDERS: dict[str, Any] = {
    "title": "Vorhaben Morgenrot",
    "title_en": "Project Sunrise",
    "area_type": "staedtisch",
    "status": "geplant",
    "sectors": ["energie-strom"],
    "legal_form": "gmbh",
    "legal_form_evidence": "Die Anteile liegen je zur Hälfte",
    "cooperation_type": ["koproduktion"],
    "initiative": "top-down",
    "orientation": "aufgabenorientiert",
    "approach": "sektoral",
    "actors": ["verein"],
    "phase": "konzeption",
    "success_factors": [{"factor": "freiwilligkeit", "evidence": "Wer nicht will, bleibt draußen"}],
    "activities": ["carsharing"],
    "services": ["dorfladen"],
    "view": "weiter-gedacht",
    "coordination_unit": {"name": "Kreis", "tasks": ["oeffentlichkeitsarbeit"]},
    "triggers": [
        {"challenge": "gesetzesaenderung", "evidence": "Die Pflicht kam neu hinzu"},
        {"demographic_trend": "bevoelkerungsrueckgang", "evidence": "Die Jungen gehen fort"},
        {"trend": "prosumer", "evidence": "Es soll weniger verbraucht werden"},
    ],
    "obstacles": [{"text": "Alles kam später als gedacht", "obstacle": "verzoegerung"}],
    "municipal_roles": [{"role": "unterstuetzung", "evidence": "Der Ort hilft mit Geld"}],
    "state": "Bayern",
    "places": [{"name": "Söchtenau", "kind": "Gemeinde", "ags": "09187174"}],
}
"""Two cases that share no concept and no place."""
LEER: dict[str, Any] = {"sectors": ["friedhof"]}
BODIES = {
    "voll": {SECTION: "Seit Langem wird hier gemeinsam gebaut und gemessen. Die Zeppeline stehen bereit.", "Hürden": "Viel Nebel lag über dem Feld."},
    "anders": {SECTION: "Am Anfang stand ein Brief. Dann kam Schwung in die Sache, und Kinder sangen dazu."},
    "leer": {
        SECTION: "Laternen leuchten am Ufer, wo Laternen und Leuchttürme seit hundert Jahren aufgestellt werden.",
        "Organisation und Ablauf": "Schwimmende Brücken aus Holz tragen Fußgänger über den Fluss, damit niemand auf eine Fähre warten muss.",
    },
}


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory, known_vectors: Path) -> OpenSnapshot:
    fields = {"voll": VOLL, "anders": ANDERS, "leer": LEER}
    return world(tmp_path_factory, known_vectors, *(record(name, body=BODIES[name], **values) for name, values in fields.items()))


def kinds(hit: Hit) -> list[str]:
    return [reason.kind for reason in hit.reasons]


def of_kind(hit: Hit, kind: str) -> list[Reason]:
    return [reason for reason in hit.reasons if reason.kind == kind]


def slug_and_evidence(field: CaseField, fields: dict[str, Any]) -> tuple[str, str | None]:
    """What a record says in a field, and the words that support it."""
    records = [item for value in fields.values() for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
    record = fields if field.name in fields else next(item for item in records if field.name in item)
    value = record[field.name]
    return value[0] if isinstance(value, list) else value, record.get(field.evidence) if field.evidence else None


@pytest.mark.parametrize("scheme", CONCEPT_FIELDS)
@pytest.mark.parametrize(("fields", "sharing", "other"), [(VOLL, "voll", "anders"), (ANDERS, "anders", "voll")], ids=["voll", "anders"])
def test_a_concept_that_is_shared_is_a_reason_and_no_other(scheme: str, fields: dict[str, Any], sharing: str, other: str, three: OpenSnapshot) -> None:
    """For every field that holds concepts: asked for by its name, with the words of the record that support it."""
    slug, evidence = slug_and_evidence(CONCEPT_FIELDS[scheme], fields)
    label = three.ontology.concept(scheme, slug).label("de")
    hits = hits_for(three, label)
    [reason] = of_kind(hits[sharing], f"shared-{scheme}")
    assert reason.values["label"] == label
    assert (reason.fact.value, reason.fact.quote) == (concept_iri(scheme, slug), evidence)
    for name in {other, "leer"}:
        assert not [reason for reason in hits[name].reasons if reason.fact.value == concept_iri(scheme, slug)]
        assert f"shared-{scheme}" not in kinds(hits[name])


def test_a_narrower_concept_is_shared_and_a_broader_one_is_not(three: OpenSnapshot) -> None:
    [reason] = of_kind(hits_for(three, "Energie")["anders"], "shared-sector")
    assert reason.fact.value == concept_iri("sector", "energie-strom")
    narrower = hits_for(three, "öffentlich-rechtliche Form")["voll"]
    assert [reason.fact.value for reason in of_kind(narrower, "shared-legal-form")] == [concept_iri("legal-form", "zweckverband")]
    assert "shared-legal-form" not in kinds(hits_for(three, "Pflichtverband")["voll"])


def test_cases_say_what_they_share_with_a_case(three: OpenSnapshot) -> None:
    """Nothing here, whichever is asked about: they were made so."""
    for name in ("voll", "anders", "leer"):
        for hit in hits_like(three, name).values():
            assert not [kind for kind in kinds(hit) if kind.startswith("shared-")]


def test_a_related_task_is_a_reason_where_the_task_itself_is_none(three: OpenSnapshot) -> None:
    hits = hits_for(three, "Friedhof")
    [reason] = of_kind(hits["voll"], "related-sector")
    labels = {"label": three.ontology.concept("sector", "baubetriebshof").label("de"), "asked": three.ontology.concept("sector", "friedhof").label("de")}
    assert dict(reason.values) == labels
    assert reason.fact.value == concept_iri("sector", "baubetriebshof")
    assert "related-sector" not in kinds(hits["leer"]) + kinds(hits["anders"])
    assert "shared-sector" in kinds(hits["leer"])
    itself = kinds(hits_for(three, "Baubetriebshof")["voll"])  # it has a related task too
    assert "shared-sector" in itself
    assert "related-sector" not in itself


@pytest.mark.parametrize(
    ("text", "sharing", "label", "key"),
    [
        ("Wipperfürth", "voll", "Wipperfürth", "05374052"),
        ("Söchtenau", "anders", "Söchtenau", "09187174"),
        ("Bayern", "anders", "Bayern", "09"),
        ("Nordrhein-Westfalen", "voll", "Nordrhein-Westfalen", "05"),
    ],
)
def test_a_place_asked_for_is_a_reason_where_the_case_lies_there(text: str, sharing: str, label: str, key: str, three: OpenSnapshot) -> None:
    """A member, or the Land."""
    hits = hits_for(three, text)
    [reason] = of_kind(hits[sharing], "place")
    assert (reason.values["label"], reason.fact.value) == (label, place_iri(key))
    assert reason.fact.property == ("koop:land" if len(key) == 2 else "koop:member")
    assert not [name for name, hit in hits.items() if name != sharing and of_kind(hit, "place")]


@pytest.mark.parametrize(("text", "words"), [("Wie geht es dem Morgenrot?", "Morgenrot"), ("which project has the sunrise and who runs it", "Sunrise")])
def test_words_of_the_title_are_a_reason(text: str, words: str, three: OpenSnapshot) -> None:
    """Of the title in the language of the question; a word that every title has is none."""
    hits = hits_for(three, text)
    [reason] = of_kind(hits["anders"], "title")
    assert reason.values["words"] == words
    assert reason.fact.value == (f"{'Project' if words == 'Sunrise' else 'Vorhaben'} {words}")
    assert not [name for name in ("voll", "leer") if of_kind(hits[name], "title")]
    assert not [hit for hit in hits_for(three, "Vorhaben").values() if of_kind(hit, "title")]


def test_words_of_the_text_are_a_reason_with_their_place(three: OpenSnapshot) -> None:
    """Of another passage than the one that is shown: what the snippet marks is in plain sight."""
    hits = hits_for(three, "Leuchtturm mit Laterne und Brücke")
    [reason] = of_kind(hits["leer"], "words")
    assert hits["leer"].snippet.section == SECTION
    assert reason.values["words"] == "Brücken"
    text = three.catalog.document("leer").document.text
    assert text[reason.fact.start : reason.fact.end] == "Brücken"
    assert reason.fact.document == document_iri("leer")
    assert not [name for name in ("voll", "anders") if of_kind(hits[name], "words")]
    assert not of_kind(hits_for(three, "Leuchtturm mit Laterne")["leer"], "words")


def test_words_that_the_title_has_too_are_not_told_twice(three: OpenSnapshot) -> None:
    for hit in hits_for(three, "Laternen in Leer").values():
        told = [word for reason in hit.reasons if reason.kind in ("title", "words") for word in reason.values["words"].split(", ")]
        assert len(told) == len({word.casefold() for word in told})


def test_a_word_of_title_and_text_is_told_of_the_title_alone(tmp_path_factory: pytest.TempPathFactory, known_vectors: Path) -> None:
    bodies: dict[str, str | dict[str, str]] = {
        "eins": {SECTION: "Der Leuchtturm steht, wo ein Kahn liegt.", "Hürden": "Am Leuchtturm fehlte ein Ruder."},
        "zwei": "Zweiter Text.",
        "drei": "Dritter Text.",
    }
    titles = {"eins": "Vorhaben Leuchtturm", "zwei": "Vorhaben Sonnenuhr", "drei": "Vorhaben Kornblume"}
    lights = world(tmp_path_factory, known_vectors, *(record(name, body=bodies[name], title=titles[name]) for name in bodies))
    hit = hits_for(lights, "Leuchtturm mit Kahn und Ruder")["eins"]
    assert [reason.values["words"] for kind in ("title", "words") for reason in of_kind(hit, kind)] == ["Leuchtturm", "Ruder"]


NEAREST = "Eine Laterne hilft nicht, wenn man zu Fuß über das Wasser will und nur ein Boot hinüberfährt."
"""Shares a word with one passage and its meaning with another."""


def test_the_passage_closest_in_meaning_is_a_reason_where_it_is_not_the_snippet(three: OpenSnapshot) -> None:
    """Found by brute force over the passages; a case with one passage has none, and a question with a word of the nearest passage neither."""
    hits = hits_for(three, NEAREST)
    passages = [passage for passage in three.catalog.document("leer").document.passages if not passage.is_title]
    similarities = three.encoder.encode_document([passage.text for passage in passages]) @ three.encoder.encode_query([NEAREST])[0]
    nearest = passages[int(np.argmax(similarities))]
    assert nearest.section == "Organisation und Ablauf"
    [reason] = of_kind(hits["leer"], "meaning")
    assert (reason.fact.start, reason.fact.end, reason.fact.quote) == (nearest.start, nearest.end, nearest.text)
    assert reason.values["quote"] == nearest.text
    assert hits["leer"].snippet.start != nearest.start
    assert "meaning" not in kinds(hits["anders"])
    both = hits_for(three, "schwimmende Brücken aus Holz für Fußgänger über den Fluss")["leer"]
    assert both.snippet.start == nearest.start
    assert "meaning" not in kinds(both)


def test_of_equal_passages_the_first_is_the_snippet(three: OpenSnapshot) -> None:
    """One word of the question in each of two passages; with two in the second that is shown."""
    assert hits_for(three, "Brücken und Ufer")["leer"].snippet.section == SECTION
    assert hits_for(three, "Brücken aus Holz und Ufer")["leer"].snippet.section == "Organisation und Ablauf"


def test_a_case_that_shares_nothing_has_no_reason(three: OpenSnapshot) -> None:
    """Of one passage, which is shown: that it is the closest of all says nothing."""
    assert kinds(hits_for(three, "Quasare und Neutronensterne")["anders"]) == []


def test_a_reason_names_the_source_of_its_record(three: OpenSnapshot, tmp_path_factory: pytest.TempPathFactory, known_vectors: Path) -> None:
    """The numbered source that a nested record cites, else the record of the case; of a passage its document."""
    cited = {"factor": "augenhoehe", "evidence": "Alle stimmen ab", "source": 1}
    one = world(tmp_path_factory, known_vectors, record("eins", body="Text.", success_factors=[cited]))
    [reason] = of_kind(hits_for(one, one.ontology.concept("success-factor", "augenhoehe").label("de"))["eins"], "shared-success-factor")
    assert reason.fact.source == FactSource(1, "Amtsblatt", "https://example.org/amtsblatt")
    [reason] = of_kind(hits_for(three, "Zweckverband")["voll"], "shared-legal-form")
    assert reason.fact.source == FactSource(None, "Vorhaben Voll", case_iri("voll"))
    [reason] = of_kind(hits_for(three, NEAREST)["leer"], "meaning")
    assert reason.fact.source == FactSource(None, "Vorhaben Leer", document_iri("leer"))


QUESTIONS = [
    *("Bauhof", "GmbH in Bayern", "Zweckverband auf Augenhöhe in Wipperfürth, ländlich, im Betrieb", "Friedhof mit Laternen", NEAREST),
    *("Vorhaben Voll mit Zeppelinen", "electricity in Bavaria", "Quasare", "Nebel über Schwung", "Energie, geplant, von unten, strategisch"),
]


@pytest.mark.parametrize("text", QUESTIONS)
def test_reasons_rest_on_facts_are_few_and_do_not_repeat_the_snippet(text: str, three: OpenSnapshot) -> None:
    store = ox.Store.read_only(str(three.files.graph))
    for hit in hits_for(three, text).values():
        assert len(hit.reasons) <= 5
        assert all(len(of_kind(hit, kind)) <= 2 for kind in kinds(hit))
        for reason in hit.reasons:
            assert_holds(reason, hit.id, store, three.catalog.document(hit.id).document)
            if reason.fact.type == "passage":
                assert reason.fact.start is not None
                assert not hit.snippet.start <= reason.fact.start < hit.snippet.start + len(hit.snippet.text)


def test_what_tells_most_comes_first(three: OpenSnapshot) -> None:
    """What adds most to the score: by the weight of the field, however the question orders it, then words."""
    text = "Phase Betrieb, ländlich, auf Augenhöhe, Baubetriebshof, Wipperfürth"
    assert kinds(hits_for(three, text)["voll"])[:3] == ["shared-sector", "place", "shared-success-factor"]
    assert kinds(hits_for(three, ", ".join(reversed(text.split(", "))))["voll"])[:3] == ["shared-sector", "place", "shared-success-factor"]
    assert kinds(hits_for(three, "Zeppeline von Voll mit Zweckverband")["voll"])[:2] == ["shared-legal-form", "title"]


def test_of_one_weight_the_rarer_comes_first(tmp_path_factory: pytest.TempPathFactory, known_vectors: Path) -> None:
    """Two tasks: the one that a single case has before the one that all have, however the question orders them."""
    three = world(
        tmp_path_factory,
        known_vectors,
        record("eins", body="Erster Text.", sectors=["abfall", "kita"]),
        record("zwei", body="Zweiter Text.", sectors=["kita"]),
        record("drei", body="Dritter Text.", sectors=["kita"]),
    )
    labels = {slug: three.ontology.concept("sector", slug).label("de") for slug in ("abfall", "kita")}
    for text in (f"{labels['kita']} und {labels['abfall']}", f"{labels['abfall']} und {labels['kita']}"):
        found = of_kind(hits_for(three, text)["eins"], "shared-sector")
        assert [reason.values["label"] for reason in found] == [labels["abfall"], labels["kita"]]


def test_of_one_field_two_reasons_are_told(tmp_path_factory: pytest.TempPathFactory, known_vectors: Path) -> None:
    factors = ["augenhoehe", "freiwilligkeit", "kommunikation"]
    said = [{"factor": slug, "evidence": f"Beleg {number}"} for number, slug in enumerate(factors)]
    one = world(tmp_path_factory, known_vectors, record("eins", body="Text.", success_factors=said))
    labels = [one.ontology.concept("success-factor", slug).label("de") for slug in factors]
    assert len(of_kind(hits_for(one, ", ".join(labels))["eins"], "shared-success-factor")) == 2
