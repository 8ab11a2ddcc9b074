"""The few ways in which this package writes a triple: an IRI, a text or a typed value as object."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from koopkg.namespaces import PREFIXES
from koopkg.ontology import Ontology

__all__ = ["Triple", "iri", "text", "typed", "types"]

Triple = tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]


def iri(subject: str, predicate: str, value: str) -> Triple:
    """A statement whose object is an IRI; the predicate is `prefix:local`."""
    return ox.NamedNode(subject), _node(predicate), ox.NamedNode(value)


def text(subject: str, predicate: str, value: str, language: str | None = None) -> Triple:
    """A statement whose object is a text, in a language where one is given."""
    literal = ox.Literal(value, language=language) if language else ox.Literal(value)
    return ox.NamedNode(subject), _node(predicate), literal


def typed(subject: str, predicate: str, value: str, datatype: str) -> Triple:
    """A statement whose object is a value of an XML Schema datatype, named without its prefix."""
    return ox.NamedNode(subject), _node(predicate), ox.Literal(value, datatype=ox.NamedNode(PREFIXES["xsd"] + datatype))


def types(subject: str, name: str, ontology: Ontology) -> Iterator[Triple]:
    """That something is of a class and of every class above it, for whoever asks without reasoning."""
    return (iri(subject, "rdf:type", above) for above in ontology.classes(name))


def _node(name: str) -> ox.NamedNode:
    """`prefix:local` -> its IRI."""
    prefix, _, local = name.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local)
