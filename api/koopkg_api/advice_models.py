"""What `/api/v1/advise` takes and gives."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from koopkg.advising import Advice, Citation, Failure, Figure, FormOption, FurtherCase, NextSteps, Profile, Quote, Told, plain_advice
from koopkg_api.models import Comparable, Lang

__all__ = ["AdviceResponse", "AdviseRequest"]

_TEXT: dict[str, Any] = {"pattern": r"^[^\x00-\x08\x0e-\x1f\x7f]*$", "examples": ["Wir sind vier Dörfer in Hessen und wollen einen gemeinsamen Bauhof."]}


class AdviseRequest(BaseModel):
    """What is planned: in words, as a profile, or both."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(description="German or English; what the profile leaves open is read from it", json_schema_extra=_TEXT)] = ""
    profile: Annotated[Profile, Field(description="What is known of it; concepts by their slugs")] = Profile()
    lang: Lang = "de"


class ComparableCase(BaseModel):
    """A case to learn from, with the facts that place it; `cites` are numbers of `sources`."""

    hit: Comparable
    state: str | None
    country: str
    legal_form: str | None
    partners: int | None
    inhabitants: int | None
    started: int | None
    ended: int | None
    status: str = Field(description="In words; `status_slug` is its notation")
    status_slug: str
    cites: list[int]


class RemarkText(BaseModel):
    """Something to mind, and the cases that it is about."""

    message: str
    cases: list[str]


class DescribedProfile(BaseModel):
    """The profile in words: its tasks, and its other facts with the names of their fields."""

    tasks: list[str]
    facts: list[str]


class AdviceResponse(BaseModel):
    """What an initiative can learn from the corpus; nothing without a source or a count."""

    snapshot: str = Field(description="Id of the snapshot that the answer comes from")
    profile: Profile = Field(description="What the advice was made for, with what was read from the text")
    described: DescribedProfile
    comparable: list[ComparableCase] = Field(description="The best cases; of such that are about as good, those that show another form or another Land")
    of: int = Field(description="How many comparable cases factors, obstacles and forms were counted in")
    further: list[FurtherCase] = Field(description="The others of those, best first")
    legal_forms: list[FormOption]
    success_factors: list[Told]
    obstacles: list[Told]
    failures: list[Failure]
    figures: list[Figure]
    cost_sharing: list[Quote]
    next_steps: NextSteps
    transfer_warnings: list[RemarkText]
    open_questions: list[RemarkText]
    land_counts: dict[str, int] = Field(description="Comparable cases by Land, or country where there is none")
    sources: list[Citation]

    @classmethod
    def of_advice(cls, advice: Advice, language: Lang) -> AdviceResponse:
        """The advice in a language."""
        return cls.model_validate(plain_advice(advice, language))
