"""A document without a record becomes a draft: every value with its passage, found by search, never counted as a case, changed by people alone."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from koopkg import graph, snapshot
from koopkg.config import Settings
from koopkg.confirming import case_file, confirm
from koopkg.drafting import ASKED, TAKEN, as_case, draft_of, reviewed
from koopkg.errors import DocumentError
from koopkg.export import export
from koopkg.kinship import likeness, sketch
from koopkg.model import IS_CASE, OTHER_CASE, Decided, Decision, Draft, FactorEvidence, Mention, Obstacle, Proposal, Review, Verdict
from koopkg.namespaces import concept_iri
from koopkg.ontology import Ontology, bundled_shapes, bundled_triples
from koopkg.pipeline import IngestReport, Several, ingest
from koopkg.register import Register
from koopkg.reviewing import decided, open_questions, question_named
from koopkg.reviews import ReviewError, Reviews, add_reviews, read_reviews
from koopkg.search import Filters, list_cases, search
from koopkg.snapshot import OpenSnapshot
from tests.conftest import TINY, Silent, run_koopkg, settings_of, with_vectors
from tests.koopkg import made_files as made

DEPOT = """Gemeinsamer Bauhof für Adelebsen und Dransfeld

Die Gemeinde Adelebsen und die Stadt Dransfeld im Landkreis Göttingen betreiben seit 2014 einen gemeinsamen Bauhof.
Sie haben dafür einen Zweckverband gegründet. Der Zweckverband räumt Schnee, pflegt Grünflächen und wartet die Fahrzeuge beider Kommunen.
Adelebsen stellt den Leiter. Dransfeld bringt die Halle ein.
Die beiden Gemeinden sparen nach eigenen Angaben 60.000 Euro im Jahr.
"""
STATUTE = """§ 1 Zweckverband

Ein Zweckverband ist eine Körperschaft des öffentlichen Rechts. Gemeinden können sich zu einem Zweckverband zusammenschließen.
Die Verbandssatzung muss Namen und Sitz bestimmen. Sie bedarf der Genehmigung der Aufsichtsbehörde.
"""
KNOWN = """Bauhof der Gemeinden Grünkraut und Bodnegg

Die Gemeinden Grünkraut und Bodnegg im Landkreis Ravensburg betreiben seit 2021 einen gemeinsamen Bauhof. Die beiden Gemeinden teilen sich die Fahrzeuge.
Grünkraut erledigt den Winterdienst und die Pflege der Friedhöfe für beide Gemeinden. Die Räte haben der Vereinbarung zugestimmt.
"""
LIST = """Vier Beispiele aus dem Landkreis Göttingen

Adelebsen und Dransfeld: gemeinsamer Bauhof, Zweckverband seit 2014.

Duderstadt: Bürger betreiben den Dorfladen als Genossenschaft.

Rosdorf und Friedland: Das Standesamt führt Rosdorf nach einer Zweckvereinbarung.

