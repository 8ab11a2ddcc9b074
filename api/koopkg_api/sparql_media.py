"""The names by which clients ask for a format of SPARQL results -> our short names, and the media type to answer with."""

from __future__ import annotations

from functools import lru_cache

import pyoxigraph as ox

from koopkg.sparql import GRAPH_FORMATS, RESULT_FORMATS, formats_of
from koopkg_api.negotiation import best_match

__all__ = ["DESCRIPTION_MEDIA", "MEDIA", "accepted", "named_format", "offered_for"]

MEDIA = {
    "application/sparql-results+json": "json",
    "application/sparql-results+xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "text/turtle": "ttl",
    "application/n-triples": "nt",
    "application/rdf+xml": "rdf",
    "application/ld+json": "jsonld",
}
"""Standard media type -> short name."""
_OTHER_MEDIA = {
    "SELECT": {"application/json": "json", "text/json": "json", "application/xml": "xml", "text/xml": "xml"},
    "CONSTRUCT": {
        "application/x-turtle": "ttl",
        "application/turtle": "ttl",
        "text/n3": "ttl",  # Turtle is a part of N3
        "text/rdf+n3": "ttl",
        "text/plain": "nt",  # what N-Triples were sent as before they had a type of their own
        "text/ntriples": "nt",
        "application/json": "jsonld",
        "application/xml": "rdf",
        "text/xml": "rdf",
    },
}
"""Form of query -> further media types that clients accept, and what they get under that name."""
_OTHER_NAMES = {
    "sparql-results+json": "json", "srj": "json", "sparql-results+xml": "xml", "srx": "xml", "sparql": "xml", "turtle": "ttl", "n3": "ttl", "ntriples": "nt",
    "n-triples": "nt", "n_triples": "nt", "rdfxml": "rdf", "rdf/xml": "rdf", "rdf+xml": "rdf", "rdf-xml": "rdf", "pretty-xml": "rdf", "json-ld": "jsonld",
    "json+ld": "jsonld", "ld+json": "jsonld",
}  # fmt: skip
_FOR_GRAPHS = {"json": "jsonld", "xml": "rdf"}
"""What a name of both kinds means for a graph."""
DESCRIPTION_MEDIA: dict[str, ox.RdfFormat | None] = {
    **{media: GRAPH_FORMATS[name].syntax for media, name in MEDIA.items() if name in GRAPH_FORMATS},
    "text/html": None,
}
"""Media type of the service description -> its syntax; None for the page."""


def named_format(value: str, form: str) -> str | None:
    """The short name of a format that a parameter names; None if it names none that is known, so that Accept decides.

    A name that is known but does not fit the form of the query comes back as it is, to be refused.
    """
    # A plus sign that was not percent-encoded arrives as a blank.
    written = value.strip().lower().replace(" ", "+")
    is_graph = form in ("CONSTRUCT", "DESCRIBE")
    named = {**MEDIA, **_OTHER_MEDIA["CONSTRUCT" if is_graph else "SELECT"], **_OTHER_NAMES}.get(written, written)
    named = _FOR_GRAPHS.get(named, named) if is_graph else named
    return named if named in GRAPH_FORMATS or named in RESULT_FORMATS else None


def offered_for(form: str) -> dict[str, tuple[str, str | None]]:
    """Media types in which a query of this form can be answered, best first -> short name, and the type to send where it is not the standard one."""
    fitting = formats_of(form)
    offered: dict[str, tuple[str, str | None]] = {media: (name, None) for media, name in MEDIA.items() if name in fitting}
    others = _OTHER_MEDIA["CONSTRUCT" if form in ("CONSTRUCT", "DESCRIBE") else "SELECT"]
    return offered | {media: (name, media) for media, name in others.items() if name in fitting}


@lru_cache(maxsize=64)
def accepted(accept: str, form: str) -> tuple[str, str | None] | None:
    """What `offered_for` has for the media type that an Accept header likes best; None if it accepts none. Clients send few different headers."""
    offered = offered_for(form)
    chosen = best_match(accept, list(offered))
    return None if chosen is None else offered[chosen]
