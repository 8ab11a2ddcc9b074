"""What was only read by machine of a cooperation: proposals for the fields of a record, each with its passage, until people confirm or refuse them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import ConfigDict, with_config

from koopkg.model.documents import Language, Mention

__all__ = ["IS_CASE", "OTHER_CASE", "Asked", "Draft", "Kinship", "Proposal", "Review", "State", "Verdict", "Zone"]

IS_CASE, OTHER_CASE = "is_case", "describes"
"""Fields that no record has: whether a document speaks of a cooperation at all, and which known case it is a further document of."""
State = Literal["proposed", "confirmed", "refused"]
Zone = Literal["taken", "asked"]
"""Whether a proposal is so sure that it is taken until somebody looks at it, or people are asked."""
_RATHER_RIGHT = 0.5
Verdict = Literal["accept", "refuse", "replace", "term"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A value for a field of a case record.

    Attributes:
        field: Name of the field.
        value: The slug of a concept, a number, the official key of a place or the name of a Land.
        probability: That the value is right; None where a person said so and nobody else had.
        evidence: The passage it rests on; None where a person said so.
        page: On which that stands, from 1; None where the format has none.
    """

    field: str
    value: str | int
    probability: float | None
    zone: Zone
    state: State
    evidence: Mention | None = None
    page: int | None = None

    @property
    def counts(self) -> bool:
        """Whether the draft is searched by it: it is confirmed, or nobody has refused it and it is rather right than wrong."""
        return self.state == "confirmed" or (self.state == "proposed" and (self.probability or 0.0) >= _RATHER_RIGHT)

    @property
    def key(self) -> str:
        """Its name among the proposals of one document: `field=value`."""
        return f"{self.field}={self.value}"


@dataclass(frozen=True, slots=True)
class Kinship:
    """Another document or case that a draft seems to be the same as, and how sure that is."""

    id: str
    probability: float


@dataclass(frozen=True, slots=True)
class Draft:
    """A document without a record and what was proposed for one.

    Attributes:
        id: That of the document.
        is_case: Probability that it speaks of a cooperation that there is.
        is_about_case: Whether it is taken to speak of one: by a person, else by that probability and where it is not taken to speak of several.
        several: Probability that it speaks of several cooperations.
        cooperations: About how many it is taken to speak of by machine where that is several; None elsewhere.
        proposals: In the order of the table of case fields, the likeliest first.
    """

    id: str
    title: str
    language: Language
    is_case: float
    is_about_case: bool
    proposals: tuple[Proposal, ...]
    several: float = 0.0
    cooperations: int | None = None

    def of(self, field: str) -> Iterator[Proposal]:
        """The proposals for a field that count."""
        return (proposal for proposal in self.proposals if proposal.field == field and proposal.counts)


@dataclass(frozen=True, slots=True)
class Asked:
    """A value of a draft that people are asked about, with its probability and how much an answer helps; of a number the digits."""

    document: str
    field: str
    value: str
    probability: float
    use: float


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a person decided of a proposal; the latest of a document, field and value counts.

    Attributes:
        at: When, in UTC, as `2026-11-26T14:03:07Z`.
        document: Id of the document.
        field: Of a case record; `is_case`: whether the document speaks of a cooperation at all; `describes`: the case that it is a further document of.
        verdict: `accept` and `refuse` a value, `replace` it by another, or `term`: refuse it and propose a term that the vocabulary lacks.
        instead: The other value.
        term: The proposed term.
        sentence: The passage in its context, to learn from; `quote` is what stands there for the value.
        probability: What the machine had said.
    """

    at: str
    document: str
    field: str
    value: str | int
    verdict: Verdict
    instead: str | int | None = None
    term: str | None = None
    sentence: str | None = None
    quote: str | None = None
    probability: float | None = None
