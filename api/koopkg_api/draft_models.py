"""What the JSON API says of drafts, as OpenAPI describes it: what was only read by machine from documents without a record."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from koopkg.messages import Language
from koopkg.model import Draft, Kinship, Mention, Proposal, State, Zone
from koopkg.namespaces import document_iri, draft_iri
from koopkg.ontology import Ontology
from koopkg.register import Register
from koopkg_api.models import Comparable, Lang, Limit, Offset
from koopkg_api.proposals import value_of

__all__ = ["DraftDetail", "DraftId", "DraftList", "DraftParameters", "DraftSummary", "ListedDraft", "ProposalDetail", "summary_of"]

_TEXT: dict[str, Any] = {"pattern": r"^[^\x00-\x08\x0e-\x1f\x7f]*$", "examples": ["gemeinsamer Bauhof"]}
DraftId = Annotated[str, Path(description="Id of a draft, which is that of its document", json_schema_extra={"pattern": "^[a-z0-9-]+$", "maxLength": 200})]


class DraftParameters(BaseModel):
    """A page of the list of drafts, or of those that a text finds."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, Field(description="What is looked for, German or English; without it all drafts are listed by id", json_schema_extra=_TEXT)] = ""
    limit: Limit = 20
    offset: Offset = 0
    lang: Lang = "de"


class DraftSummary(BaseModel):
    """What a draft is."""

    id: str
    iri: str
    title: str
    language: Language
    document: str = Field(description="IRI of the document that it was read from")
    is_case: float = Field(description="Probability that the document speaks of a cooperation that there is")
    is_about_case: bool = Field(description="Whether it is taken to speak of one: by a person, else by that probability, unless it tells of several")
    cooperations: int | None = Field(description="About how many cooperations it tells of, where it is taken by machine to tell of several, else null")


class ListedDraft(DraftSummary):
    """One line of a list of drafts."""

    found: Comparable | None = Field(description="Score, snippet and reasons where `q` found it, else null")

    @classmethod
    def of(cls, draft: Draft, found: Comparable | None = None) -> ListedDraft:
        return cls(**summary_of(draft).model_dump(), found=found)


class DraftList(BaseModel):
    """A page of drafts: all of them by id, or those that `q` finds among the ones that are about a cooperation, best first. None counts as a case."""

    snapshot: str
    total: int
    limit: int
    offset: int
    drafts: list[ListedDraft]


class ProposalDetail(BaseModel):
    """A value proposed for a field of a case record."""

    field: str
    value: str | int = Field(description="Slug of a concept, a number, the official key of a place or the name of a Land")
    label: str
    iri: str | None = Field(description="Of the concept or place; null for a number")
    probability: float | None = Field(description="That the value is right; null where a person said so and nobody else had")
    zone: Zone = Field(description="Whether it is so sure that it is taken until somebody looks at it, or people are asked")
    state: State
    evidence: Mention | None = Field(description="The passage it rests on, in characters of the document; null where a person said so")
    page: int | None = Field(description="Page of the passage, from 1; null where the document has none")

    @classmethod
    def of(cls, proposal: Proposal, ontology: Ontology, register: Register, language: Language) -> ProposalDetail:
        value = value_of(proposal, ontology, register, language)
        return cls(
            field=proposal.field,
            value=proposal.value,
            label=value.label,
            iri=value.iri,
            probability=proposal.probability,
            zone=proposal.zone,
            state=proposal.state,
            evidence=proposal.evidence,
            page=proposal.page,
        )


class DraftDetail(DraftSummary):
    """One draft with every proposal, refused ones included, in the order of the fields of a case record, the likeliest first."""

    snapshot: str
    proposals: list[ProposalDetail]
    offers: list[Kinship] = Field(description="Cases that it may be a further document of, with the probability, likeliest first")
    alike: list[Kinship] = Field(description="Documents that hold nearly the same text, with the share of their text that is the same, most alike first")


def summary_of(draft: Draft) -> DraftSummary:
    """What a draft is."""
    return DraftSummary(
        id=draft.id,
        iri=draft_iri(draft.id),
        title=draft.title,
        language=draft.language,
        document=document_iri(draft.id),
        is_case=draft.is_case,
        is_about_case=draft.is_about_case,
        cooperations=draft.cooperations,
    )
