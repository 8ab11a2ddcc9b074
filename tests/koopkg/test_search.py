"""Searches rank, explain, filter and count as they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyoxigraph as ox
import pytest

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.errors import QueryError, UnknownCaseError
from koopkg.model import Document, Language
from koopkg.namespaces import PREFIXES, case_iri
from koopkg.search import SIGNALS, Filters, Reason, list_cases, search, similar
from koopkg.search.question import question_of_text
from koopkg.search.scoring import Scoring
from koopkg.sentences import sentence_of
from koopkg.snapshot import OpenSnapshot

EXPECTED = {
    "gemeinsamer Bauhof von drei kleinen Gemeinden": {"bauhof-gruenkraut-bodnegg", "bauhof-hueckeswagen-wipperfuerth"},
    "Buergerbus im Dorf": {"buergerbus-kirchhundem"},
    "Wir wollen unseren Dorfladen als Genossenschaft weiterführen": {"dorfladen-crainfeld-eg"},
    "joint drinking water supply": {"betriebsfuehrung-wasser-soechtenau-prutting"},
    "Standesamt zusammenlegen": {"standesamt-lossetal"},
    "Schwimmunterricht für Schulen": {"zweckverband-hallenbad-nord-guenzburg"},
    "bilingual nursery across the border": {"kita-salut-saarbruecken"},
}


@pytest.mark.parametrize(("text", "best"), EXPECTED.items())
def test_cases_about_exactly_that_come_first(text: str, best: set[str], opened: OpenSnapshot) -> None:
    assert {hit.id for hit in search(opened, text).hits[: len(best)]} == best


@pytest.mark.parametrize("text", EXPECTED)
def test_every_hit_has_two_reasons_and_a_score_with_parts(text: str, opened: OpenSnapshot) -> None:
    result, scoring, nothing = search(opened, text), Scoring.bundled(), question_of_text(opened, text).meaning.nothing
    assert result.hits
    for hit in result.hits:
        assert len(hit.reasons) >= 2
        assert 0 <= hit.score <= 1
        assert set(hit.parts) <= {signal.name for signal in SIGNALS}
        assert all(0 <= part <= 1 for part in hit.parts.values())
        odds = scoring.odds({name: np.array([part], np.float32) for name, part in hit.parts.items()}, nothing)
        assert hit.score == pytest.approx(float(scoring.probabilities(odds)[0]), abs=2e-3)
        assert result.weights == {name: scoring.weights[name] for name in hit.parts}


@pytest.mark.parametrize("text", EXPECTED)
def test_every_reason_points_at_a_fact_that_holds(text: str, opened: OpenSnapshot, tiny: Settings, tiny_documents: dict[str, Document]) -> None:
    """A statement is in the graph, a passage stands at its offsets."""
    store = ox.Store.read_only(str(snapshot.open_files(tiny.data).graph))
    for hit in search(opened, text).hits:
        for reason in hit.reasons:
            assert_holds(reason, hit.id, store, tiny_documents[hit.id])


def test_reasons_of_similar_cases_hold_too(opened: OpenSnapshot, tiny: Settings, tiny_documents: dict[str, Document]) -> None:
    store = ox.Store.read_only(str(snapshot.open_files(tiny.data).graph))
    hits = similar(opened, "bauhof-gruenkraut-bodnegg").hits
    assert hits[0].id == "bauhof-hueckeswagen-wipperfuerth"
    for hit in hits:
        for reason in hit.reasons:
            assert_holds(reason, hit.id, store, tiny_documents[hit.id])


def assert_holds(reason: Reason, case_id: str, store: ox.Store, document: Document) -> None:
    fact = reason.fact
    if fact.type == "passage":
        assert fact.start is not None
        assert fact.end is not None
        assert 0 <= fact.start < fact.end <= len(document.text)
        assert fact.quote is None or document.text[fact.start : fact.end] == fact.quote
        return
    assert fact.property is not None
    assert fact.value is not None
    prefix, _, local = fact.property.partition(":")
    predicate = ox.NamedNode(PREFIXES[prefix] + local)
    values = {str(getattr(quad.object, "value", "")) for quad in store.quads_for_pattern(ox.NamedNode(case_iri(case_id)), predicate, None)}
    assert fact.value in values, reason


def test_snippet_highlights_words_of_the_query(opened: OpenSnapshot) -> None:
    hit = search(opened, "Standesamt zusammenlegen").hits[0]
    marked = {hit.snippet.text[start:end].lower() for start, end in hit.snippet.highlights}
    assert any("standes" in word for word in marked)


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "Same task: registry office and resident registration"), ("de", "Gleiche Aufgabe: Standesamt und Meldewesen")]
)
def test_reasons_speak_the_language_asked_for(language: Language, sentence: str, opened: OpenSnapshot) -> None:
    reason = search(opened, "Standesamt", language=language).hits[0].reasons[0]
    assert sentence_of(reason.kind, reason.values, language) == sentence


@pytest.mark.parametrize("language", ["de", "en"])
def test_titles_speak_the_language_asked_for(language: Language, opened: OpenSnapshot) -> None:
    hits = search(opened, "Bauhof", language=language).hits
    assert [hit.title for hit in hits] == [opened.catalog.entry(opened.catalog.row_of(hit.id)).case.title_in(language) for hit in hits]
    assert any("depot" in hit.title.lower() for hit in hits) == (language == "en")


@pytest.mark.parametrize(
    ("text", "filters", "message"),
    [
        ("", Filters(), "q: is empty"),
        ("  \n", Filters(), "q: is empty"),
        ("x" * 120_000, Filters(), "q: has 120,000 characters; at most 100,000"),
        ("Bauhof", Filters(sector=("bauhof",)), "sector: 'bauhof' is no value of this filter; nearest: 'baubetriebshof'"),
        ("Bauhof", Filters(state=("Hesen",)), "state: 'Hesen' is no value of this filter; nearest: 'Hessen'"),
        ("Bauhof", Filters(country=("Deutschland",)), "country: 'Deutschland' is no value"),
    ],
)
def test_bad_requests_are_named(text: str, filters: Filters, message: str, opened: OpenSnapshot) -> None:
    with pytest.raises(QueryError) as caught:
        search(opened, text, filters)
    assert message in str(caught.value)


@pytest.mark.parametrize(("limit", "offset"), [(0, 0), (101, 0), (10, -1), (10, 9_999)])
def test_pages_out_of_range_are_refused(limit: int, offset: int, opened: OpenSnapshot) -> None:
    with pytest.raises(QueryError):
        search(opened, "Bauhof", limit=limit, offset=offset)


def test_unknown_case_is_refused(opened: OpenSnapshot) -> None:
    with pytest.raises(UnknownCaseError, match="'nix' is no case"):
        similar(opened, "nix")


@pytest.mark.parametrize("text", ["Gemeinde", "Verein und Zweckverband", "Kosten"])
def test_facet_counts_equal_the_hits_behind_them(text: str, opened: OpenSnapshot) -> None:
    for chosen in (Filters(), Filters(state=("Hessen", "Bayern"))):
        for facet in search(opened, text, chosen).facets:
            for value in facet.values:
                narrowed = Filters(**{**chosen, facet.name: (value.value,)})
                assert search(opened, text, narrowed).total == value.count, (facet.name, value.value)


def test_broader_legal_form_covers_the_narrower(opened: OpenSnapshot) -> None:
    found = {entry.case.id for entry in list_cases(opened, Filters(legal_form=("oeffentlich-rechtliche-vereinbarung",))).entries}
    assert {"standesamt-lossetal", "bauhof-gruenkraut-bodnegg", "bauhof-hueckeswagen-wipperfuerth"} <= found


def test_land_may_be_named_in_english_or_lower_case(opened: OpenSnapshot) -> None:
    assert list_cases(opened, Filters(state=("bavaria",))).total == list_cases(opened, Filters(state=("Bayern",))).total > 0


def test_a_filter_that_there_is_not_is_refused() -> None:
    with pytest.raises(QueryError, match="sectors: is no filter; expected one of sector, legal_form, state, status, country"):
        Filters(sectors=("kita",))


def test_pages_do_not_overlap(opened: OpenSnapshot) -> None:
    whole = [hit.id for hit in search(opened, "gemeinsame Aufgabe der Gemeinden").hits]
    pages = [hit.id for offset in range(len(whole)) for hit in search(opened, "gemeinsame Aufgabe der Gemeinden", limit=1, offset=offset).hits]
    assert pages == whole
    assert len(set(whole)) == len(whole)


def test_each_part_can_be_switched_off(opened: OpenSnapshot) -> None:
    question = question_of_text(opened, "Bauhof")
    asked = [signal for signal in SIGNALS if signal.ask(question) is not None]
    assert len(asked) >= 3
    for signal in asked:
        assert set(search(opened, "Bauhof", signals=[signal.name]).hits[0].parts) == {signal.name}


def test_same_query_gives_the_same_answer(opened: OpenSnapshot) -> None:
    assert search(opened, "Verein im Dorf") == search(opened, "Verein im Dorf")


def test_concept_counts_cover_narrower_concepts(opened: OpenSnapshot) -> None:
    ontology = opened.ontology
    assert len(opened.cases_of(ontology.concept("legal-form", "oeffentlich-rechtliche-vereinbarung"))) == 3
    assert len(opened.cases_of(ontology.concept("sector", "friedhof"))) == 2


def test_without_explanation_hits_have_neither_parts_nor_reasons(opened: OpenSnapshot) -> None:
    explained, bare = search(opened, "Standesamt"), search(opened, "Standesamt", explain=False)
    assert [replace(hit, parts={}, reasons=()) for hit in explained.hits] == list(bare.hits)
    assert explained.hits[0].reasons


def test_where_nothing_fits_it_is_said_which_words_no_case_has(opened: OpenSnapshot) -> None:
    """Words that a case has in another form are none of them, nor are places and function words; where something fits nothing is lacking."""
    result = search(opened, "Weltraumbahnhof für Raketen am Dorfladen oder in Kiel")
    assert (result.total, result.lacking) == (0, ("Weltraumbahnhof", "Raketen"))
    assert search(opened, "gemeinsamer Bauhof mit Raketen").lacking == ()


def test_numbers_are_no_reason(opened: OpenSnapshot) -> None:
    """That a case speaks of three of something else tells nothing."""
    for text in ("drei Gemeinden mit 3 Bauhöfen und 2.600 Einwohnern", "three municipalities and 3 depots"):
        for hit in search(opened, text).hits:
            words = [str(reason.values.get("words", "")) for reason in hit.reasons]
            assert not any(word.strip().lower() in ("drei", "three", "3", "2", "600") for line in words for word in line.split(","))
