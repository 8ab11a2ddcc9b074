"""Searches rank, explain, filter and count as they say."""

from __future__ import annotations

import numpy as np
import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.errors import QueryError, UnknownCaseError
from koopkg.linking import Linked
from koopkg.model import Document, Link
from koopkg.namespaces import PREFIXES, case_iri
from koopkg.ontology import Concept, Label
from koopkg.search import FACETS, Filters, Reason, SearchEngine
from koopkg.search.reasons import reasons_for
from koopkg.search.scoring import PARTS, WEIGHTS, ConceptScorer, fuse

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
def test_cases_about_exactly_that_come_first(text: str, best: set[str], engine: SearchEngine) -> None:
    assert {hit.id for hit in engine.search(text).hits[: len(best)]} == best


@pytest.mark.parametrize("text", EXPECTED)
def test_every_hit_has_two_reasons_and_a_score_with_parts(text: str, engine: SearchEngine) -> None:
    result = engine.search(text)
    assert result.hits
    for hit in result.hits:
        assert len(hit.reasons) >= 2
        assert 0 <= hit.score <= 1
        assert set(hit.parts) <= set(PARTS)
        assert all(0 <= part <= 1 for part in hit.parts.values())
        total = sum(result.weights[name] for name in hit.parts)
        mean = sum(result.weights[name] * part for name, part in hit.parts.items()) / total
        assert hit.score == pytest.approx(mean, abs=1e-3)


@pytest.mark.parametrize("text", EXPECTED)
def test_every_reason_points_at_a_fact_that_holds(text: str, engine: SearchEngine, tiny: Settings, tiny_documents: dict[str, Document]) -> None:
    """A statement is in the graph, a passage stands at its offsets."""
    store = ox.Store.read_only(str(snapshot.open_files(tiny.data).graph))
    for hit in engine.search(text).hits:
        for reason in hit.reasons:
            assert_holds(reason, hit.id, store, tiny_documents[hit.id])


def test_reasons_of_similar_cases_hold_too(engine: SearchEngine, tiny: Settings, tiny_documents: dict[str, Document]) -> None:
    store = ox.Store.read_only(str(snapshot.open_files(tiny.data).graph))
    hits = engine.similar("bauhof-gruenkraut-bodnegg").hits
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


def test_snippet_highlights_words_of_the_query(engine: SearchEngine) -> None:
    hit = engine.search("Standesamt zusammenlegen").hits[0]
    marked = {hit.snippet.text[start:end].lower() for start, end in hit.snippet.highlights}
    assert any("standes" in word for word in marked)


def test_reasons_speak_the_language_asked_for(engine: SearchEngine) -> None:
    assert engine.search("Standesamt", language="en").hits[0].reasons[0].text == "Same task: registry office and resident registration"
    assert engine.search("Standesamt", language="de").hits[0].reasons[0].text == "Gleiche Aufgabe: Standesamt und Meldewesen"


@pytest.mark.parametrize(
    ("text", "filters", "message"),
    [
        ("", Filters(), "q: is empty"),
        ("  \n", Filters(), "q: is empty"),
        ("x" * 20_000, Filters(), "q: has 20,000 characters; at most 5,000"),
        ("Bauhof", Filters(sector=("bauhof",)), "sector: 'bauhof' is no value of this filter; nearest: 'baubetriebshof'"),
        ("Bauhof", Filters(state=("Hesen",)), "state: 'Hesen' is no value of this filter; nearest: 'Hessen'"),
        ("Bauhof", Filters(country=("Deutschland",)), "country: 'Deutschland' is no value"),
    ],
)
def test_bad_requests_are_named(text: str, filters: Filters, message: str, engine: SearchEngine) -> None:
    with pytest.raises(QueryError) as caught:
        engine.search(text, filters)
    assert message in str(caught.value)


@pytest.mark.parametrize(("limit", "offset"), [(0, 0), (101, 0), (10, -1), (10, 9_999)])
def test_pages_out_of_range_are_refused(limit: int, offset: int, engine: SearchEngine) -> None:
    with pytest.raises(QueryError):
        engine.search("Bauhof", limit=limit, offset=offset)


