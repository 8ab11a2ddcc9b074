"""A store of triples -> rows, texts and references of one language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import pyoxigraph as ox

from koopkg.namespaces import PREFIXES, concept_iri

__all__ = ["CHECKED", "Reference", "Triples"]

CHECKED = concept_iri("verification", "geprueft")
"""The state of what was seen in its source."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A source, with its address where it has one and the day on which it was read where that is known."""

    title: str
    url: str | None
    read_on: str | None


class Triples:
    """The triples of the ontology, asked by SPARQL."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store

    def rows(self, query: str, *, language: str | None = None, iri: str | None = None) -> Iterator[dict[str, str]]:
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

    def iris(self, iri: str, path: str) -> tuple[str, ...]:
        return tuple(row["o"] for row in self.rows(f"SELECT DISTINCT ?o {{ ?iri {path} ?o }} ORDER BY ?o", iri=iri))

    def texts(self, iri: str, path: str, language: str) -> tuple[str, ...]:
        return tuple(row["o"] for row in self.rows(f"SELECT ?o {{ ?iri {path} ?o FILTER(LANG(?o) = ?language) }} ORDER BY ?o", iri=iri, language=language))

    def sources(self, iri: str) -> tuple[Reference, ...]:
        rows = self.rows(
            "SELECT ?title ?url ?read { ?iri dcterms:source ?s . ?s dcterms:title ?title OPTIONAL { ?s schema:url ?url } OPTIONAL { ?s koop:readOn ?read } }"
            " ORDER BY ?title",
            iri=iri,
        )
        return tuple(Reference(row["title"], row.get("url"), row.get("read")) for row in rows)
