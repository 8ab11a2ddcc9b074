"""Documents become quads: the same input the same bytes, curated and extracted apart, checked by shapes that fire."""

from __future__ import annotations

from dataclasses import replace

import pyoxigraph as ox
import pytest

from koopkg import graph
from koopkg.linking import Linked, Linker
from koopkg.model import Document
from koopkg.morphology import Analyses
from koopkg.namespaces import KOOP, PREFIXES, case_iri, curated_graph_iri, extracted_graph_iri
from koopkg.ontology import Ontology, bundled_shapes, bundled_triples
from tests.conftest import DATA

SHAPES = bundled_shapes()


@pytest.fixture(scope="module")
def linked(ontology: Ontology, tiny_documents: dict[str, Document]) -> tuple[Document, Linked]:
    document = tiny_documents["standesamt-lossetal"]
    linker = Linker(ontology, [document.case], Analyses())
    return document, linker.link(document.passages, "de", state=document.case.state)


def test_golden_quads_of_one_document(linked: tuple[Document, Linked], ontology: Ontology, request: pytest.FixtureRequest) -> None:
    """Sorted N-Quads of one case, read line by line when they were recorded; --update-golden rewrites them."""
    golden = DATA / "golden" / "standesamt-lossetal.nq"
    found = graph.canonical_nquads(graph.document_quads(*linked, ontology))
    if request.config.getoption("--update-golden"):
        golden.write_bytes(found)
    assert found == golden.read_bytes()


def test_same_input_gives_the_same_bytes_in_any_order(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    quads = [*graph.document_quads(*linked, ontology), *graph.ontology_quads(bundled())]
    assert graph.canonical_nquads(quads) == graph.canonical_nquads(list(reversed(quads)))


def test_document_graphs_hold_no_blank_nodes(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    assert not [quad for quad in graph.document_quads(*linked, ontology) if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode)]


def test_curated_and_extracted_statements_lie_apart(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    """Annotations only in the extracted graph, facts of the cooperation only in the curated one."""
    document, _ = linked
    curated, extracted = ox.NamedNode(curated_graph_iri(document.id)), ox.NamedNode(extracted_graph_iri(document.id))
    quads = graph.document_quads(*linked, ontology)
    assert {quad.graph_name for quad in quads} == {curated, extracted}
    assert {quad.graph_name for quad in quads if quad.predicate.value == f"{KOOP}confidence"} == {extracted}
    assert {quad.graph_name for quad in quads if quad.subject == ox.NamedNode(case_iri(document.id))} == {curated}


def test_quads_give_the_facts_back(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    """Record -> quads -> the same values."""
    document, _ = linked
    store = ox.Store()
    store.extend(graph.document_quads(*linked, ontology))
    query = "SELECT ?s ?f ?y ?p { ?c koop:sector ?s ; koop:legalForm ?f . OPTIONAL { ?c koop:startYear ?y } OPTIONAL { ?c koop:population ?p } }"
    results = store.query(query, prefixes=PREFIXES, use_default_graph_as_union=True)
    assert isinstance(results, ox.QuerySolutions)
    rows = list(results)
    assert {row["s"].value.rpartition("/")[2] for row in rows} == set(document.case.sectors)
    assert {row["f"].value.rpartition("/")[2] for row in rows} == {document.case.legal_form}
    assert {int(row["y"].value) for row in rows if row["y"]} == {document.case.started} - {None}


def test_official_keys_stay_strings_with_leading_zeros(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    keys = {quad.object for quad in graph.document_quads(*linked, ontology) if quad.predicate.value == f"{KOOP}ags"}
    assert ox.Literal("06633015") in keys


def test_tiny_documents_conform(tiny_documents: dict[str, Document], ontology: Ontology) -> None:
    linker = Linker(ontology, [document.case for document in tiny_documents.values()], Analyses())
    quads = [quad for document in tiny_documents.values() for quad in graph.document_quads(document, linker.link(document.passages, "de"), ontology)]
    triples = [*(quad.triple for quad in quads), *bundled()]
    assert graph.validate(graph.to_ntriples(triples), SHAPES) == []


def test_unknown_sector_cannot_reach_the_graph_unseen(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    """Even if reading let it through, SHACL would not."""
    document, found = linked
    forged = replace(document, case=replace(document.case, sectors=("erfunden",)))
    triples = [*(quad.triple for quad in graph.document_quads(forged, found, ontology)), *bundled()]
    assert any("erfunden" in (violation.value or "") for violation in graph.validate(graph.to_ntriples(triples), SHAPES))


def bundled() -> list[ox.Triple]:
    return list(bundled_triples())
