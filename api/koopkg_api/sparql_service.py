"""What the SPARQL endpoint says of itself (SPARQL 1.1 Service Description)."""

from __future__ import annotations

import pyoxigraph as ox

from koopkg.namespaces import PREFIXES

__all__ = ["service_description"]

_SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV", "Turtle", "N-Triples", "RDF_XML", "JSON-LD")


def service_description(endpoint: str, syntax: ox.RdfFormat) -> bytes:
    """The description of the endpoint at this address.

    `sd:UnionDefaultGraph`: the default graph is the RDF merge of all named graphs, each triple once.
    """
    service = ox.NamedNode(endpoint)
    values = [
        (f"{PREFIXES['rdf']}type", f"{_SD}Service"),
        (f"{_SD}endpoint", endpoint),
        (f"{_SD}supportedLanguage", f"{_SD}SPARQL11Query"),
        (f"{_SD}feature", f"{_SD}UnionDefaultGraph"),
        *((f"{_SD}resultFormat", f"http://www.w3.org/ns/formats/{name}") for name in _FORMATS),
    ]
    triples = [ox.Triple(service, ox.NamedNode(predicate), ox.NamedNode(value)) for predicate, value in values]
    return ox.serialize(triples, format=syntax, prefixes={"sd": _SD}) or b""
