"""Triples of the ontology -> what a reader wants to know of it: header, terms, and everything said about one concept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pyoxigraph as ox

from koopkg.namespaces import ONTOLOGY_GRAPH, PREFIXES, VOCAB, concept_iri

__all__ = ["Documentation", "FormProperty", "Header", "Mapping", "Notes", "Provision", "Reference", "Section", "Statute", "Term"]

_CHECKED = concept_iri("verification", "geprueft")


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
class Reference:
    """A source, with its address where it has one."""

    title: str
    url: str | None


@dataclass(frozen=True, slots=True)
class FormProperty:
    """A property of a legal form; `land` is None where it holds everywhere."""

    aspect: str
    value: str | None
    explanation: str
    land: str | None
    is_checked: bool
    sources: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Provision:
    """Where the law of a Land provides a form, and under which name."""

    land: str
    statute: str
    form: str
    sections: str | None
    local_name: str
    is_checked: bool


@dataclass(frozen=True, slots=True)
class Statute:
    """A statute on municipal cooperation, as it was seen."""

    land: str
    title: str
    abbreviation: str
    last_amendment: str | None
    note: str
    is_checked: bool
    provisions: tuple[Provision, ...]


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
    """

    scope_note: str | None
    remarks: tuple[str, ...]
    sources: tuple[Reference, ...]
    countered_by: tuple[str, ...]
    due_steps: tuple[str, ...]
    situations: tuple[str, ...]
    examples: tuple[str, ...]
    properties: tuple[FormProperty, ...]
    provisions: tuple[Provision, ...]
    mappings: tuple[Mapping, ...]


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
        self._store.bulk_load(path=str(ntriples), format=ox.RdfFormat.N_TRIPLES)

    def header(self, language: str) -> Header:
        row = next(
            self._rows(
                "SELECT * { ?o a owl:Ontology ; dcterms:title ?title ; dcterms:description ?description ; owl:versionInfo ?version ; owl:versionIRI ?iri ;"
                " dcterms:modified ?modified FILTER(LANG(?title) = ?language && LANG(?description) = ?language) }",
                language=language,
            )
        )
        return Header(row["title"], row["description"], row["version"], row["iri"], row["modified"])

    def terms(self, language: str) -> list[Term]:
        """Classes and properties, by kind and name."""
        rows = self._rows(
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

    def statutes(self, language: str) -> list[Statute]:
        """The statutes of the Länder, by Land."""
        rows = self._rows(
            "SELECT * { ?s a koop:Statute ; koop:appliesIn/skos:prefLabel ?land ; dcterms:title ?title ; koop:abbreviation ?abbreviation ; skos:note ?note ;"
            " koop:verification ?status OPTIONAL { ?s koop:lastAmendmentSeen ?amended } FILTER(LANG(?land) = ?language && LANG(?note) = ?language) }"
            " ORDER BY ?land ?abbreviation",
            language=language,
        )
        provisions = self._provisions(language)
        return [
            Statute(
                land=row["land"],
                title=row["title"],
                abbreviation=row["abbreviation"],
                last_amendment=row.get("amended"),
                note=row["note"],
                is_checked=row["status"] == _CHECKED,
                provisions=tuple(provision for provision in provisions if (provision.land, provision.statute) == (row["land"], row["abbreviation"])),
            )
            for row in rows
        ]

    def sections(self) -> list[Section]:
        """Every heading and bullet of the source deck, in order."""
        rows = self._rows(
            "SELECT ?slide ?heading ?bullet ?section (GROUP_CONCAT(STR(?carrier); SEPARATOR=' ') AS ?carriers) {"
            " ?section a koop:SourceSection ; koop:position ?slide ; dcterms:title ?own ; dcterms:isPartOf ?whole ; koop:carriedBy ?carrier"
            " OPTIONAL { ?whole a koop:SourceSection ; dcterms:title ?above }"
            " BIND(COALESCE(?above, ?own) AS ?heading) BIND(IF(BOUND(?above), ?own, ?none) AS ?bullet)"
            " } GROUP BY ?slide ?heading ?bullet ?section ORDER BY ?slide ?section"
        )
        return [Section(int(row["slide"]), row["heading"], row.get("bullet"), tuple(sorted(row["carriers"].split()))) for row in rows]

    def notes(self, iri: str, language: str) -> Notes:
        """Everything said about a concept."""
        scope_notes = self._texts(iri, "skos:scopeNote", language)
        return Notes(
            scope_note=scope_notes[0] if scope_notes else None,
            remarks=(*self._texts(iri, "skos:note", language), *self._texts(iri, "skos:editorialNote", language)),
            sources=self._sources(iri),
            countered_by=self._iris(iri, "koop:counteredBy"),
            due_steps=self._texts(iri, "koop:dueStep", language),
            situations=self._texts(iri, "^koop:recommends/koop:situation", language),
            examples=self._iris(iri, "skos:example"),
            properties=self._properties(iri, language),
            provisions=tuple(self._provisions(language, form=iri)),
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
        rows = self._rows(
            "SELECT ?statement ?aspect ?value ?explanation ?land ?status { ?statement koop:ofForm ?iri ; koop:aspect ?property ;"
            " koop:explanation ?explanation ; koop:verification ?status . ?property skos:prefLabel ?aspect"
            " OPTIONAL { ?statement koop:value/skos:prefLabel ?value FILTER(LANG(?value) = ?language) }"
            " OPTIONAL { ?statement koop:appliesIn/skos:prefLabel ?land FILTER(LANG(?land) = ?language) }"
            " FILTER(LANG(?aspect) = ?language && LANG(?explanation) = ?language) } ORDER BY ?aspect ?land",
            language=language,
            iri=iri,
        )
        return tuple(
            FormProperty(row["aspect"], row.get("value"), row["explanation"], row.get("land"), row["status"] == _CHECKED, self._sources(row["statement"]))
            for row in rows
        )

    def _provisions(self, language: str, *, form: str | None = None) -> list[Provision]:
        only = "VALUES ?form { ?iri }" if form else ""
        rows = self._rows(
            f"SELECT * {{ {only} ?s koop:hasProvision ?p ; koop:appliesIn/skos:prefLabel ?land ; koop:abbreviation ?statute . ?p koop:provides ?form ;"
            " koop:localName ?name ; koop:verification ?status OPTIONAL { ?p koop:sections ?sections } FILTER(LANG(?land) = ?language) }"
            " ORDER BY ?land ?statute ?form ?name",
            language=language,
            iri=form,
        )
        return [Provision(row["land"], row["statute"], row["form"], row.get("sections"), row["name"], row["status"] == _CHECKED) for row in rows]

    def _mappings(self, iri: str) -> tuple[Mapping, ...]:
        rows = self._rows(
            "SELECT ?property ?target ?status { ?m a owl:Axiom ; owl:annotatedSource ?iri ; owl:annotatedProperty ?property ; owl:annotatedTarget ?target ;"
            " koop:verification ?status } ORDER BY ?target",
            iri=iri,
        )
        return tuple(Mapping(row["property"].rpartition("#")[2], row["target"], row["status"] == _CHECKED) for row in rows)

    def _sources(self, iri: str) -> tuple[Reference, ...]:
        rows = self._rows("SELECT ?title ?url { ?iri dcterms:source ?s . ?s dcterms:title ?title OPTIONAL { ?s schema:url ?url } } ORDER BY ?title", iri=iri)
        return tuple(Reference(row["title"], row.get("url")) for row in rows)

    def _names(self, iri: str, path: str) -> tuple[str, ...]:
        return tuple(map(_compact, self._iris(iri, path)))

    def _iris(self, iri: str, path: str) -> tuple[str, ...]:
        return tuple(row["o"] for row in self._rows(f"SELECT DISTINCT ?o {{ ?iri {path} ?o }} ORDER BY ?o", iri=iri))

    def _texts(self, iri: str, path: str, language: str) -> tuple[str, ...]:
        return tuple(row["o"] for row in self._rows(f"SELECT ?o {{ ?iri {path} ?o FILTER(LANG(?o) = ?language) }} ORDER BY ?o", iri=iri, language=language))

    def _rows(self, query: str, *, language: str | None = None, iri: str | None = None) -> Iterator[dict[str, str]]:
        """Run a query with `?language` and `?iri` replaced; gives the bound variables as strings."""
        if iri is not None:
            query = query.replace("?iri", str(ox.NamedNode(iri)))
        if language is not None:
            query = query.replace("?language", str(ox.Literal(language)))
        solutions = cast(ox.QuerySolutions, self._store.query(query, prefixes=PREFIXES))
        names = [variable.value for variable in solutions.variables]
        for solution in solutions:
            values = {name: solution[name] for name in names}
            yield {name: value.value for name, value in values.items() if isinstance(value, ox.NamedNode | ox.Literal)}


def _compact(iri: str) -> str:
    """An IRI with its longest known prefix (`koop:sector`), or as it is."""
    fitting = [(len(namespace), f"{prefix}:{iri.removeprefix(namespace)}") for prefix, namespace in PREFIXES.items() if iri.startswith(namespace)]
    return max(fitting)[1] if fitting and not iri.startswith(VOCAB) else iri
