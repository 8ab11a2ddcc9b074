"""Documents become quads: the same input the same bytes, curated and extracted apart, checked by shapes that fire."""

from __future__ import annotations

from dataclasses import replace

import pyoxigraph as ox
import pytest

from koopkg import graph
from koopkg.analyses import Analyses
from koopkg.linking import Linker
from koopkg.model import Document, Linked, Participant, Place
from koopkg.model.details import Agreement, CoordinationUnit, Relation
from koopkg.namespaces import KOOP, PREFIXES, case_iri, computed_graph_iri, curated_graph_iri, document_graph_iri, extracted_graph_iri
from koopkg.ontology import Ontology, bundled_shapes, bundled_triples
from koopkg.register import Register
from tests.conftest import DATA, RUN

SHAPES = bundled_shapes()
ONTOLOGY, REGISTER = Ontology.bundled(), Register.bundled()


@pytest.fixture(scope="module")
def linked(ontology: Ontology, tiny_documents: dict[str, Document]) -> tuple[Document, Linked]:
    document = tiny_documents["standesamt-lossetal"]
    linker = Linker(ontology, REGISTER, Analyses())
    return document, linker.link_document(document)


def test_golden_quads_of_one_document(linked: tuple[Document, Linked], ontology: Ontology, request: pytest.FixtureRequest) -> None:
    """Sorted N-Quads of one case, read line by line when they were recorded; --update-golden rewrites them."""
    golden = DATA / "golden" / "standesamt-lossetal.nq"
    found = graph.canonical_nquads(graph.document_quads(*linked, ontology, REGISTER, RUN))
    if request.config.getoption("--update-golden"):
        golden.write_bytes(found)
    assert found == golden.read_bytes()