Bovenden: Der Bürgerbus gehört einem Verein.
"""
HERE = ("sectors=baubetriebshof", "cooperation_type=interkommunal", "places=03159001", "places=03159009", "state=Niedersachsen", "status=aktiv")


def name_of(stem: str, text: str) -> str:
    return f"{stem}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


DEPOT_ID, STATUTE_ID, KNOWN_ID = name_of("bauhof", DEPOT), name_of("gesetz", STATUTE), name_of("bekannt", KNOWN)
LIST_ID = name_of("liste", LIST)


Read = tuple[Settings, IngestReport, OpenSnapshot]


@pytest.fixture(scope="module")
def read(tiny: Settings, tmp_path_factory: pytest.TempPathFactory) -> Read:
    """The same three documents taken in once, for tests that only look."""
    folder = tmp_path_factory.mktemp("read")
    shutil.copytree(tiny.data, folder / "data")
    (folder / "desk").mkdir()
    for stem, text in (("bauhof", DEPOT), ("gesetz", STATUTE), ("bekannt", KNOWN)):
        (folder / "desk" / f"{stem}.txt").write_text(text, encoding="utf-8")
    settings = settings_of(folder / "data")
    return settings, *taken_in(folder / "desk", settings)


@pytest.fixture
def desk(read: Read, tmp_path: Path, tiny_copy: Settings) -> Path:
    """A folder with three documents, beside a data folder that knows the tiny cases, and the vectors of these documents."""
    shutil.copytree(read[0].data.with_name("desk"), tmp_path / "desk")
    shutil.copytree(read[0].cache_folder, tiny_copy.cache_folder, dirs_exist_ok=True)
    assert tiny_copy.corpus == tmp_path / "corpus"
    return tmp_path / "desk"


def opened_now(settings: Settings) -> OpenSnapshot:
    return OpenSnapshot(snapshot.open_files(settings.data), settings)


def taken_in(desk: Path, settings: Settings) -> tuple[IngestReport, OpenSnapshot]:
    report = ingest([desk], settings, Silent())
    return report, opened_now(settings)


def say(settings: Settings, *answers: tuple[str, Verdict], **told: str) -> None:
    """Answer questions as the command line does."""
    opened = opened_now(settings)
    for name, verdict in answers:
        add_reviews(settings.reviews_folder, [decided(opened, question_named(opened, name), verdict, **told)])


def state_of(draft: Draft, key: str) -> str | None:
    return next((proposal.state for proposal in draft.proposals if proposal.key == key), None)


def test_every_value_has_its_passage_and_its_probability(read: Read) -> None:
    _, report, opened = read
    assert (report.accepted, report.drafts, report.rejected) == (8, 3, ())
    draft, document = opened.catalog.draft(DEPOT_ID), opened.catalog.document(DEPOT_ID).document
    assert draft.is_about_case
    assert {"sectors=baubetriebshof", "places=03159001", "places=03159009", "state=Niedersachsen", "started=2014"} <= {item.key for item in draft.proposals}
    for proposal in draft.proposals:
        assert proposal.evidence is not None
        assert document.text[proposal.evidence.start : proposal.evidence.end] == proposal.evidence.quote
        assert proposal.probability is not None
        assert ASKED <= proposal.probability <= 1
        assert proposal.zone == ("taken" if proposal.probability >= TAKEN else "asked")
        assert proposal.state == "proposed"


def test_a_statute_is_about_no_case(read: Read) -> None:
    _, _, opened = read
    draft = opened.catalog.draft(STATUTE_ID)
    assert not draft.is_about_case
    assert draft.is_case < 0.5
    assert opened.drafts is not None
    assert STATUTE_ID not in {entry.case.id for entry in list_cases(opened.drafts, limit=100).entries}


def test_a_document_about_several_cooperations_is_no_draft_of_one(tmp_path: Path, tiny_copy: Settings) -> None:
    """The report, the file of the draft and the question say so, and it is not searched; whoever says that it speaks of one makes a draft of it after all."""
    path = tmp_path / "desk" / "liste.txt"
    path.parent.mkdir()
    path.write_text(LIST, encoding="utf-8")
    report, opened = taken_in(path.parent, tiny_copy)
    draft = opened.catalog.draft(LIST_ID)
    assert report.several == (Several(str(path), draft.cooperations or 0),)
    assert draft.cooperations in (3, 4, 5)
    assert (draft.is_about_case, draft.is_case > 0.5) == (False, True)
    assert opened.drafts is None or LIST_ID not in {entry.case.id for entry in list_cases(opened.drafts, limit=100).entries}
    written = yaml.safe_load((tiny_copy.drafts_folder / f"{LIST_ID}.yaml").read_text(encoding="utf-8"))
    assert written["cooperations"] == draft.cooperations
    [question] = open_questions(opened, read_reviews(tiny_copy.reviews_folder), document=LIST_ID).questions
    assert (question.field, question.probability < 0.5) == (IS_CASE, True)
    say(tiny_copy, (f"{LIST_ID}:is_case=true", "accept"))
    report, opened = taken_in(path.parent, tiny_copy)
    assert (report.several, opened.catalog.draft(LIST_ID).is_about_case) == ((), True)


def test_commands_tell_of_several_cooperations_in_the_language_of_their_reader(tmp_path: Path, tiny_copy: Settings) -> None:
    path = tmp_path / "liste.txt"
    path.write_text(LIST, encoding="utf-8")
    linked = json.loads(run_koopkg("link", str(path), "--json", data=tiny_copy.data).stdout)["case"]
    number = linked["cooperations"]
    assert linked["several"] > 0.5
    german, english = (f"berichtet von mehreren Kooperationen (etwa {number})", f"tells of several cooperations (about {number})")
    assert german in run_koopkg("link", str(path), data=tiny_copy.data).stdout
    assert english in run_koopkg("link", str(path), "--language", "en", data=tiny_copy.data).stdout
    assert f"liste.txt: {german}" in run_koopkg("ingest", str(path), data=tiny_copy.data).stderr
    path.write_text(LIST + "\nEnde.\n", encoding="utf-8")
    assert f"liste.txt: {english}" in run_koopkg("ingest", str(path), "--language", "en", data=tiny_copy.data).stderr
    path.write_text(LIST + "\nSchluss.\n", encoding="utf-8")
    [told] = json.loads(run_koopkg("ingest", str(path), "--json", data=tiny_copy.data).stdout)["several"]
    assert (told["cooperations"], told["told"].partition(";")[0], told["told_de"].partition(";")[0]) == (number, english, german)
    path.write_text(DEPOT, encoding="utf-8")
    alone = json.loads(run_koopkg("link", str(path), "--json", data=tiny_copy.data).stdout)["case"]
    assert alone["cooperations"] is None
    assert alone["several"] < linked["several"]
    assert "mehreren" not in run_koopkg("link", str(path), data=tiny_copy.data).stdout


def test_drafts_are_found_beside_the_cases_and_never_among_them(read: Read, tiny: Settings) -> None:
    before = search(opened_now(tiny), "gemeinsamer Bauhof im Landkreis Göttingen")
    _, _, opened = read
    found = search(opened, "gemeinsamer Bauhof im Landkreis Göttingen")
    assert [hit.id for hit in found.hits] == [hit.id for hit in before.hits]
    assert [hit.score for hit in found.hits] == [hit.score for hit in before.hits]
    assert found.facets == before.facets
    assert found.drafts.hits[0].id == DEPOT_ID
    assert found.drafts.hits[0].iri == f"https://w3id.org/koopkg/draft/{DEPOT_ID}"
    assert DEPOT_ID not in {entry.case.id for entry in list_cases(opened, limit=100).entries}
    narrowed = search(opened, "Bauhof", Filters(state=["Bayern"]))
    assert DEPOT_ID not in {hit.id for hit in narrowed.drafts.hits}
    assert search(opened, "Bauhof", drafts=0).drafts.total == 0


def test_the_graph_proposes_and_states_nothing(read: Read) -> None:
    _, _, opened = read
    store = ox.Store.read_only(str(opened.files.graph))
    prefixes = "PREFIX koop: <https://w3id.org/koopkg/ontology#> PREFIX oa: <http://www.w3.org/ns/oa#> PREFIX org: <http://www.w3.org/ns/org#> "

    def rows(query: str) -> list[list[str]]:
        solutions = store.query(prefixes + query)
        assert isinstance(solutions, ox.QuerySolutions)
        return [[str(value.value) for value in row] for row in solutions]

    assert rows("SELECT (COUNT(DISTINCT ?c) AS ?n) { ?c a koop:Cooperation }") == [["8"]]
    assert rows("SELECT (COUNT(DISTINCT ?c) AS ?n) { ?c a org:OrganizationalCollaboration }") == [["8"]]
    iri = f"https://w3id.org/koopkg/draft/{DEPOT_ID}"
    assert rows(f"SELECT ?p {{ <{iri}> ?p ?o FILTER(STRSTARTS(STR(?p), STR(koop:)) && ?p NOT IN (koop:hasProposal, koop:confidence)) }}") == []
    said = rows(
        f"SELECT ?property ?value ?state ?quote {{ <{iri}> koop:hasProposal ?p . ?p koop:proposedProperty ?property ; oa:hasBody ?value ; "
        "koop:reviewState ?state ; oa:hasTarget/oa:hasSelector/oa:exact ?quote }"
    )
    assert ["https://w3id.org/koopkg/ontology#sector", "https://w3id.org/koopkg/vocab/sector/baubetriebshof", "proposed", "Bauhof"] in said
    graphs = rows(f"SELECT DISTINCT ?g {{ GRAPH ?g {{ <{iri}> ?p ?o }} }}")
    assert graphs == [[f"https://w3id.org/koopkg/graph/draft/{DEPOT_ID}"]]
    assert rows(f"SELECT ?p {{ <https://w3id.org/koopkg/draft/{STATUTE_ID}> ?p ?o }}") == []


def test_a_draft_is_kept_as_a_file(desk: Path, tiny_copy: Settings) -> None:
    """What stands there is what the snapshot has; it goes with its document."""
    _, opened = taken_in(desk, tiny_copy)
    path = tiny_copy.drafts_folder / f"{DEPOT_ID}.yaml"
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert told["document"] == DEPOT_ID
    assert [(item["field"], str(item["value"]), item["state"], item["quote"]) for item in told["fields"]] == [
        (item.field, str(item.value), item.state, item.evidence.quote) for item in opened.catalog.draft(DEPOT_ID).proposals if item.evidence
    ]
    assert "ungeprüft" in path.read_text(encoding="utf-8").splitlines()[0]
    (desk / "bauhof.txt").unlink()
    taken_in(desk, tiny_copy)
    assert not path.exists()
    assert (tiny_copy.drafts_folder / f"{STATUTE_ID}.yaml").exists()


def test_a_page_is_named_where_there_are_pages(tmp_path: Path, tiny_copy: Settings) -> None:
    desk = tmp_path / "desk"
    desk.mkdir()
    (desk / "bauhof.pdf").write_bytes(made.printed("Gemeinsamer Bauhof für Adelebsen und Dransfeld", DEPOT.splitlines()[2:], columns=1))
    _, opened = taken_in(desk, tiny_copy)
    [name] = opened.catalog.drafts()
    assert {proposal.page for proposal in opened.catalog.draft(name).proposals} == {1}


def test_nearly_the_same_text_is_found_once(desk: Path, tiny_copy: Settings) -> None:
    (desk / "zz-kopie.txt").write_text(DEPOT + "Stand: 3. März 2024\n", encoding="utf-8")
    _, opened = taken_in(desk, tiny_copy)
    copy = name_of("zz-kopie", DEPOT + "Stand: 3. März 2024\n")
    assert [kin.id for kin in opened.catalog.alike(DEPOT_ID)] == [copy]
    assert opened.drafts is not None
    listed = {entry.case.id for entry in list_cases(opened.drafts, limit=100).entries}
    assert DEPOT_ID in listed
    assert copy not in listed
    assert list(opened.catalog.questions(copy)) == []
    (desk / "bauhof.txt").unlink()
    _, opened = taken_in(desk, tiny_copy)
    assert opened.drafts is not None
    assert copy in {entry.case.id for entry in list_cases(opened.drafts, limit=100).entries}


@given(st.lists(st.sampled_from("Bauhof Gemeinde Zweckverband Wasser Winter Kosten Rat Jahr".split()), min_size=6, max_size=60))
def test_a_text_is_like_itself_alone(words: list[str]) -> None:
    text = " ".join(words)
    assert likeness(sketch(text), sketch(text)) == 1
    assert likeness(sketch(text), sketch("Ganz anderes steht in diesem Satz, der von einer Schule und ihrem Dach handelt.")) == 0
    assert likeness(sketch(text), sketch(text + " Stand")) == likeness(sketch(text + " Stand"), sketch(text))


def test_a_text_about_a_known_case_is_offered_as_a_document_of_it(desk: Path, tiny_copy: Settings) -> None:
    _, opened = taken_in(desk, tiny_copy)
    assert [offer.id for offer in opened.catalog.offers(KNOWN_ID)] == ["bauhof-gruenkraut-bodnegg"]
    assert opened.catalog.offers(DEPOT_ID) == []
    say(tiny_copy, (f"{KNOWN_ID}:{OTHER_CASE}=bauhof-gruenkraut-bodnegg", "accept"))
    report, opened = taken_in(desk, tiny_copy)
    assert (report.accepted, report.drafts) == (9, 2)
    entry = opened.catalog.entry(opened.catalog.row_of("bauhof-gruenkraut-bodnegg"))
    assert [text.document.id for text in entry.texts] == ["bauhof-gruenkraut-bodnegg", KNOWN_ID]
    assert not (tiny_copy.drafts_folder / f"{KNOWN_ID}.yaml").exists()


def test_an_offer_that_was_refused_does_not_come_again(desk: Path, tiny_copy: Settings) -> None:
    taken_in(desk, tiny_copy)
    say(tiny_copy, (f"{KNOWN_ID}:{OTHER_CASE}=bauhof-gruenkraut-bodnegg", "refuse"))
    _, opened = taken_in(desk, tiny_copy)
    assert opened.catalog.offers(KNOWN_ID) == []
    assert opened.catalog.draft(KNOWN_ID).is_about_case


def test_a_document_whose_case_goes_is_a_draft_again(tmp_path: Path, tiny_vectors: Path) -> None:
    settings, folder, desk = with_vectors(tmp_path / "data", tiny_vectors), tmp_path / "in", tmp_path / "desk"
    folder.mkdir()
    desk.mkdir()
    (desk / "bekannt.txt").write_text(KNOWN, encoding="utf-8")
    for path in sorted(TINY.glob("b*.md")):
        (folder / path.name).write_bytes(path.read_bytes())
    add_reviews(
        settings.reviews_folder, [Review(at="2026-01-01T00:00:00Z", document=KNOWN_ID, field=OTHER_CASE, value="bauhof-gruenkraut-bodnegg", verdict="accept")]
    )
    assert ingest([folder, desk], settings, Silent()).drafts == 0
    (folder / "bauhof-gruenkraut-bodnegg.md").rename(tmp_path / "away.md")
    report = ingest([folder], settings, Silent())
    assert (report.drafts, report.rejected) == (1, ())
    assert opened_now(settings).catalog.drafts() == {KNOWN_ID}
    (tmp_path / "away.md").rename(folder / "bauhof-gruenkraut-bodnegg.md")
    assert ingest([folder], settings, Silent()).drafts == 0


def test_what_people_said_counts_from_the_next_ingest_on(desk: Path, tiny_copy: Settings) -> None:
    first, opened = taken_in(desk, tiny_copy)
    say(tiny_copy, (f"{DEPOT_ID}:sectors=baubetriebshof", "accept"), (f"{DEPOT_ID}:started=2014", "refuse"))
    say(tiny_copy, (f"{DEPOT_ID}:status=aktiv", "replace"), instead="Beendet")
    second, opened = taken_in(desk, tiny_copy)
    assert first.snapshot != second.snapshot
    draft = opened.catalog.draft(DEPOT_ID)
    assert [state_of(draft, key) for key in ("sectors=baubetriebshof", "started=2014", "status=aktiv", "status=beendet")] == [
        "confirmed",
        "refused",
        "refused",
        "confirmed",
    ]
    assert opened.drafts is not None
    case = opened.drafts.catalog.entry(opened.drafts.catalog.row_of(DEPOT_ID)).case
    assert (case.sectors, case.started, case.status) == (("baubetriebshof",), None, "beendet")
    third, _ = taken_in(desk, tiny_copy)
    assert (third.snapshot, third.was_published) == (second.snapshot, False)


def test_a_document_that_is_none_of_a_case_asks_nothing_more(desk: Path, tiny_copy: Settings) -> None:
    taken_in(desk, tiny_copy)
    say(tiny_copy, (f"{DEPOT_ID}:{IS_CASE}=true", "refuse"), (f"{STATUTE_ID}:{IS_CASE}=true", "accept"))
    opened = opened_now(tiny_copy)
    reviews = read_reviews(tiny_copy.reviews_folder)
    assert open_questions(opened, reviews, document=DEPOT_ID).total == 0
    _, opened = taken_in(desk, tiny_copy)
    assert not opened.catalog.draft(DEPOT_ID).is_about_case
    assert opened.catalog.draft(STATUTE_ID).is_about_case
    assert opened.drafts is not None
    assert {STATUTE_ID, KNOWN_ID} == {entry.case.id for entry in list_cases(opened.drafts, limit=100).entries}


def test_questions_come_by_use_and_go_when_answered(desk: Path, tiny_copy: Settings) -> None:
    _, opened = taken_in(desk, tiny_copy)
    reviews = read_reviews(tiny_copy.reviews_folder)
    every = open_questions(opened, reviews, limit=100)
    assert every.total == len(every.questions) == len(list(opened.catalog.questions()))
    uses = [asked.use for asked in opened.catalog.questions()]
    assert uses == sorted(uses, reverse=True)
    first = every.questions[0]
    say(tiny_copy, (first.name, "refuse"))
    left = open_questions(opened, read_reviews(tiny_copy.reviews_folder), limit=100)
    assert [question.name for question in left.questions] == [question.name for question in every.questions[1:]]
    assert open_questions(opened, reviews, limit=2, offset=1).questions == every.questions[1:3]
    of_one = open_questions(opened, reviews, document=KNOWN_ID, limit=100)
    assert {question.document for question in of_one.questions} == {KNOWN_ID}
    for question in every.questions:
        document = opened.catalog.document(question.document).document
        if question.context is not None:
            assert question.context.quote == document.text[question.context.start : question.context.end]
            assert question.context.sentence in document.text


@pytest.mark.parametrize(
    ("name", "verdict", "told", "message"),
    [
        (f"{DEPOT_ID}:sectors=wasser", "accept", {}, "no question about a draft; nearest"),
        ("unbekannt:sectors=wasser", "accept", {}, "no question about a draft"),
        (f"{DEPOT_ID}:sectors=baubetriebshof", "replace", {"instead": "bauhoff"}, "no concept of the scheme sector; nearest: 'baubetriebshof'"),
        (f"{DEPOT_ID}:started=2014", "replace", {"instead": "bald"}, "is no number"),
        (f"{DEPOT_ID}:places=03159001", "replace", {"instead": "99"}, "is no name or official key"),
        (f"{DEPOT_ID}:state=Niedersachsen", "replace", {"instead": "Deutschland"}, "is no Land"),
        (f"{DEPOT_ID}:sectors=baubetriebshof", "term", {"term": " "}, "expected a term"),
        (f"{DEPOT_ID}:started=2014", "term", {"term": "x"}, "no term can be proposed"),
        (f"{DEPOT_ID}:{IS_CASE}=true", "replace", {"instead": "x"}, "can only be accepted or refused"),
    ],
)
def test_an_answer_that_fits_no_question_is_refused(name: str, verdict: Verdict, told: dict[str, str], message: str, read: Read) -> None:
    settings, _, _ = read
    with pytest.raises(ReviewError, match=message):
        say(settings, (name, verdict), **told)
    assert not settings.reviews_folder.exists()


def test_reviews_are_only_ever_added_to(tmp_path: Path) -> None:
    """Also by several processes at once, and behind a line that was cut."""
    first = Review(at="2026-01-01T00:00:00Z", document="a", field="sectors", value="wasser", verdict="accept")
    add_reviews(tmp_path, [first])
    [path] = tmp_path.glob("*.jsonl")
    before = path.read_bytes()
    add_reviews(tmp_path, [replace(first, at="2026-01-02T00:00:00Z", verdict="refuse")])
    assert path.read_bytes().startswith(before)
    reviews = read_reviews(tmp_path)
    assert [review.verdict for review in reviews.all()] == ["refuse"]
    assert reviews.digest("a") != Reviews([first]).digest("a") != Reviews().digest("a") == ""
    path.write_bytes(path.read_bytes() + b'{"at": "x"}\n')
    with pytest.raises(ReviewError, match=r"jsonl:3: document: is no review"):
        read_reviews(tmp_path)


def test_a_confirmed_draft_is_a_case_from_the_next_ingest_on(desk: Path, tiny_copy: Settings) -> None:
    taken_in(desk, tiny_copy)
    say(tiny_copy, *((f"{DEPOT_ID}:{key}", "accept") for key in HERE))
    opened = opened_now(tiny_copy)
    draft = reviewed(opened.catalog.draft(DEPOT_ID), read_reviews(tiny_copy.reviews_folder).of(DEPOT_ID))
    document, corpus = opened.catalog.document(DEPOT_ID).document, tiny_copy.corpus
    told = {"corpus": corpus, "ontology": opened.ontology, "register": Register.bundled()}
    [written] = tiny_copy.reviews_folder.glob("*.jsonl")
    before = written.read_bytes()
    with pytest.raises(DocumentError, match="service: is missing"):
        confirm(draft, document, {}, **told)  # type: ignore[arg-type]
    assert not (corpus / "cases").exists()
    assert written.read_bytes() == before
    path = confirm(draft, document, {"service": "gemeinsamer Bauhof", "id": "bauhof-adelebsen-dransfeld"}, **told)  # type: ignore[arg-type]
    with pytest.raises(ReviewError, match="is there already"):
        confirm(draft, document, {"service": "gemeinsamer Bauhof", "id": "bauhof-adelebsen-dransfeld"}, **told)  # type: ignore[arg-type]
    report = ingest([desk, path.parent], tiny_copy, Silent())
    assert (report.accepted, report.drafts, report.rejected) == (10, 2, ())
    opened = opened_now(tiny_copy)
    entry = opened.catalog.entry(opened.catalog.row_of("bauhof-adelebsen-dransfeld"))
    assert [text.document.id for text in entry.texts] == ["bauhof-adelebsen-dransfeld", DEPOT_ID]
    assert {place.ags for place in entry.case.places} == {"03159001", "03159009"}
    assert (entry.case.legal_form, entry.case.started) == (None, None)  # nobody confirmed them
    sentences = [sentence.strip() for sentence in DEPOT.split(".") if len(sentence) > 30]
    body = path.read_text(encoding="utf-8").split("---", 2)[2]
    assert not [sentence for sentence in sentences if sentence in body]
    first = search(opened, "Bauhof Adelebsen").hits[0]
    assert first.id == "bauhof-adelebsen-dransfeld"


def test_what_a_sentence_tells_becomes_a_factor_or_an_obstacle_with_its_words(read: Read, ontology: Ontology) -> None:
    """What nobody has confirmed is in no record; what only a person named stands there by its name."""
    _, _, opened = read
    entry = opened.catalog.document(DEPOT_ID)
    start = entry.document.text.index("Adelebsen stellt den Leiter")
    mention = Mention(start, start + 27, entry.document.text[start : start + 27])
    told = (
        Decision(concept_iri("success-factor", "augenhoehe"), "success-factor", "augenhoehe", "about", 0.9, (mention,)),
        Decision(concept_iri("obstacle", "finanzielles-risiko"), "obstacle", "finanzielles-risiko", "mentioned", 0.3, (mention,)),
        Decision(concept_iri("obstacle", "flaechenkonflikt"), "obstacle", "flaechenkonflikt", "mentioned", 0.1, (mention,)),
    )
    said = Review(at="2026-01-01T00:00:00Z", document=DEPOT_ID, field="obstacles", value="finanzielles-risiko", verdict="accept")
    other = Review(at="2026-01-01T00:00:00Z", document=DEPOT_ID, field="success_factors", value="vertrauen", verdict="accept")
    reviews = {(item.field, str(item.value)): item for item in (said, other)}
    draft = draft_of(entry.document, entry.linked, Decided(0.95, told, ()), reviews, Register.bundled(), ontology)
    found = {item.key: (item.zone, item.state) for item in draft.proposals if item.field in ("success_factors", "obstacles")}
    assert found == {
        "success_factors=augenhoehe": ("taken", "proposed"),
        "obstacles=finanzielles-risiko": ("asked", "confirmed"),
        "success_factors=vertrauen": ("taken", "confirmed"),
    }
    searched = as_case(draft, Register.bundled(), ontology)
    assert searched.success_factors == (FactorEvidence("vertrauen", "Vertrauen"), FactorEvidence("augenhoehe", mention.quote))
    assert searched.obstacles == (Obstacle(text=mention.quote, obstacle="finanzielles-risiko"),)
    told_of_it = {"title": "Bauhof", "service": "Bauhof", "sectors": "baubetriebshof", "country": "DE", "status": "aktiv", "cooperation_type": "interkommunal"}
    _, raw = case_file(draft, entry.document, told_of_it, ontology=ontology, register=Register.bundled())
    record = yaml.safe_load(raw.decode().split("---\n")[1])
    assert record["success_factors"] == [{"factor": "vertrauen", "evidence": "Vertrauen"}]
    assert record["obstacles"] == [{"text": mention.quote, "obstacle": "finanzielles-risiko"}]


def proposals() -> st.SearchStrategy[Proposal]:
    field, value = st.sampled_from(["sectors", "status", "started"]), st.sampled_from(["a", "b", "c"])
    return st.builds(
        lambda field, value, probability: Proposal(
            field=field, value=value, probability=probability, zone="asked", state="proposed", evidence=Mention(0, 1, "x")
        ),
        field, value, st.floats(0.2, 1),
    )  # fmt: skip


def reviews_of(keys: st.SearchStrategy[tuple[str, str]]) -> st.SearchStrategy[list[Review]]:
    verdicts: st.SearchStrategy[Verdict] = st.sampled_from(["accept", "refuse", "replace"])
    return st.lists(
        st.builds(
            lambda key, verdict, instead, at: Review(
                at=str(at), document="d", field=key[0], value=key[1], verdict=verdict, instead=instead if verdict == "replace" else None
            ),
            keys, verdicts, st.sampled_from(["a", "b", "c"]), st.integers(0, 9),
        ),
        max_size=6,
    )  # fmt: skip


KEYS = st.tuples(st.sampled_from(["sectors", "status", "started"]), st.sampled_from(["a", "b", "c"]))


@given(st.lists(proposals(), unique_by=lambda item: item.key), reviews_of(KEYS))
def test_reviews_say_the_same_however_often_they_are_applied(found: list[Proposal], said: list[Review]) -> None:
    reviews = Reviews(said).of("d")
    once = reviewed(Draft("d", "D", "de", 0.9, True, tuple(found)), reviews)
    assert reviewed(once, reviews) == once
    keys = [proposal.key for proposal in once.proposals]
    assert len(keys) == len(set(keys))
    assert {item.key for item in found} <= set(keys)  # nothing that was proposed is lost
    for (field, value), review in reviews.items():
        if review.verdict == "accept":
            assert state_of(once, f"{field}={value}") == "confirmed"
        if review.verdict == "replace":
            assert state_of(once, f"{field}={review.instead}") == "confirmed"


def graph_lines(settings: Settings) -> Iterator[bytes]:
    yield from export(snapshot.open_files(settings.data), "nq").splitlines()


def test_a_draft_goes_whole(desk: Path, tiny_copy: Settings) -> None:
    taken_in(desk, tiny_copy)
    assert any(DEPOT_ID.encode() in line for line in graph_lines(tiny_copy))
    (desk / "bauhof.txt").unlink()
    taken_in(desk, tiny_copy)
    assert not any(DEPOT_ID.encode() in line for line in graph_lines(tiny_copy))


def test_drafts_satisfy_the_shapes(read: Read, ontology: Ontology) -> None:
    _, _, opened = read
    text, run = opened.catalog.document(DEPOT_ID), graph.LinkingRun("x", "https://w3id.org/koopkg/ontology/x")
    quads = graph.document_quads(text.document, text.linked, ontology, Register.bundled(), run, draft=opened.catalog.draft(DEPOT_ID))
    quads += [*graph.provenance_quads(run, [DEPOT_ID]), *graph.place_quads(["03159001", "03159009", "03159", "03"], ontology, Register.bundled())]
    quads += graph.ontology_quads(bundled_triples(), ontology)
    assert graph.validate(graph.to_ntriples(quad.triple for quad in quads), bundled_shapes()) == []
