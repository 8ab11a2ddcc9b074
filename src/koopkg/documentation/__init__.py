"""Triples of the ontology -> what a reader wants to know of it: header, terms, statutes, and everything said about one concept."""

from __future__ import annotations

from koopkg.documentation.law import FormByLand, Land, Law, Provision, Statute, Version
from koopkg.documentation.reader import Documentation, FormProperty, Header, Mapping, Notes, Phase, Section, Term
from koopkg.documentation.triples import Reference

__all__ = [
    "Documentation",
    "FormByLand",
    "FormProperty",
    "Header",
    "Land",
    "Law",
    "Mapping",
    "Notes",
    "Phase",
    "Provision",
    "Reference",
    "Section",
    "Statute",
    "Term",
    "Version",
]
