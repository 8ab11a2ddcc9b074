"""Documents become quads: the same input the same bytes, curated and extracted apart, checked by shapes that fire."""

from __future__ import annotations

from dataclasses import replace

import pyoxigraph as ox
import pytest

from koopkg import graph
from koopkg.linking import Linker
from koopkg.model import Document, Linked, Place
from koopkg.analyses import Analyses
from koopkg.namespaces import KOOP, PREFIXES, case_iri, curated_graph_iri, document_graph_iri, extracted_graph_iri
from koopkg.ontology import Ontology, bundled_shapes, bundled_triples
from tests.conftest import DATA, RUN

SHAPES = bundled_shapes()


@pytest.fixture(scope="module")
def linked(ontology: Ontology, tiny_documents: dict[str, Document]) -> tuple[Document, Linked]:
    document = tiny_documents["standesamt-lossetal"]
    linker = Linker(ontology, document.cases, Analyses())
    return document, linker.link(document.passages, "de", state=document.cases[0].state)


def test_golden_quads_of_one_document(linked: tuple[Document, Linked], ontology: Ontology, request: pytest.FixtureRequest) -> None:
    """Sorted N-Quads of one case, read line by line when they were recorded; --update-golden rewrites them."""
    golden = DATA / "golden" / "standesamt-lossetal.nq"
    found = graph.canonical_nquads(graph.document_quads(*linked, ontology, RUN))
    if request.config.getoption("--update-golden"):
        golden.write_bytes(found)
    assert found == golden.read_bytes()


