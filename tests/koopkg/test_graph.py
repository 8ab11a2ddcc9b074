"""Documents become quads: the same input the same bytes, curated and extracted apart, checked by shapes that fire."""

from __future__ import annotations

from dataclasses import replace

import pyoxigraph as ox
import pytest

from koopkg import graph
from koopkg.linking import Linked, Linker
from koopkg.model import Document
from koopkg.morphology import Analyses
from koopkg.namespaces import KOOP, PREFIXES, case_iri, curated_graph_iri, document_iri, extracted_graph_iri
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


CASE = "https://w3id.org/koopkg/case/standesamt-lossetal"
MENTION = document_iri("standesamt-lossetal", "mention-x")
FAULTS = {
    # triple added to a valid graph -> the German message it must fail with
    f'<{CASE}> <{PREFIXES["dcterms"]}identifier> "Zweite Kennung" .': "genau eine Kennung",
    f"<{CASE}> <{KOOP}sector> <https://w3id.org/koopkg/vocab/legal-form/gmbh> .": "mindestens einen Sektor aus dem Schema sector",
    f"<{CASE}> <{KOOP}legalForm> <https://w3id.org/koopkg/vocab/legal-form/gmbh> .": "höchstens eine Rechtsform",
    f"<{CASE}> <{KOOP}status> <https://w3id.org/koopkg/vocab/status/geplant> .": "genau einen Stand",
    f"<{CASE}> <{KOOP}country> <https://w3id.org/koopkg/place/AT> .": "genau einen Staat",
    f'<{CASE}> <{KOOP}startYear> "1950"^^<{PREFIXES["xsd"]}gYear> .': "Der Beginn ist ein Jahr",
    f'<{CASE}> <{KOOP}endYear> "bald" .': "Das Ende ist ein Jahr",
    f'<{CASE}> <{KOOP}population> "-5"^^<{PREFIXES["xsd"]}integer> .': "positive ganze Zahl",
    f'<{CASE}> <{PREFIXES["dcterms"]}title> "Zweiter Titel"@de .': "je Sprache genau einen",
    f"<{CASE}#factor-1> <{KOOP}factor> <https://w3id.org/koopkg/vocab/success-factor/evaluation> .": "genau einen Faktor",
    f"<{CASE}#x> <{PREFIXES['rdf']}type> <{KOOP}ResultStatement> .": "führt ihren Beleg",
    f"<{MENTION}> <{PREFIXES['rdf']}type> <{KOOP}Mention> .": "Konfidenz zwischen 0 und 1",
    f"<{MENTION}> <{PREFIXES['rdf']}type> <{PREFIXES['oa']}TextPositionSelector> .": "liegt vor ihrem Ende",
    f'<https://w3id.org/koopkg/place/06633015> <{KOOP}ags> "6633015" .': "2, 5 oder 8 Ziffern",
    f"<https://w3id.org/koopkg/vocab/sector/neu> <{PREFIXES['rdf']}type> <{PREFIXES['skos']}Concept> .": "genau eine Bezeichnung je Sprache",
    f'<{document_iri("standesamt-lossetal")}> <{PREFIXES["dcterms"]}language> "fr" .': "genau eine Sprache",
}


@pytest.mark.parametrize(("triple", "message"), FAULTS.items())
def test_each_shape_fires_on_its_fault(triple: str, message: str, linked: tuple[Document, Linked], ontology: Ontology) -> None:
    valid = graph.to_ntriples([*(quad.triple for quad in graph.document_quads(*linked, ontology)), *bundled()])
    added = graph.to_ntriples(quad.triple for quad in ox.parse(triple.encode(), format=ox.RdfFormat.TURTLE))
    found = graph.validate(valid + added, SHAPES)
    assert any(message in violation.message for violation in found), [str(violation) for violation in found]


def test_every_shape_has_a_focus_node(tiny_documents: dict[str, Document], ontology: Ontology) -> None:
    """A shape with a mistyped target would be silent; each target class must occur in the valid tiny graph."""
    shapes = ox.Store()
    shapes.bulk_load(SHAPES, format=ox.RdfFormat.TURTLE)
    target = ox.NamedNode("http://www.w3.org/ns/shacl#targetClass")
    wanted = {quad.object for quad in shapes.quads_for_pattern(None, target, None)}
    linker = Linker(ontology, [], Analyses())
    quads = [quad for document in tiny_documents.values() for quad in graph.document_quads(document, linker.link(document.passages, "de"), ontology)]
    triples = [*(quad.triple for quad in quads), *bundled()]
    typed = {triple.object for triple in triples if triple.predicate.value == f"{PREFIXES['rdf']}type"}
    assert wanted
    assert wanted <= typed


def test_unknown_sector_cannot_reach_the_graph_unseen(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    """Even if reading let it through, SHACL would not."""
    document, found = linked
    forged = replace(document, case=replace(document.case, sectors=("erfunden",)))
    triples = [*(quad.triple for quad in graph.document_quads(forged, found, ontology)), *bundled()]
    assert any("erfunden" in (violation.value or "") for violation in graph.validate(graph.to_ntriples(triples), SHAPES))


def bundled() -> list[ox.Triple]:
    return list(bundled_triples())