def test_same_input_gives_the_same_bytes_in_any_order(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    quads = [*graph.document_quads(*linked, ontology, REGISTER, RUN), *graph.ontology_quads(bundled(), ontology)]
    assert graph.canonical_nquads(quads) == graph.canonical_nquads(list(reversed(quads)))


def test_document_graphs_hold_no_blank_nodes(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    assert not [
        quad
        for quad in graph.document_quads(*linked, ontology, REGISTER, RUN)
        if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode)
    ]


def test_curated_and_extracted_statements_lie_apart(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    """Annotations only in the extracted graph, facts of the cooperation in the curated one, but for what was computed and which documents are about it."""
    document, _ = linked
    curated, extracted = ox.NamedNode(curated_graph_iri(document.cases[0].id)), ox.NamedNode(extracted_graph_iri(document.id))
    of_document = ox.NamedNode(document_graph_iri(document.id))
    quads = graph.document_quads(*linked, ontology, REGISTER, RUN)
    computed = ox.NamedNode(computed_graph_iri(document.cases[0].id))
    assert {quad.graph_name for quad in quads} == {curated, computed, of_document, extracted}
    assert {quad.graph_name for quad in quads if quad.predicate.value == f"{KOOP}confidence"} == {extracted}
    about_case = [quad for quad in quads if quad.subject == ox.NamedNode(case_iri(document.cases[0].id))]
    apart = {f"{KOOP}{name}" for name in ("documentedIn", "computedPopulation", "sizeClass")}
    assert {quad.graph_name for quad in about_case if quad.predicate.value not in apart} == {curated}
    assert {quad.predicate.value for quad in about_case if quad.graph_name == computed} == apart - {f"{KOOP}documentedIn"}
    assert {quad.graph_name for quad in about_case if quad.predicate.value == f"{KOOP}documentedIn"} == {of_document}


def test_quads_give_the_facts_back(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    """Record -> quads -> the same values."""
    document, _ = linked
    store = ox.Store()
    store.extend(graph.document_quads(*linked, ontology, REGISTER, RUN))
    query = "SELECT ?s ?f ?y ?p { ?c koop:sector ?s ; koop:legalForm ?f . OPTIONAL { ?c koop:startYear ?y } OPTIONAL { ?c koop:population ?p } }"
    results = store.query(query, prefixes=PREFIXES, use_default_graph_as_union=True)
    assert isinstance(results, ox.QuerySolutions)
    rows = list(results)
    assert {row["s"].value.rpartition("/")[2] for row in rows} == set(document.cases[0].sectors)
    assert {row["f"].value.rpartition("/")[2] for row in rows} == {document.cases[0].legal_form}
    assert {int(row["y"].value) for row in rows if row["y"]} == {document.cases[0].started} - {None}


def test_official_keys_stay_strings_with_leading_zeros(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    keys = {
        quad.object
        for quad in graph.place_quads(graph.place_keys(linked[0].cases, linked[1].places), ONTOLOGY, REGISTER)
        if quad.predicate.value == f"{KOOP}ags"
    }
    assert ox.Literal("06633015") in keys


def test_tiny_documents_conform(tiny_documents: dict[str, Document], ontology: Ontology) -> None:
    linker = Linker(ontology, REGISTER, Analyses())
    linked = {document.id: linker.link_document(document) for document in tiny_documents.values()}
    quads = [quad for document in tiny_documents.values() for quad in graph.document_quads(document, linked[document.id], ontology, REGISTER, RUN)]
    keys = {key for document in tiny_documents.values() for key in graph.place_keys(document.cases, linked[document.id].places)}
    quads += graph.place_quads(keys, ONTOLOGY, REGISTER)
    quads += graph.provenance_quads(RUN, tiny_documents)
    triples = [*graph.default_graph(quads), *bundled()]
    assert graph.validate(graph.to_ntriples(triples), SHAPES) == []


def described(key: str) -> dict[str, list[object]]:
    subject = ox.NamedNode(f"https://w3id.org/koopkg/place/{key}")
    quads = [quad for quad in graph.place_quads([key], ONTOLOGY, REGISTER) if quad.subject == subject]
    return {name: values(quads, name) for name in ("skos:prefLabel", "skos:altLabel", "koop:placeKind", "koop:ags", "koop:inhabitants", "dcterms:isPartOf")}


@pytest.mark.parametrize(
    ("key", "label", "kind", "part_of"),
    [
        ("03457", "Landkreis Leer", "Landkreis", "03"),
        ("05566", "Kreis Steinfurt", "Kreis", "05"),
        ("06440", "Wetteraukreis", "Landkreis", "06"),
        ("03457013", "Leer (Ostfriesland)", "Stadt", "03457"),
        ("06611000", "Kassel", "kreisfreie Stadt", "06"),
        ("071315001", "Verbandsgemeinde Adenau", "Verbandsgemeinde", "07131"),
    ],
)
def test_a_place_is_described_once_and_by_the_register(key: str, label: str, kind: str, part_of: str) -> None:
    found = described(key)
    assert found["skos:prefLabel"] == [ox.Literal(label, language="de")]
    assert found["koop:placeKind"] == [ox.Literal(kind, language="de")]
    assert found["koop:ags"] == [ox.Literal(key)]
    assert found["dcterms:isPartOf"] == [ox.NamedNode(f"https://w3id.org/koopkg/place/{part_of}")]


def test_the_district_of_a_place_is_described_with_it() -> None:
    subjects = {quad.subject for quad in graph.place_quads(["03457013", "03457013"], ONTOLOGY, REGISTER)}
    assert subjects == {ox.NamedNode(f"https://w3id.org/koopkg/{kind}/{key}") for key in ("03457013", "03457") for kind in ("place", "body")}
    assert described("06611000")["koop:inhabitants"] == [ox.Literal("197230", datatype=ox.NamedNode(f"{PREFIXES['xsd']}integer"))]


def test_what_cases_call_a_place_of_the_register_does_not_count(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    """Two cases that name it differently say the same of it; only its key joins them."""
    case = linked[0].cases[0]
    cases = [replace(case, places=(Place(name, "Landkreis", "03457"),)) for name in ("Leer", "Kreis Leer")]
    first, second = [graph.document_quads(replace(linked[0], cases=(named,)), linked[1], ontology, REGISTER, RUN) for named in cases]
    assert graph.canonical_nquads(first) == graph.canonical_nquads(second)
    assert not [quad for quad in first if quad.subject == ox.NamedNode("https://w3id.org/koopkg/place/03457")]


def test_a_member_without_a_key_of_the_register_belongs_to_its_case(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    """Described in the curated graph of its case, one without a key as well as one with a key that is no longer given."""
    places = (Place("Braunau am Inn", "Stadt"), Place("Oberweser", "Gemeinde", "06633999"))
    case = replace(linked[0].cases[0], places=places)
    quads = graph.document_quads(replace(linked[0], cases=(case,)), linked[1], ontology, REGISTER, RUN)
    own = [ox.NamedNode(case_iri(case.id, f"place-{number}")) for number in (1, 2)]
    assert values(quads, "koop:member") == own
    assert [values([quad for quad in quads if quad.subject == member], "skos:prefLabel") for member in own] == [
        [ox.Literal(place.name, language="de")] for place in places
    ]
    assert {quad.graph_name for quad in quads if quad.subject in own} == {ox.NamedNode(curated_graph_iri(linked[0].id))}
    assert graph.place_quads(graph.place_keys([case]), ONTOLOGY, REGISTER) == []


@pytest.mark.parametrize(("kind", "lies_in"), [("interkommunal", ["https://w3id.org/koopkg/place/06"]), ("grenzueberschreitend", [])])
def test_a_member_that_may_lie_abroad_lies_in_no_land(kind: str, lies_in: list[str], linked: tuple[Document, Linked], ontology: Ontology) -> None:
    """Of a case that crosses a border nobody says on which side a member without a key lies."""
    case = replace(linked[0].cases[0], places=(Place("Forbach", "Stadt"),), state="Hessen", cooperation_type=(kind,))
    quads = graph.document_quads(replace(linked[0], cases=(case,)), linked[1], ontology, REGISTER, RUN)
    member = ox.NamedNode(case_iri(case.id, "place-1"))
    assert values([quad for quad in quads if quad.subject == member], "dcterms:isPartOf") == [ox.NamedNode(place) for place in lies_in]


def test_years_are_integers(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    """Comparison, difference and average of years work in SPARQL, which they do not for xsd:gYear."""
    store = ox.Store()
    case = replace(linked[0].cases[0], started=2001, ended=2011)
    store.extend(graph.document_quads(replace(linked[0], cases=(case,)), linked[1], ontology, REGISTER, RUN))
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
    triples = [*(quad.triple for quad in graph.document_quads(forged, found, ontology, REGISTER, RUN)), *bundled()]
    assert any("erfunden" in (violation.value or "") for violation in graph.validate(graph.to_ntriples(triples), SHAPES))


def with_participants(linked: tuple[Document, Linked], ontology: Ontology, *participants: Participant, **fields: object) -> tuple[str, list[ox.Quad]]:
    """A case of three places with these participants: its IRI and its quads."""
    places = (Place("Göttingen", "Landkreis", "03159"), Place("Göttingen", "Stadt", "03159016"), Place("Egg", "Gemeinde"), Place("Harz", "Region"))
    case = replace(linked[0].cases[0], places=places, participants=participants, **fields)  # type: ignore[arg-type]
    return case_iri(case.id), graph.document_quads(replace(linked[0], cases=(case,)), linked[1], ontology, REGISTER, RUN)


def local(quads: list[ox.Quad], subject: str, predicate: str) -> list[str]:
    found = values([quad for quad in quads if quad.subject == ox.NamedNode(subject)], predicate)
    return sorted({str(term.value).rpartition("koopkg/")[2] for term in found if isinstance(term, ox.NamedNode | ox.Literal)})


def test_a_member_is_a_body_that_has_the_place_as_its_territory(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    """Described once with the place by the register, with the case where the register does not have it; a region has none."""
    case, quads = with_participants(linked, ontology)
    own = f"case/{linked[0].id}#place-3"
    assert local(quads, case, "koop:memberBody") == ["body/03159", "body/03159016", f"{own}-body"]
    assert local(quads, case, "koop:member") == [own, f"case/{linked[0].id}#place-4", "place/03159", "place/03159016"]
    assert local(quads, f"{case}#place-3-body", "koop:territory") == [own]
    described = graph.place_quads(["03159016"], ONTOLOGY, REGISTER)
    assert local(described, f"{PREFIXES['body']}03159016", "koop:territory") == ["place/03159016"]
    kinds = local(described, f"{PREFIXES['body']}03159016", "rdf:type")
    assert {f"{PREFIXES['org']}FormalOrganization", "ontology#PublicBody", "ontology#Body"} <= set(kinds)


@pytest.mark.parametrize(
    ("name", "kind", "body", "is_a"),
    [
        ("Stadt Göttingen", "kommune", "body/03159016", None),
        ("Landkreis Göttingen", "landkreis", "body/03159", None),
        ("Göttingen", "kommune", None, "ontology#PublicBody"),  # two members have this name, so it is neither
        ("Gemeinde Egg", "kommune", "case/standesamt-lossetal#place-3-body", None),
        ("Harz", "kommune", None, "ontology#PublicBody"),  # the region is a territory alone
        ("Freistaat Sachsen", "land", None, "ontology#PublicBody"),
        ("Bürgerbusverein Harz", "verein", None, f"{PREFIXES['org']}FormalOrganization"),
        ("Stadtwerke Harz", "stadtwerke", None, f"{PREFIXES['org']}FormalOrganization"),
        ("Fahrerinnen und Fahrer", "buergerschaft", None, "ontology#CitizensGroup"),
        ("39 Städte und Gemeinden", "kommune", None, "ontology#Body"),
        ("Zwei Landwirte", "unternehmen", None, "ontology#Body"),
        ("Beratungsbüro", "externe-beratung", None, "ontology#Body"),
        ("Klinikum", None, None, "ontology#Body"),
    ],
)
def test_a_participant_is_the_member_of_its_name_or_a_body_of_its_kind(
    name: str, kind: str | None, body: str | None, is_a: str | None, linked: tuple[Document, Linked], ontology: Ontology
) -> None:
    case, quads = with_participants(linked, ontology, Participant(name=name, kind=kind))
    own = "case/standesamt-lossetal#participant-1-body"
    assert local(quads, f"{case}#participant-1", "koop:participant") == [body or own]
    kinds = set(local(quads, f"{case}#participant-1-body", "rdf:type"))
    specific = kinds & {"ontology#PublicBody", "ontology#CitizensGroup", f"{PREFIXES['org']}FormalOrganization"}
    if body:
        assert not kinds
    elif is_a == "ontology#Body":
        assert (specific, kinds) == (set(), kinds | {"ontology#Body"})
    elif is_a == "ontology#PublicBody":
        assert specific == {"ontology#PublicBody", f"{PREFIXES['org']}FormalOrganization"}
    else:
        assert specific == {is_a}


def test_members_beside_the_places_and_the_host_of_the_coordination_are_bodies(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    """Who left is no member; a host that takes part is named as such, another one in words alone."""
    company, left = Participant(name="Netz GmbH", kind="unternehmen", role="mitglied"), Participant(name="Rat eG", role="mitglied", until="2020")
    for host, bodies in (("Netz GmbH", [f"case/{linked[0].id}#participant-1-body"]), ("Büro am Markt", [])):
        case, quads = with_participants(linked, ontology, company, left, coordination_unit=CoordinationUnit(name="Büro", hosted_by=host))
        assert f"case/{linked[0].id}#participant-1-body" in local(quads, case, "koop:memberBody")
        assert f"case/{linked[0].id}#participant-2-body" not in local(quads, case, "koop:memberBody")
        assert local(quads, f"{case}#coordination-1", "koop:hostBody") == bodies


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("nachfolger-von", ("own", "koop:successorOf", "x")),
        ("vorgaenger-von", ("x", "koop:successorOf", "own")),
        ("teil-von", ("own", "koop:partOf", "x")),
        ("vorbild", ("x", "koop:modelFor", "own")),
        ("hervorgegangen-aus", ("own", "koop:emergedFrom", "x")),
        ("abspaltung-von", ("own", "koop:emergedFrom", "x")),
    ],
)
def test_a_relation_to_a_case_is_a_property_too(kind: str, said: tuple[str, str, str], linked: tuple[Document, Linked], ontology: Ontology) -> None:
    """Only where the other is a case; every kind of the scheme has a row here."""
    assert kind in {concept.slug for concept in ontology.schemes["relation-kind"]}
    names = {"own": linked[0].id, "x": "x"}
    relations = (Relation(relation=kind, name="X", case="x"), Relation(relation=kind, name="Y"))
    case, quads = with_participants(linked, ontology, relations=relations)
    properties = ("koop:successorOf", "koop:partOf", "koop:modelFor", "koop:emergedFrom")
    found = [(name, term, other) for name in (case, case_iri("x")) for term in properties for other in local(quads, name, term)]
    assert found == [(case_iri(names[said[0]]), said[1], f"case/{names[said[2]]}")]
    assert len(ontology.schemes["relation-kind"]) == 6


def test_agreements_give_a_case_further_legal_forms(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    agreements = tuple(Agreement(kind="satzung", legal_form=form) for form in ("gmbh", "zweckverband", None))
    case, quads = with_participants(linked, ontology, legal_form="zweckverband", agreements=agreements)
    assert local(quads, case, "koop:legalForm") == ["vocab/legal-form/gmbh", "vocab/legal-form/zweckverband"]
    assert local(quads, f"{case}#agreement-1", "koop:agreementLegalForm") == ["vocab/legal-form/gmbh"]
    assert local(quads, f"{case}#agreement-3", "koop:agreementLegalForm") == []


def test_whatever_is_of_a_class_of_ours_is_of_the_classes_above_it(linked: tuple[Document, Linked], ontology: Ontology) -> None:
    """So that a query by org:, prov: or schema: finds it without reasoning; the classes above are read from the Turtle files."""
    quads = [
        *graph.document_quads(*linked, ontology, REGISTER, RUN),
        *graph.ontology_quads(bundled(), ontology),
        *graph.place_quads(["03159016"], ONTOLOGY, REGISTER),
    ]
    quads += graph.provenance_quads(RUN, [])
    store = ox.Store()
    store.extend(ox.Quad(*triple) for triple in graph.default_graph(quads))
    missing = store.query("SELECT ?node ?class { ?node a/rdfs:subClassOf+ ?class FILTER NOT EXISTS { ?node a ?class } }", prefixes=PREFIXES)
    assert isinstance(missing, ox.QuerySolutions)
    assert list(missing) == []
    [counts] = store.query("SELECT (COUNT(DISTINCT ?c) AS ?n) { ?c a org:OrganizationalCollaboration }", prefixes=PREFIXES)  # type: ignore[misc]
    assert counts["n"].value == "1"


def values(quads: list[ox.Quad], predicate: str) -> list[object]:
    prefix, _, local = predicate.partition(":")
    return sorted((quad.object for quad in quads if quad.predicate.value == PREFIXES[prefix] + local), key=str)


def bundled() -> list[ox.Triple]:
    return list(bundled_triples())
