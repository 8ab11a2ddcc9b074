"""A case -> the one line of facts that every list of cases shows of it: where, in which form, how many, since when, and how it went on."""

from __future__ import annotations

from dataclasses import dataclass

from koopkg.members import inhabitants, lands
from koopkg.messages import Language, Message, counted, local_number, translated
from koopkg.model import Case
from koopkg.ontology import Ontology
from koopkg.register import Register
from koopkg.search import facet_label

__all__ = ["FactLine", "fact_line", "rounded_inhabitants"]

_RUNNING = ("aktiv", "pilot")
_UNKNOWN = "unbekannt"


@dataclass(frozen=True, slots=True)
class FactLine:
    """What tells one case from another at a glance: where, in which form, how many, since when; what is not known is left out.

    Attributes:
        facts: Each in a few words.
        status: None where it is not known.
        is_running: Whether it goes on; what ended, failed or was only planned has to be seen.
    """

    facts: tuple[str, ...]
    status: str | None
    is_running: bool


def fact_line(case: Case, ontology: Ontology, register: Register, language: Language) -> FactLine:
    """The facts of a case that a list shows; inhabitants are those of the record, else computed from its members."""
    is_known = case.status != _UNKNOWN
    facts = (
        _whereabouts(case, ontology, language),
        ontology.concept("legal-form", case.legal_form).label(language) if case.legal_form else None,
        counted("{n:,} municipal partner", "{n:,} municipal partners", case.partner_count, language) if case.partner_count else None,
        _people(case, register, language),
        _years(case, language),
    )
    status = ontology.concept("status", case.status).label(language) if is_known else None
    return FactLine(tuple(fact for fact in facts if fact), status, not is_known or case.status in _RUNNING)


def _whereabouts(case: Case, ontology: Ontology, language: Language) -> str:
    """The Länder or cantons, with the country unless that is Germany; the country alone where they are not known."""
    names = [land.name(language) for land in lands(case, ontology)]
    return ", ".join(names if names and case.country == "DE" else [*names, facet_label("country", case.country, ontology, language)])


def _people(case: Case, register: Register, language: Language) -> str | None:
    computed = None if case.population else rounded_inhabitants(case, register)
    if case.population:
        return translated(Message("{number} inhabitants", number=local_number(case.population, language)), language)
    return translated(Message("about {number} inhabitants", number=local_number(computed, language)), language) if computed else None


def _years(case: Case, language: Language) -> str | None:
    """When a case began and ended, as far as that is known."""
    began, over = case.started, case.ended or case.ended_latest or case.ended_earliest
    if began and case.ended:
        return f"{began}–{case.ended}"
    if began:
        is_running = case.status in (*_RUNNING, _UNKNOWN) and not over
        return translated(Message("since {year}", year=began) if is_running else Message("from {year}", year=began), language)
    return translated(Message("until {year}", year=case.ended), language) if case.ended else None


def rounded_inhabitants(case: Case, register: Register) -> int | None:
    """The inhabitants of all members, to hundreds from a thousand on: a sum of figures of one day is no more exact than that."""
    number = inhabitants(case, register)
    return round(number, -2) if number and number >= 1000 else number
