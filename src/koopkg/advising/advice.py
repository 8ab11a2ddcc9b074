"""The records that an advice is made of; numbers in `cites` are those of its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from koopkg.advising.profile import Profile
from koopkg.messages import Message
from koopkg.references import Citation
from koopkg.search import Hit

__all__ = [
    "Advice",
    "Comparable",
    "Described",
    "Failure",
    "Figure",
    "FigureKind",
    "Fit",
    "FormOption",
    "FurtherCase",
    "LegalBasis",
    "Need",
    "NextSteps",
    "Option",
    "Quote",
    "Remark",
    "Share",
    "Told",
]

Option = Literal["statute", "federal", "unnamed", "elsewhere", "forbidden", "unknown"]
"""Whether the law lets a form be chosen: a statute of the Land names it; it follows federal law; no statute that was read names it, or only ones of other
Länder or countries do; it is ruled out; or the Land is not known."""
FigureKind = Literal["result", "cost", "staff", "funding"]
Fit = Literal["fits", "partly", "open", "not"]


@dataclass(frozen=True, slots=True)
class Comparable:
    """A case to learn from, with the facts that place it."""

    hit: Hit
    state: str | None
    country: str
    legal_form: str | None
    partners: int | None
    inhabitants: int | None
    started: int | None
    ended: int | None
    status: str
    status_slug: str
    cites: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FurtherCase:
    """A comparable case that is counted and not shown with its facts."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Described:
    """A profile in words: the names of its tasks, the narrower ones where it has any, and what else it says, as field and value."""

    tasks: tuple[str, ...]
    facts: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """What the record of a case says, in German."""

    case: str
    title: str
    text: str
    cites: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """A concept and in how many cases it is found."""

    slug: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Told:
    """A factor or an obstacle, how many of the comparable cases tell of it, a few of their words, and for an obstacle what helped over it."""

    slug: str
    label: str
    count: int
    quotes: tuple[Quote, ...]
    overcome_by: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """Where a statute provides a form; `version` is the date of the version that was read, None where its source does not say."""

    statute: str
    sections: str | None
    local_name: str
    version: str | None
    read_on: str
    is_checked: bool
    cites: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """What is said of a form in one respect; `value` is a slug of the scheme `form-value`, None where only words are said."""

    aspect: str
    label: str
    value: str | None
    value_label: str | None
    explanation: str
    is_checked: bool
    cites: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FormOption:
    """A legal form that comes into question.

    Attributes:
        cases: How many of the comparable cases have it.
        fit: How it meets the needs that were stated: `open` where that is not known of one, or none was stated.
        needs: What is known of it for each need.
        against: What speaks against it or has to be looked at.
        situations: When to consider it first.
    """

    slug: str
    label: str
    cases: int
    examples: tuple[str, ...]
    is_wished: bool
    option: Option
    basis: tuple[LegalBasis, ...]
    fit: Fit
    needs: tuple[Need, ...]
    against: tuple[Need, ...]
    situations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """A comparable case that came to an end, and what of."""

    case: str
    title: str
    status: str
    ended: int | None
    reasons: tuple[Quote, ...]
    cites: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A cost, an effect, staff or a grant that a record tells.

    Attributes:
        euros: Of a cost or grant; None where its words hold the number.
        basis: Whether an effect was measured, expected or claimed, where that is known.
    """

    kind: FigureKind
    quote: Quote
    euros: float | None
    basis: str | None


@dataclass(frozen=True, slots=True)
class NextSteps:
    """What is due in a phase.

    Attributes:
        is_assumed: Whether nobody said in which phase the initiative is.
        following: The next phase; None after the last.
        tasks: Coordination tasks of the phase.
        hosts: Kinds of units that coordinate comparable cases; `host_examples` names some.
    """

    phase: str
    is_assumed: bool
    steps: tuple[str, ...]
    documents: tuple[str, ...]
    following: str | None
    tasks: tuple[str, ...]
    hosts: tuple[Share, ...]
    host_examples: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to mind, in a sentence, and the cases that it is about."""

    message: Message
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What an initiative can learn from the corpus. Nothing in it is without a source or a count.

    Attributes:
        described: The profile in words, what is planned first.
        of: How many comparable cases factors, obstacles and forms were counted in.
        further: Those of them that are not among the comparable ones shown, best first.
        land_counts: Comparable cases by Land.
    """

    snapshot: str
    profile: Profile
    described: Described
    comparable: tuple[Comparable, ...]
    of: int
    further: tuple[FurtherCase, ...]
    legal_forms: tuple[FormOption, ...]
    success_factors: tuple[Told, ...]
    obstacles: tuple[Told, ...]
    failures: tuple[Failure, ...]
    figures: tuple[Figure, ...]
    cost_sharing: tuple[Quote, ...]
    next_steps: NextSteps
    transfer_warnings: tuple[Remark, ...]
    open_questions: tuple[Remark, ...]
    land_counts: Mapping[str, int]
    sources: tuple[Citation, ...]
