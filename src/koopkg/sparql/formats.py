"""The formats of SPARQL results and of RDF: short name -> media type and syntax of the engine."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

import pyoxigraph as ox

__all__ = ["GRAPH_FORMATS", "RESULT_FORMATS", "Format", "formats_of"]

_Syntax = TypeVar("_Syntax", ox.QueryResultsFormat, ox.RdfFormat)


class Format(NamedTuple, Generic[_Syntax]):
    """A format of results; `media_type` is what is sent, with its charset."""

    media_type: str
    syntax: _Syntax


RESULT_FORMATS = {
    "json": Format("application/sparql-results+json", ox.QueryResultsFormat.JSON),
    "xml": Format("application/sparql-results+xml", ox.QueryResultsFormat.XML),
    "csv": Format("text/csv; charset=utf-8", ox.QueryResultsFormat.CSV),
    "tsv": Format("text/tab-separated-values; charset=utf-8", ox.QueryResultsFormat.TSV),
}
"""Short name -> format of SELECT results; of ASK, too, but for `csv` and `tsv`, which the standard leaves undefined for it."""
GRAPH_FORMATS = {
    "ttl": Format("text/turtle; charset=utf-8", ox.RdfFormat.TURTLE),
    "nt": Format("application/n-triples", ox.RdfFormat.N_TRIPLES),
    "rdf": Format("application/rdf+xml", ox.RdfFormat.RDF_XML),
    "jsonld": Format("application/ld+json", ox.RdfFormat.JSON_LD),
}
"""Short name -> format of CONSTRUCT and DESCRIBE results."""


def formats_of(form: str) -> list[str]:
    """Short names of the formats in which a query of this form can be answered, the preferred one first."""
    if form in ("CONSTRUCT", "DESCRIBE"):
        return list(GRAPH_FORMATS)
    return [name for name in RESULT_FORMATS if form != "ASK" or name in ("json", "xml")]
