"""Documents and what they name -> RDF quads, two named graphs a document, and their check by SHACL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from koopkg.errors import GraphValidationError
from koopkg.linking import Linked
from koopkg.model import CONCEPT_FIELDS, Case, Document, Mention, Place, Source
from koopkg.namespaces import (
    BASE,
    KOOP,
    ONTOLOGY_GRAPH,
    PREFIXES,
    case_iri,
    concept_iri,
    curated_graph_iri,
    document_iri,
    extracted_graph_iri,
    place_iri,
)
from koopkg.ontology import Land, Ontology

__all__ = ["Violation", "canonical_nquads", "document_quads", "ontology_quads", "to_ntriples", "validate"]

CORPUS_LICENSE = "https://creativecommons.org/licenses/by/4.0/"
LINKING_ACTIVITY = f"{BASE}activity/linking"
_CONTEXT_CHARACTERS = 32
"""Length of prefix and suffix in a TextQuoteSelector: enough to find a passage again after small edits."""

_PROPERTY = {
    "sectors": "sector",
    "legal_form": "legalForm",
    "cooperation_type": "cooperationType",
    "initiative": "initiative",
    "orientation": "orientation",
    "approach": "approach",
    "actors": "actorType",
    "phase": "phase",
    "status": "status",
    "area_type": "areaType",
}

_Object = ox.NamedNode | ox.Literal


def ontology_quads(triples: Iterable[ox.Triple]) -> list[ox.Quad]:
    """The ontology in its own named graph, blank nodes named by RDFC-1.0 so that the same input gives the same quads."""
    graph = ox.NamedNode(ONTOLOGY_GRAPH)
    dataset = ox.Dataset([ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples])
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return list(dataset)


def document_quads(document: Document, linked: Linked, ontology: Ontology) -> list[ox.Quad]:
    """Everything said about one document: the curated graph from its front matter, the extracted graph from linking."""
    curated, extracted = ox.NamedNode(curated_graph_iri(document.id)), ox.NamedNode(extracted_graph_iri(document.id))
    quads = [ox.Quad(*triple, curated) for triple in _curated(document, ontology)]
    return quads + [ox.Quad(*triple, extracted) for triple in _extracted(document, linked)]


def to_ntriples(triples: Iterable[ox.Triple]) -> bytes:
    """The triples as N-Triples, in the order given."""
    return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""


def canonical_nquads(quads: Iterable[ox.Quad]) -> bytes:
    """The quads as sorted N-Quads: the same set always gives the same bytes."""
    lines = (ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
    return b"".join(sorted(set(lines)))


@dataclass(frozen=True, slots=True)
class Violation:
    """A SHACL result: the node at fault, the value there if any, and the shape's message in German."""

    focus_node: str
    value: str | None
    message: str

    def __str__(self) -> str:
        return f"{self.focus_node}{f', Wert {self.value!r}' if self.value is not None else ''}: {self.message}"


def validate(ntriples: bytes, shapes: str) -> list[Violation]:
    """Check a graph in N-Triples against SHACL shapes in Turtle; empty if it conforms.

    Raises:
        GraphValidationError: The shapes themselves cannot be applied.
    """
    import pyshacl  # rdflib and pySHACL are for building only and would cost the query path a fifth of a second
    import rdflib

    data = rdflib.Graph().parse(data=ntriples, format="nt")
    conforms, report, text = pyshacl.validate(data, shacl_graph=rdflib.Graph().parse(data=shapes, format="turtle"), inference="none")
    if not isinstance(report, rdflib.Graph):
        raise GraphValidationError(f"the shapes cannot be applied: {text}")
    if conforms:
        return []
    shacl = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    violations = []
    for result in report.objects(None, shacl.result):
        messages = {message.language: str(message) for message in report.objects(result, shacl.resultMessage) if isinstance(message, rdflib.Literal)}
        value = report.value(result, shacl.value)
        message = messages.get("de") or next(iter(messages.values()), "")
        violations.append(Violation(str(report.value(result, shacl.focusNode)), None if value is None else str(value), message))
    return sorted(violations, key=str)


