"""What an initiative plans -> what it can learn: comparable cases, legal forms, chances and risks, next steps, and the paper that says so."""

from __future__ import annotations

from koopkg.advising.advice import Advice, Comparable, Failure, Figure, FormOption, FurtherCase, LegalBasis, Need, NextSteps, Quote, Remark, Share, Told
from koopkg.advising.advisor import advise
from koopkg.advising.dossier import Dossier, Item, Section, Table, dossier_of
from koopkg.advising.paper import dossier_pdf, source_text, stamp
from koopkg.advising.plain import plain_advice
from koopkg.advising.profile import CONCEPTS_OF_PROFILE, Profile, checked_profile, profile_from_json, profile_to_json, understood_profile
from koopkg.references import Citation

__all__ = [
    "CONCEPTS_OF_PROFILE",
    "Advice",
    "Citation",
    "Comparable",
    "Dossier",
    "Failure",
    "Figure",
    "FormOption",
    "FurtherCase",
    "Item",
    "LegalBasis",
    "Need",
    "NextSteps",
    "Profile",
    "Quote",
    "Remark",
    "Section",
    "Share",
    "Table",
    "Told",
    "advise",
    "checked_profile",
    "dossier_of",
    "dossier_pdf",
    "plain_advice",
    "profile_from_json",
    "profile_to_json",
    "source_text",
    "stamp",
    "understood_profile",
]
