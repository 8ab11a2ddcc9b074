"""Triples of the ontology -> header, terms, sections of the source deck, and everything said about one concept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pyoxigraph as ox

from koopkg.documentation.law import Law, Provision
from koopkg.documentation.triples import CHECKED, Reference, Triples
from koopkg.namespaces import ONTOLOGY_GRAPH, PREFIXES, VOCAB

__all__ = ["Documentation", "FormProperty", "Header", "Mapping", "Notes", "Phase", "Section", "Term"]


@dataclass(frozen=True, slots=True)
class Header:
    """What the ontology says of itself."""

    title: str
    description: str
    version: str
    version_iri: str
    modified: str


@dataclass(frozen=True, slots=True)
class Term:
    """A class or property; `kind` is Class, ObjectProperty, DatatypeProperty or AnnotationProperty, names are compact (`koop:sector`)."""

    kind: str
    name: str
    label: str
    definition: str
    parents: tuple[str, ...]
    domains: tuple[str, ...]
    ranges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormProperty:
    """A property of a legal form; `land` is None where it holds everywhere. What ends in `_iri` names the same as the text without it."""

    aspect: str
    aspect_iri: str
    value: str | None
    value_iri: str | None
    explanation: str
    land: str | None
    land_iri: str | None
    is_checked: bool
    sources: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """A link to a term of another vocabulary; `relation` is the local name of the mapping property."""

    relation: str
    target: str
    is_checked: bool


@dataclass(frozen=True, slots=True)
class Notes:
    """What is said about one concept beyond labels and hierarchy; empty where nothing is said.

    Attributes:
        due_steps: What a phase asks for.
        situations: When to consider a legal form first.
        examples: IRIs of cases.
        replaced_by: What stands for a deprecated concept now.
    """

    scope_note: str | None
    remarks: tuple[str, ...]
    sources: tuple[Reference, ...]
    countered_by: tuple[str, ...]
    due_steps: tuple[str, ...]
    situations: tuple[str, ...]
    examples: tuple[str, ...]
    replaced_by: tuple[str, ...]
    properties: tuple[FormProperty, ...]
    provisions: tuple[Provision, ...]
    mappings: tuple[Mapping, ...]


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of a cooperation: what is due in it, the coordination tasks that it asks for (IRIs), and the documents that it usually ends with."""

    iri: str
    due_steps: tuple[str, ...]
    tasks: tuple[str, ...]
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading or bullet of the source deck and the IRIs of the concepts that carry it; `bullet` is None for a heading."""

    slide: int
    heading: str
    bullet: str | None
    carriers: tuple[str, ...]


class Documentation:
    """The ontology that a snapshot was built with, ready to be read."""

    def __init__(self, ntriples: Path) -> None:
        self._store = ox.Store()
        self._store.load(path=str(ntriples), format=ox.RdfFormat.N_TRIPLES, lenient=True)  # an ingest wrote it, from triples that had been checked
        self._triples = Triples(self._store)
        self.law = Law(self._triples)

    def header(self, language: str) -> Header:
        row = next(
            self._triples.rows(
                "SELECT * { ?o a owl:Ontology ; dcterms:title ?title ; dcterms:description ?description ; owl:versionInfo ?version ; owl:versionIRI ?iri ;"
                " dcterms:modified ?modified FILTER(LANG(?title) = ?language && LANG(?description) = ?language) }",
                language=language,
            )
        )
        return Header(row["title"], row["description"], row["version"], row["iri"], row["modified"])

    def terms(self, language: str) -> list[Term]:
        """Classes and properties, by kind and name."""
        rows = self._triples.rows(
            "SELECT ?kind ?term ?label ?definition { VALUES ?kind { owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty }"
            " ?term a ?kind ; rdfs:label ?label ; skos:definition ?definition FILTER(LANG(?label) = ?language && LANG(?definition) = ?language) }"
            " ORDER BY ?term",
            language=language,
        )
        return [
            Term(
                kind=row["kind"].rpartition("#")[2],
                name=_compact(row["term"]),
                label=row["label"],
                definition=row["definition"],
                parents=self._names(row["term"], "rdfs:subClassOf|rdfs:subPropertyOf"),
                domains=self._names(row["term"], "rdfs:domain"),
                ranges=self._names(row["term"], "rdfs:range"),
            )
            for row in rows
        ]

    def phases(self, language: str) -> list[Phase]:
        """The phases in their usual order."""
        rows = self._triples.rows(
            "SELECT ?phase (COUNT(?before) AS ?position) { ?order a skos:OrderedCollection ; skos:memberList ?list ; rdfs:isDefinedBy ?scheme ."
            " ?list rdf:rest* ?before . ?before rdf:rest* ?node . ?node rdf:first ?phase . ?phase skos:inScheme ?scheme"
            f" FILTER(?scheme = <{VOCAB}phase>) }} GROUP BY ?phase ORDER BY ?position"
        )
        return [
            Phase(
                row["phase"],
                self._triples.texts(row["phase"], "koop:dueStep", language),
                self._triples.iris(row["phase"], "koop:taskInPhase"),
                self._triples.texts(row["phase"], "koop:typicalDocument", language),
            )
            for row in rows
        ]

    def sections(self) -> list[Section]:
        """Every heading and bullet of the source deck, in order."""
        rows = self._triples.rows(
            "SELECT ?slide ?heading ?bullet ?section (GROUP_CONCAT(STR(?carrier); SEPARATOR=' ') AS ?carriers) {"
            " ?section a koop:SourceSection ; koop:position ?slide ; dcterms:title ?own ; dcterms:isPartOf ?whole ; koop:carriedBy ?carrier"
            " OPTIONAL { ?whole a koop:SourceSection ; dcterms:title ?above }"
            " BIND(COALESCE(?above, ?own) AS ?heading) BIND(IF(BOUND(?above), ?own, ?none) AS ?bullet)"
            " } GROUP BY ?slide ?heading ?bullet ?section ORDER BY ?slide ?section"
        )
        return [Section(int(row["slide"]), row["heading"], row.get("bullet"), tuple(sorted(row["carriers"].split()))) for row in rows]

    def notes(self, iri: str, language: str) -> Notes:
        """Everything said about a concept."""
        scope_notes = self._triples.texts(iri, "skos:scopeNote", language)
        return Notes(
            scope_note=scope_notes[0] if scope_notes else None,
            remarks=(*self._triples.texts(iri, "skos:note", language), *self._triples.texts(iri, "skos:editorialNote", language)),
            sources=self._triples.sources(iri),
            countered_by=self._triples.iris(iri, "koop:counteredBy"),
            due_steps=self._triples.texts(iri, "koop:dueStep", language),
            situations=self._triples.texts(iri, "^koop:recommends/koop:situation", language),
            examples=self._triples.iris(iri, "skos:example"),
            replaced_by=self._triples.iris(iri, "dcterms:isReplacedBy"),
            properties=self._properties(iri, language),
            provisions=self._provisions(iri, language),
            mappings=self._mappings(iri),
        )

    def described(self, iri: str) -> list[ox.Triple]:
        """What a client gets that asks for the RDF of an IRI: its own statements and those about it; everything for the ontology itself, nothing for no IRI."""
        if iri == ONTOLOGY_GRAPH:
            return [quad.triple for quad in self._store]
        try:
            node = str(ox.NamedNode(iri))  # refuses what is no IRI, so that nothing else gets into the query
        except ValueError:
            return []
        about = "dcterms:isPartOf|koop:ofForm|koop:provides|koop:recommends|owl:annotatedSource|koop:assessedSector|skos:inScheme"
        query = (
            f"CONSTRUCT {{ ?s ?p ?o }} {{ {{ VALUES ?s {{ {node} }} ?s ?p ?o }} UNION {{ ?s {about} {node} ; ?p ?o }}"
            f" UNION {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), CONCAT(STR({node}), '#'))) }} }}"
        )
        return list(cast(ox.QueryTriples, self._store.query(query, prefixes=PREFIXES)))

    def _properties(self, iri: str, language: str) -> tuple[FormProperty, ...]:
        rows = self._triples.rows(
            "SELECT * { ?statement koop:ofForm ?iri ; koop:aspect ?property ;"
            " koop:explanation ?explanation ; koop:verification ?status . ?property skos:prefLabel ?aspect"
            " OPTIONAL { ?statement koop:value ?degree . ?degree skos:prefLabel ?value FILTER(LANG(?value) = ?language) }"
            " OPTIONAL { ?statement koop:appliesIn ?place . ?place skos:prefLabel ?land FILTER(LANG(?land) = ?language) }"
            " FILTER(LANG(?aspect) = ?language && LANG(?explanation) = ?language) } ORDER BY ?aspect ?land",
            language=language,
            iri=iri,
        )
        return tuple(
            FormProperty(
                aspect=row["aspect"],
                aspect_iri=row["property"],
                value=row.get("value"),
                value_iri=row.get("degree"),
                explanation=row["explanation"],
                land=row.get("land"),
                land_iri=row.get("place"),
                is_checked=row["status"] == CHECKED,
                sources=self._triples.sources(row["statement"]),
            )
            for row in rows
        )

    def _provisions(self, iri: str, language: str) -> tuple[Provision, ...]:
        """What statutes provide of a form, with its narrower forms where it is one that statutes name itself: a Land may know it under those alone."""
        own = self.law.provisions(language, forms=(iri,))
        return self.law.provisions(language, forms=(iri, *self._triples.iris(iri, "^skos:broader"))) if own else ()

    def _mappings(self, iri: str) -> tuple[Mapping, ...]:
        rows = self._triples.rows(
            "SELECT ?property ?target ?status { ?m a owl:Axiom ; owl:annotatedSource ?iri ; owl:annotatedProperty ?property ; owl:annotatedTarget ?target ;"
            " koop:verification ?status } ORDER BY ?target",
            iri=iri,
        )
        return tuple(Mapping(row["property"].rpartition("#")[2], row["target"], row["status"] == CHECKED) for row in rows)

    def _names(self, iri: str, path: str) -> tuple[str, ...]:
        return tuple(map(_compact, self._triples.iris(iri, path)))


def _compact(iri: str) -> str:
    """An IRI with its longest known prefix (`koop:sector`), or as it is."""
    fitting = [(len(namespace), f"{prefix}:{iri.removeprefix(namespace)}") for prefix, namespace in PREFIXES.items() if iri.startswith(namespace)]
    return max(fitting)[1] if fitting and not iri.startswith(VOCAB) else iri
