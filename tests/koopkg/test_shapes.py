"""Batches of documents are checked as pySHACL checks the whole graph, and each fault is blamed on the document that holds it."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from pathlib import Path

import hypothesis.strategies as st
import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings

from koopkg import graph
from koopkg.analyses import Analyses
from koopkg.errors import GraphValidationError
from koopkg.graph.extracted import extracted_triples
from koopkg.graph.provenance import provenance_triples
from koopkg.graph.shapes import Validator
from koopkg.graph.triples import Triple, iri, text, typed
from koopkg.linking import Linker
from koopkg.messages import translated
from koopkg.model import Document, Link, Linked, Mention, PlaceLink
from koopkg.namespaces import KOOP, PREFIXES, case_iri, concept_iri, document_iri, place_iri
from koopkg.ontology import Ontology, bundled_examples, bundled_shapes, bundled_triples
from koopkg.register import Register
from tests.conftest import RUN

INVALID = Path(__file__).parents[2] / "ontology" / "examples" / "invalid"
FAULT = "https://example.org/koop/fehler"
Found = dict[str, set[tuple[str, str | None, str]]]
SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")
COMMON = [*bundled_triples(), *bundled_examples(), *(ox.Triple(*triple) for triple in provenance_triples(RUN, []))]
CASE, PLACE = case_iri("x"), place_iri("06633015")
OWN_FAULTS: dict[str, list[Triple]] = {
    "a quote in a value": [typed(CASE, "koop:startYear", 'um "1990"\n\\ etwa', "integer")],
    "two years": [typed(CASE, "koop:startYear", "1990", "integer"), typed(CASE, "koop:startYear", "1991", "integer")],
    "a concept of no scheme": [iri(CASE, "koop:sector", concept_iri("sector", "erfunden"))],
    "a concept of another scheme": [iri(CASE, "koop:sector", concept_iri("phase", "betrieb"))],
    "a legal form of another scheme": [iri(CASE, "koop:legalForm", concept_iri("sector", "wasser"))],
    "two legal forms without agreements that found them": [
        iri(CASE, "koop:legalForm", concept_iri("legal-form", "gmbh")),
        iri(CASE, "koop:legalForm", concept_iri("legal-form", "verein")),
    ],
    "a country that is none": [iri(CASE, "koop:country", concept_iri("sector", "wasser"))],
    "a population of nobody": [typed(CASE, "koop:population", "0", "integer")],
    "a decimal of partners": [typed(CASE, "koop:partnerCount", "2.5", "decimal")],
    "an ill-formed year": [typed(CASE, "koop:endYear", "bald", "integer")],
    "a source without title": [iri(CASE, "dcterms:source", f"{CASE}#s"), iri(f"{CASE}#s", "rdf:type", f"{PREFIXES['dcterms']}BibliographicResource")],
    "a place without name": [iri(PLACE, "rdf:type", f"{KOOP}Place")],
    "a place with two names": [
        iri(PLACE, "rdf:type", f"{KOOP}Place"),
        text(PLACE, "skos:prefLabel", "Leer", "de"),
        text(PLACE, "skos:prefLabel", "Landkreis Leer", "de"),
    ],
    "a Land named once more": [text(place_iri("06"), "skos:prefLabel", "Hessenland", "de")],
    "a concept with a second label": [text(concept_iri("sector", "wasser"), "skos:prefLabel", "Nass", "de")],
    "an empty piece of evidence": [iri(f"{CASE}#o", "rdf:type", f"{KOOP}ObstacleStatement"), text(f"{CASE}#o", "koop:evidence", "", "de")],
}


def planted() -> dict[str, list[ox.Triple]]:
    """The invalid example of every property shape and the faults above, each with a node of its own."""
    faults: dict[str, list[ox.Triple]] = {}
    for path in sorted(INVALID.glob("*.ttl")):
        turtle = path.read_text(encoding="utf-8").replace("ex:fehler", f"<{FAULT}/{path.stem}>")
        faults[path.stem] = [quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)]
    for number, (name, triples) in enumerate(OWN_FAULTS.items()):
        nodes = {CASE: case_iri(f"x-{number}"), PLACE: f"{PLACE}-{number}"}
        typed_case = ox.Triple(ox.NamedNode(CASE), ox.NamedNode(f"{PREFIXES['rdf']}type"), ox.NamedNode(f"{KOOP}Cooperation"))
        faults[name] = [_renamed(triple, nodes) for triple in [typed_case, *(ox.Triple(*triple) for triple in triples)]]
    return faults


def _renamed(triple: ox.Triple, nodes: dict[str, str]) -> ox.Triple:
    turtle = str(triple)
    for old, new in nodes.items():
        turtle = turtle.replace(f"<{old}>", f"<{new}>").replace(f"<{old}#", f"<{new}#")
    [quad] = ox.parse(f"{turtle} .", format=ox.RdfFormat.N_TRIPLES)
    triple = quad.triple
    assert isinstance(triple, ox.Triple)
    return triple


FAULTS = planted()


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator(COMMON, bundled_shapes())


@pytest.fixture(scope="module")
def found(validator: Validator) -> Found:
    """Document -> what the validator finds in one batch of all faults."""
    results = validator.check(list(FAULTS.items()))
    return {name: {(item.focus_node, item.value, item.message.de) for item in items} for name, items in results.items()}


@pytest.fixture(scope="module")
def expected() -> Found:
    """Focus node -> what pySHACL finds in the whole graph with all faults."""
    data = rdflib.Graph().parse(data=graph.to_ntriples([*COMMON, *(triple for triples in FAULTS.values() for triple in triples)]), format="nt")
    shapes = rdflib.Graph().parse(data=bundled_shapes(), format="turtle")
    _, report, problem = pyshacl.validate(data, shacl_graph=shapes, inference="none", inplace=True)
    assert isinstance(report, rdflib.Graph), problem
    results: Found = defaultdict(set)
    for result in report.objects(None, SH.result):
        focus, value = str(report.value(result, SH.focusNode)), report.value(result, SH.value)
        [message] = [str(message) for message in report.objects(result, SH.resultMessage) if getattr(message, "language", None) == "de"]
        results[focus].add((focus, None if value is None else str(value), message))
    return dict(results)


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_as_pyshacl_finds_it_and_blamed_on_its_document(name: str, found: Found, expected: Found) -> None:
    subjects = {triple.subject.value for triple in FAULTS[name] if isinstance(triple.subject, ox.NamedNode)}
    wanted = set().union(*(expected.get(subject, set()) for subject in subjects))
    assert wanted
    assert {item for item in found[name] if item[0] in subjects} == wanted


def test_nothing_else_is_found(found: Found, expected: Found) -> None:
    assert set().union(*found.values()) == set().union(*expected.values())


def documents(tiny_documents: dict[str, Document], ontology: Ontology) -> dict[str, list[ox.Triple]]:
    register = Register.bundled()
    linker = Linker(ontology, register, Analyses())
    return {name: graph.checked_triples(document, linker.link_document(document).places, ontology, register) for name, document in tiny_documents.items()}


def test_sound_documents_conform(validator: Validator, tiny_documents: dict[str, Document], ontology: Ontology) -> None:
    assert validator.check(list(documents(tiny_documents, ontology).items())) == {}
    assert validator.check([]) == {}


def test_documents_that_contradict_each_other_are_both_to_blame_and_no_other(validator: Validator) -> None:
    """F8: one place, two German names; a third document only has the place as a member."""
    kind = iri(PLACE, "rdf:type", f"{KOOP}Place")
    one = [kind, text(PLACE, "skos:prefLabel", "Leer", "de")]
    other = [kind, text(PLACE, "skos:prefLabel", "Landkreis Leer", "de")]
    third = [iri(CASE, "koop:member", PLACE), kind]
    batch = [(name, [ox.Triple(*triple) for triple in triples]) for name, triples in (("one", one), ("other", other), ("third", third))]
    assert set(validator.check(batch)) == {"one", "other"}


def test_a_node_that_documents_share_is_blamed_on_the_one_with_the_statement(validator: Validator) -> None:
    sound = [iri(PLACE, "rdf:type", f"{KOOP}Place"), text(PLACE, "skos:prefLabel", "Leer", "de")]
    wrong = [*sound, text(PLACE, "koop:ags", "123")]
    batch = [(name, [ox.Triple(*triple) for triple in triples]) for name, triples in (("a", sound), ("b", wrong), ("c", sound))]
    assert set(validator.check(batch)) == {"b"}


def test_of_two_documents_on_one_node_the_one_with_the_wrong_value_is_to_blame(validator: Validator) -> None:
    kind = iri(PLACE, "rdf:type", f"{KOOP}Place")
    right = [kind, text(PLACE, "skos:prefLabel", "Leer", "de"), text(PLACE, "koop:ags", "03457013")]
    wrong = [text(PLACE, "koop:ags", "viele")]
    found = validator.check([(name, [ox.Triple(*triple) for triple in triples]) for name, triples in (("right", right), ("wrong", wrong))])
    assert [item.value for item in found["wrong"]].count("viele") == 1
    assert "viele" not in [item.value for item in found["right"]]  # which is to blame for having a second key alone


def test_a_fault_of_the_ontology_is_no_documents_fault() -> None:
    label = ox.Triple(*text(concept_iri("sector", "wasser"), "skos:prefLabel", "Nass", "de"))
    validator = Validator([*COMMON, label], bundled_shapes())
    with pytest.raises(GraphValidationError, match=r"the ontology itself violates its shapes: \S+/sector/wasser"):
        validator.check_common()
    Validator(COMMON, bundled_shapes()).check_common()
    note = ox.Triple(*text(concept_iri("sector", "wasser"), "skos:note", "Von einem Dokument gesagt", "de"))
    with pytest.raises(GraphValidationError, match="sector/wasser"):
        validator.check([("innocent", [note])])


def test_shapes_with_other_targets_are_refused() -> None:
    with pytest.raises(GraphValidationError, match="targetSubjectsOf"):
        Validator([], bundled_shapes() + f"\nshape:Place <{SH}targetSubjectsOf> koop:ags .\n")


def test_shapes_that_are_none_are_refused() -> None:
    with pytest.raises(GraphValidationError, match="cannot be applied"):
        graph.validate(b"", f"<urn:a> a <{SH}PropertyShape> ; <{SH}path> 5 .")


@st.composite
def linked_documents(draw: st.DrawFn, base: Document, ontology: Ontology) -> tuple[Document, Linked]:
    """Any text with any mentions of concepts and places in it."""
    content = draw(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80))
    concepts = draw(st.lists(st.sampled_from(sorted(ontology.concepts)), max_size=4, unique=True))
    places = draw(st.lists(st.sampled_from(sorted(ontology.territories)), max_size=2, unique=True))

    def evidence() -> tuple[Mention, ...]:
        starts = draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=3, unique=True))
        ends = [draw(st.integers(start + 1, len(content))) for start in sorted(starts)]
        return tuple(Mention(start, end, content[start:end]) for start, end in zip(sorted(starts), ends, strict=True))

    confidence = st.floats(0, 1)
    links = [Link(name, ontology.concepts[name].scheme, ontology.concepts[name].slug, draw(confidence), evidence()) for name in concepts]
    named = [PlaceLink("Ort", None, None, name, draw(confidence), evidence()) for name in places]
    identifier = draw(st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True))
    changed = dataclasses.replace(base, id=identifier, text=content, passages=())
    return changed, Linked("de", tuple(links), tuple(named))


@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_linking_says_of_any_document_conforms(data: st.DataObject, validator: Validator, tiny_documents: dict[str, Document], ontology: Ontology) -> None:
    """So that a build need not check it: the shapes of mentions hold for everything that `extracted_triples` makes."""
    made = data.draw(st.lists(linked_documents(next(iter(tiny_documents.values())), ontology), min_size=5, max_size=10, unique_by=lambda pair: pair[0].id))
    batch = [(document.id, [ox.Triple(*triple) for triple in extracted_triples(document, linked, ontology, RUN.iri)]) for document, linked in made]
    assert validator.check(batch) == {}


def test_what_linking_could_say_wrong_is_found(validator: Validator, tiny_documents: dict[str, Document], ontology: Ontology) -> None:
    """The test above can fail: a confidence above 1 and a mention that ends before it begins."""
    document = next(iter(tiny_documents.values()))
    wrong = Link(concept_iri("sector", "wasser"), "sector", "wasser", 1.5, (Mention(5, 2, "Wort"),))
    triples = [ox.Triple(*triple) for triple in extracted_triples(document, Linked("de", (wrong,), ()), ontology, RUN.iri)]
    assert len(validator.check([(document.id, triples)])[document.id]) == 2
    assert {item.focus_node.partition("#")[0] for item in validator.check([(document.id, triples)])[document.id]} == {document_iri(document.id)}


def test_a_violation_is_said_in_the_language_of_its_reader(validator: Validator) -> None:
    violations = [violation for document in validator.check(list(FAULTS.items())).values() for violation in document]
    assert any(violation.value is not None for violation in violations)
    for violation in violations:
        german, english = (translated(violation.sentence, language) for language in ("de", "en"))
        assert german != english
        assert (german.endswith(violation.message.de), english.endswith(violation.message.en)) == (True, True)
        assert (", Wert " in german, ", value " in english) == (violation.value is not None,) * 2