def test_unknown_case_is_refused(engine: SearchEngine) -> None:
    with pytest.raises(UnknownCaseError, match="'nix' is no case"):
        engine.similar("nix")


@pytest.mark.parametrize("text", ["Gemeinde", "Verein und Zweckverband", "Kosten"])
def test_facet_counts_equal_the_hits_behind_them(text: str, engine: SearchEngine) -> None:
    for chosen in (Filters(), Filters(state=("Hessen", "Bayern"))):
        for facet in engine.search(text, chosen).facets:
            for value in facet.values:
                narrowed = Filters(**{**chosen.by_facet(), facet.name: (value.value,)})
                assert engine.search(text, narrowed).total == value.count, (facet.name, value.value)


def test_broader_legal_form_covers_the_narrower(engine: SearchEngine) -> None:
    found = {entry.document.id for entry in engine.cases(Filters(legal_form=("oeffentlich-rechtliche-vereinbarung",))).entries}
    assert {"standesamt-lossetal", "bauhof-gruenkraut-bodnegg", "bauhof-hueckeswagen-wipperfuerth"} <= found


def test_land_may_be_named_in_english_or_lower_case(engine: SearchEngine) -> None:
    assert engine.cases(Filters(state=("bavaria",))).total == engine.cases(Filters(state=("Bayern",))).total > 0


def test_every_facet_has_a_filter_and_a_name() -> None:
    assert set(Filters().by_facet()) == set(FACETS)


def test_pages_do_not_overlap(engine: SearchEngine) -> None:
    whole = [hit.id for hit in engine.search("gemeinsame Aufgabe der Gemeinden").hits]
    pages = [hit.id for offset in range(len(whole)) for hit in engine.search("gemeinsame Aufgabe der Gemeinden", limit=1, offset=offset).hits]
    assert pages == whole
    assert len(set(whole)) == len(whole)


def test_each_part_can_be_switched_off(engine: SearchEngine) -> None:
    for part in PARTS:
        assert set(engine.search("Bauhof", parts=[part]).hits[0].parts) == {part}


def test_same_query_gives_the_same_answer(engine: SearchEngine) -> None:
    assert engine.search("Verein im Dorf") == engine.search("Verein im Dorf")


@given(st.lists(st.tuples(*[st.floats(0, 1)] * 3), min_size=1, max_size=20))
def test_fusion_stays_in_range_and_ignores_the_order_of_parts(rows: list[tuple[float, float, float]]) -> None:
    columns = dict(zip(PARTS, np.array(rows).T, strict=True))
    fused = fuse(columns, WEIGHTS)
    assert ((fused >= 0) & (fused <= 1 + 1e-12)).all()
    np.testing.assert_allclose(fused, fuse(dict(reversed(columns.items())), WEIGHTS))
    assert (fused >= np.min(list(columns.values()), axis=0) - 1e-12).all()


def test_concept_counts_cover_narrower_concepts(engine: SearchEngine) -> None:
    counts = {iri.rpartition("vocab/")[2]: len(cases) for iri, cases in engine.cases_by_concept.items()}
    assert counts["legal-form/oeffentlich-rechtliche-vereinbarung"] == 3
    assert counts["sector/friedhof"] == 2


def test_concepts_of_a_scheme_that_search_does_not_know_do_no_harm(engine: SearchEngine) -> None:
    """The ontology will grow schemes; a query that names their concepts still has to be answered."""
    scorer = ConceptScorer(engine.entries, engine.ontology)
    link = Link("https://w3id.org/koopkg/vocab/new/thing", "new", "thing", 0.9, ())
    scores = scorer.scores(scorer.weights(Linked("de", (link,), ())))
    assert (scores == 0).all()
    concept = Concept(link.iri, "new", "thing", (Label("Ding", "de", "pref"),), (), (), ())
    case = engine.entries[0].document.case
    reasons = reasons_for(case, [concept], None, ontology=engine.ontology, passage=None, title_words=[], text_words=[])
    assert {reason.kind for reason in reasons} == {"task", "service"}