def _curated(document: Document, ontology: Ontology) -> Iterator[tuple[ox.NamedNode, ox.NamedNode, _Object]]:
    case, subject = document.case, case_iri(document.id)
    yield from _about_document(document)
    yield _iri(subject, "rdf:type", f"{KOOP}Cooperation")
    yield _text(subject, "dcterms:identifier", case.id)
    yield _text(subject, "dcterms:title", case.title, "de")
    yield _text(subject, "dcterms:title", case.title_en, "en")
    yield _iri(subject, "koop:documentedIn", document_iri(document.id))
    for name, scheme in CONCEPT_FIELDS.items():
        value = getattr(case, name)
        for slug in (value,) if isinstance(value, str) else value or ():
            yield _iri(subject, f"koop:{_PROPERTY[name]}", concept_iri(scheme, slug))
    yield from _literals(case, subject)
    yield from _places(case, subject, ontology)
    yield from _statements(case, subject)
    for number, source in enumerate(case.sources, start=1):
        yield from _source(subject, case_iri(case.id, f"source-{number}"), source)


def _about_document(document: Document) -> Iterator[tuple[ox.NamedNode, ox.NamedNode, _Object]]:
    iri = document_iri(document.id)
    yield _iri(iri, "rdf:type", f"{KOOP}CaseDocument")
    yield _text(iri, "dcterms:title", document.title, document.language)
    yield _text(iri, "dcterms:language", document.language)
    yield _iri(iri, "dcterms:license", CORPUS_LICENSE)
    yield _text(iri, "schema:sha256", document.sha256)
    yield _iri(curated_graph_iri(document.id), "prov:wasDerivedFrom", iri)


def _literals(case: Case, subject: str) -> Iterator[tuple[ox.NamedNode, ox.NamedNode, _Object]]:
    yield _text(subject, "koop:service", case.service, "de")
    for name, prose in (("legalFormEvidence", case.legal_form_evidence), ("coordination", case.coordination)):
        if prose:
            yield _text(subject, f"koop:{name}", prose, "de")
    for entry in case.funding:
        yield _text(subject, "koop:funding", entry, "de")
    for name, number, datatype in (
        ("partnerCount", case.partner_count, "integer"),
        ("population", case.population, "integer"),
        ("startYear", case.started, "gYear"),
        ("endYear", case.ended, "gYear"),
    ):
        if number is not None:
            yield _typed(subject, f"koop:{name}", str(number), datatype)


def _places(case: Case, subject: str, ontology: Ontology) -> Iterator[tuple[ox.NamedNode, ox.NamedNode, _Object]]:
    yield _iri(subject, "koop:country", place_iri(case.country))
    land = ontology.land_by_name(case.state) if case.state else None
    if land:
        yield _iri(subject, "koop:land", land.iri)
    for number, place in enumerate(case.places, start=1):
        iri = place_iri(place.ags) if place.ags else case_iri(case.id, f"place-{number}")
        yield _iri(subject, "koop:member", iri)
        if iri in ontology.lands:
            continue
        yield _iri(iri, "rdf:type", f"{KOOP}Place")
        yield _text(iri, "skos:prefLabel", place.name, "de")
        yield _text(iri, "koop:placeKind", place.kind, "de")
        if place.ags:
            yield _text(iri, "koop:ags", place.ags)
        parent = _land_of(place, case, land)
        if parent:
            yield _iri(iri, "dcterms:isPartOf", parent)


def _land_of(place: Place, case: Case, land: Land | None) -> str | None:
    """The Land of a member: by its official key, else that of the case, unless the case crosses a border and the place may lie beyond it."""
    if place.ags:
        return place_iri(place.ags[:2])
    return land.iri if land and "grenzueberschreitend" not in case.cooperation_type else None


def _statements(case: Case, subject: str) -> Iterator[tuple[ox.NamedNode, ox.NamedNode, _Object]]:
    for number, factor in enumerate(case.success_factors, start=1):
        statement = case_iri(case.id, f"factor-{number}")
        yield _iri(subject, "koop:successFactor", concept_iri("success-factor", factor.factor))
        yield _iri(subject, "koop:hasFactorStatement", statement)
        yield _iri(statement, "rdf:type", f"{KOOP}FactorStatement")
        yield _iri(statement, "koop:factor", concept_iri("success-factor", factor.factor))
        yield _text(statement, "koop:evidence", factor.evidence, "de")
    for kind, link, entries in (("Obstacle", "hasObstacle", case.obstacles), ("Result", "hasResult", case.results)):
        for number, entry in enumerate(entries, start=1):
            statement = case_iri(case.id, f"{kind.lower()}-{number}")
            yield _iri(subject, f"koop:{link}", statement)
            yield _iri(statement, "rdf:type", f"{KOOP}{kind}Statement")
            yield _text(statement, "koop:evidence", entry, "de")


