"""The records that travel between the stages: what a document is, what a case is, what was found."""

from koopkg.model.cases import CASE_FIELDS, CONCEPT_FIELDS, CONCEPT_OF, FACETS, SIZE_CLASS, TASK_SCHEMES, Case, Place, PlaceKind
from koopkg.model.details import FactorEvidence, Obstacle, Participant, Source
from koopkg.model.documents import LANGUAGES, TITLE, Decided, Decision, Document, Fact, Language, Link, Linked, Mention, Passage, PlaceLink
from koopkg.model.drafts import IS_CASE, OTHER_CASE, Asked, Draft, Kinship, Proposal, Review, State, Verdict, Zone
from koopkg.model.fields import CaseField, concepts_of, fields_of

__all__ = [
    "CASE_FIELDS",
    "CONCEPT_FIELDS",
    "CONCEPT_OF",
    "FACETS",
    "IS_CASE",
    "LANGUAGES",
    "OTHER_CASE",
    "SIZE_CLASS",
    "TASK_SCHEMES",
    "TITLE",
    "Asked",
    "Case",
    "CaseField",
    "Decided",
    "Decision",
    "Document",
    "Draft",
    "Fact",
    "FactorEvidence",
    "Kinship",
    "Language",
    "Link",
    "Linked",
    "Mention",
    "Obstacle",
    "Participant",
    "Passage",
    "Place",
    "PlaceKind",
    "PlaceLink",
    "Proposal",
    "Review",
    "Source",
    "State",
    "Verdict",
    "Zone",
    "concepts_of",
    "fields_of",
]