def test_same_input_gives_the_same_bytes_in_any_order(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    quads = [*graph.document_quads(*linked, ontology, RUN), *graph.ontology_quads(bundled())]
    assert graph.canonical_nquads(quads) == graph.canonical_nquads(list(reversed(quads)))


def test_document_graphs_hold_no_blank_nodes(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    assert not [
        quad for quad in graph.document_quads(*linked, ontology, RUN) if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode)
    ]


def test_curated_and_extracted_statements_lie_apart(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    """Annotations only in the extracted graph, facts of the cooperation only in the curated one, but for which documents are about it."""
    document, _ = linked
    curated, extracted = ox.NamedNode(curated_graph_iri(document.cases[0].id)), ox.NamedNode(extracted_graph_iri(document.id))
    of_document = ox.NamedNode(document_graph_iri(document.id))
    quads = graph.document_quads(*linked, ontology, RUN)
    assert {quad.graph_name for quad in quads} == {curated, of_document, extracted} == set(map(ox.NamedNode, graph.graphs_of(document)))
    assert {quad.graph_name for quad in quads if quad.predicate.value == f"{KOOP}confidence"} == {extracted}
    about_case = [quad for quad in quads if quad.subject == ox.NamedNode(case_iri(document.cases[0].id))]
    assert {quad.graph_name for quad in about_case if quad.predicate.value != f"{KOOP}documentedIn"} == {curated}
    assert {quad.graph_name for quad in about_case if quad.predicate.value == f"{KOOP}documentedIn"} == {of_document}


def test_quads_give_the_facts_back(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    """Record -> quads -> the same values."""
    document, _ = linked
    store = ox.Store()
    store.extend(graph.document_quads(*linked, ontology, RUN))
    query = "SELECT ?s ?f ?y ?p { ?c koop:sector ?s ; koop:legalForm ?f . OPTIONAL { ?c koop:startYear ?y } OPTIONAL { ?c koop:population ?p } }"
    results = store.query(query, prefixes=PREFIXES, use_default_graph_as_union=True)
    assert isinstance(results, ox.QuerySolutions)
    rows = list(results)
    assert {row["s"].value.rpartition("/")[2] for row in rows} == set(document.cases[0].sectors)
    assert {row["f"].value.rpartition("/")[2] for row in rows} == {document.cases[0].legal_form}
    assert {int(row["y"].value) for row in rows if row["y"]} == {document.cases[0].started} - {None}


def test_official_keys_stay_strings_with_leading_zeros(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    keys = {quad.object for quad in graph.place_quads(linked[0].cases, ontology) if quad.predicate.value == f"{KOOP}ags"}
    assert ox.Literal("06633015") in keys


def test_tiny_documents_conform(tiny_documents: dict[str, Document], ontology: Ontology) -> None:
    linker = Linker(ontology, [case for document in tiny_documents.values() for case in document.cases], Analyses())
    quads = [quad for document in tiny_documents.values() for quad in graph.document_quads(document, linker.link(document.passages, "de"), ontology, RUN)]
    quads += graph.place_quads((case for document in tiny_documents.values() for case in document.cases), ontology)
    quads += graph.provenance_quads(RUN, list(tiny_documents))
    triples = [*graph.default_graph(quads), *bundled()]
    assert graph.validate(graph.to_ntriples(triples), SHAPES) == []


def test_a_place_that_cases_name_differently_is_described_once(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    """The name and kind that most cases use count; of equals the longer one; the others are alternative names."""
    case = linked[0].cases[0]
    named = [Place("Leer", "Stadt", "03457"), Place("Landkreis Leer", "Landkreis", "03457"), Place("Kreis Leer", "Landkreis", "03457")]
    cases = [replace(case, id=f"fall-{number}", places=(place,)) for number, place in enumerate([*named, named[1]])]
    for order in (cases, cases[::-1]):
        quads = graph.place_quads(order, ontology)
        assert {quad.subject for quad in quads} == {ox.NamedNode("https://w3id.org/koopkg/place/03457")}
        assert values(quads, "skos:prefLabel") == [ox.Literal("Landkreis Leer", language="de")]
        assert values(quads, "skos:altLabel") == [ox.Literal("Kreis Leer", language="de"), ox.Literal("Leer", language="de")]
        assert values(quads, "koop:placeKind") == [ox.Literal("Landkreis", language="de")]
        assert values(quads, "dcterms:isPartOf") == [ox.NamedNode("https://w3id.org/koopkg/place/03")]
    tie = graph.place_quads(cases[:2], ontology)
    assert values(tie, "skos:prefLabel") == [ox.Literal("Landkreis Leer", language="de")]


def test_years_are_integers(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    """Comparison, difference and average of years work in SPARQL, which they do not for xsd:gYear."""
    store = ox.Store()
    case = replace(linked[0].cases[0], started=2001, ended=2011)
    store.extend(graph.document_quads(replace(linked[0], cases=(case,)), linked[1], ontology, RUN))
    query = """SELECT (AVG(?end - ?start) AS ?years) (MAX(?issued) AS ?newest)
               { ?c koop:startYear ?start ; koop:endYear ?end ; dcterms:source/dcterms:issued ?issued FILTER(?start > 2000) }"""
    results = store.query(query, prefixes=PREFIXES, use_default_graph_as_union=True)
    assert isinstance(results, ox.QuerySolutions)
    years, newest = next(results)
    assert isinstance(years, ox.Literal)
    assert isinstance(newest, ox.Literal)
    assert float(years.value) == 10
    assert int(newest.value) == max(source.year for source in case.sources if source.year)


def test_unknown_sector_cannot_reach_the_graph_unseen(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    """Even if reading let it through, SHACL would not."""
    document, found = linked
    forged = replace(document, cases=(replace(document.cases[0], sectors=("erfunden",)),))
    triples = [*(quad.triple for quad in graph.document_quads(forged, found, ontology, RUN)), *bundled()]
    assert any("erfunden" in (violation.value or "") for violation in graph.validate(graph.to_ntriples(triples), SHAPES))


def values(quads: list[ox.Quad], predicate: str) -> list[object]:
    prefix, _, local = predicate.partition(":")
    return sorted((quad.object for quad in quads if quad.predicate.value == PREFIXES[prefix] + local), key=str)


def bundled() -> list[ox.Triple]:
    return list(bundled_triples())