def _source(subject: str, iri: str, source: Source) -> Iterator[tuple[ox.NamedNode, ox.NamedNode, _Object]]:
    yield _iri(subject, "dcterms:source", iri)
    yield _iri(iri, "rdf:type", f"{PREFIXES['dcterms']}BibliographicResource")
    yield _text(iri, "dcterms:title", source.title, "de")
    if source.publisher:
        yield _text(iri, "dcterms:publisher", source.publisher)
    if source.year is not None:
        yield _typed(iri, "dcterms:issued", str(source.year), "gYear")
    if source.url:
        yield _typed(iri, "schema:url", source.url, "anyURI")


def _extracted(document: Document, linked: Linked) -> Iterator[tuple[ox.NamedNode, ox.NamedNode, _Object]]:
    iri = document_iri(document.id)
    yield _iri(LINKING_ACTIVITY, "rdf:type", f"{KOOP}Linking")
    yield _iri(extracted_graph_iri(document.id), "prov:wasDerivedFrom", iri)
    yield _iri(extracted_graph_iri(document.id), "prov:wasGeneratedBy", LINKING_ACTIVITY)
    for link in linked.concepts:
        yield _iri(iri, "schema:mentions", link.iri)
        for mention in link.evidence:
            yield from _mention(document, mention, f"{link.scheme}-{link.slug}", link.iri, link.confidence)
    for place in linked.places:
        if place.iri:
            yield _iri(iri, "schema:mentions", place.iri)
            for mention in place.evidence:
                yield from _mention(document, mention, f"place-{place.iri.rpartition('/')[2]}", place.iri, place.confidence)


def _mention(document: Document, mention: Mention, name: str, body: str, confidence: float) -> Iterator[tuple[ox.NamedNode, ox.NamedNode, _Object]]:
    """One Web Annotation: body, target, the quote with its context, the position, and where it comes from."""
    annotation = document_iri(document.id, f"mention-{mention.start}-{mention.end}-{name}")
    target = document_iri(document.id, f"text-{mention.start}-{mention.end}")
    quote, position = f"{target}-quote", f"{target}-position"
    yield _iri(annotation, "rdf:type", f"{KOOP}Mention")
    yield _iri(annotation, "oa:hasBody", body)
    yield _iri(annotation, "oa:hasTarget", target)
    yield _typed(annotation, "koop:confidence", f"{confidence:.2f}", "decimal")
    yield _iri(annotation, "prov:wasDerivedFrom", document_iri(document.id))
    yield _iri(annotation, "prov:wasGeneratedBy", LINKING_ACTIVITY)
    yield _iri(target, "rdf:type", f"{PREFIXES['oa']}SpecificResource")
    yield _iri(target, "oa:hasSource", document_iri(document.id))
    yield _iri(target, "oa:hasSelector", quote)
    yield _iri(target, "oa:hasSelector", position)
    yield _iri(quote, "rdf:type", f"{PREFIXES['oa']}TextQuoteSelector")
    yield _text(quote, "oa:exact", mention.quote)
    yield _text(quote, "oa:prefix", document.text[max(0, mention.start - _CONTEXT_CHARACTERS) : mention.start])
    yield _text(quote, "oa:suffix", document.text[mention.end : mention.end + _CONTEXT_CHARACTERS])
    yield _iri(position, "rdf:type", f"{PREFIXES['oa']}TextPositionSelector")
    yield _typed(position, "oa:start", str(mention.start), "integer")
    yield _typed(position, "oa:end", str(mention.end), "integer")


def _node(name: str) -> ox.NamedNode:
    """`prefix:local` -> its IRI."""
    prefix, _, local = name.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local)


def _iri(subject: str, predicate: str, value: str) -> tuple[ox.NamedNode, ox.NamedNode, _Object]:
    return ox.NamedNode(subject), _node(predicate), ox.NamedNode(value)


def _text(subject: str, predicate: str, value: str, language: str | None = None) -> tuple[ox.NamedNode, ox.NamedNode, _Object]:
    literal = ox.Literal(value, language=language) if language else ox.Literal(value)
    return ox.NamedNode(subject), _node(predicate), literal


def _typed(subject: str, predicate: str, value: str, datatype: str) -> tuple[ox.NamedNode, ox.NamedNode, _Object]:
    return ox.NamedNode(subject), _node(predicate), ox.Literal(value, datatype=ox.NamedNode(PREFIXES["xsd"] + datatype))
