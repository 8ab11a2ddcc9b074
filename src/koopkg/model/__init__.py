"""The records that travel between the stages: what a document is, what a case is, what was found."""

from koopkg.model.cases import CASE_FIELDS, CONCEPT_FIELDS, FACETS, SIZE_CLASS, Case, Place
from koopkg.model.details import Participant, Source
from koopkg.model.documents import LANGUAGES, TITLE, Decided, Decision, Document, Fact, Language, Link, Linked, Mention, Passage, PlaceLink
from koopkg.model.fields import CaseField, concepts_of, fields_of

__all__ = [
    "CASE_FIELDS",
    "CONCEPT_FIELDS",
    "FACETS",
    "LANGUAGES",
    "SIZE_CLASS",
    "TITLE",
    "Case",
    "CaseField",
    "Decided",
    "Decision",
    "Document",
    "Fact",
    "Language",
    "Link",
    "Linked",
    "Mention",
    "Participant",
    "Passage",
    "Place",
    "PlaceLink",
    "Source",
    "concepts_of",
    "fields_of",
]
