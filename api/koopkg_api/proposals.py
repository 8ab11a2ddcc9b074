"""What was only read by machine -> what pages show of it: proposals by field with their passages, and drafts among the hits of a search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from koopkg.messages import Language, Message, local_number, translated
from koopkg.model import CASE_FIELDS, CONCEPT_OF, Document, Draft, Proposal
from koopkg.namespaces import place_iri
from koopkg.ontology import Ontology
from koopkg.register import Register
from koopkg.search import DraftHits as FoundDrafts
from koopkg.search import Hit, facet_label, field_label
from koopkg.snapshot import CaseEntry, OpenSnapshot
from koopkg_api.views import ConceptLink, HitView, NamingPlace, concept_link, hit_view

__all__ = ["DraftHits", "DraftView", "FieldView", "ListedDraft", "ProposalView", "Value", "draft_hits", "draft_view", "found_draft", "listed_draft", "value_of"]

_FIELDS = {field.name: field for field in CASE_FIELDS}
_CONFIRMED, _SURE, _LIKELY, _UNSURE = Message("confirmed"), Message("certain"), Message("likely"), Message("uncertain")


@dataclass(frozen=True, slots=True)
class Value:
    """What a proposed value is called, and what it is; neither a concept nor a place is a number."""

    label: str
    iri: str | None = None
    concept: ConceptLink | None = None
    is_german: bool = False


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposed value; `percent` is None where a person said so, `place` where no passage says so."""

    value: Value
    certainty: str
    percent: int | None
    place: NamingPlace | None


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field of a case record and what is proposed for it."""

    label: str
    proposals: tuple[ProposalView, ...]


@dataclass(frozen=True, slots=True)
class DraftView:
    """The page of a draft: what counts until somebody looks at it, and what people are asked about."""

    id: str
    title: str
    language: Language
    is_about_case: bool
    cooperations: int | None
    percent: int
    date: str | None
    publisher: str | None
    source: str | None
    taken: tuple[FieldView, ...]
    asked: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True)
class DraftHits:
    """The best drafts for a text, and how many there are."""

    total: int
    hits: tuple[HitView, ...]


@dataclass(frozen=True, slots=True)
class ListedDraft:
    """A draft in the list of all."""

    id: str
    title: str
    language: Language
    sectors: tuple[str, ...]


def value_of(proposal: Proposal, ontology: Ontology, register: Register, language: Language) -> Value:
    """What a proposed value is called."""
    field, value = _FIELDS[proposal.field], str(proposal.value)
    if field.name in CONCEPT_OF:
        concept = ontology.concept(CONCEPT_OF[field.name], value)
        return Value(concept.label(language), concept.iri, concept_link(concept, language))
    if field.name == "places":
        area = register.get(value)
        return Value(area.label if area else value, place_iri(value), is_german=True)
    if field.kind == "place":
        land = ontology.territory_by_name(value)
        return Value(facet_label(str(field.facet), value, ontology, language), land.iri if land else place_iri(value))
    return Value(local_number(int(value), language, is_grouped=not str(field.property).endswith("Year")))


def draft_view(draft: Draft, document: Document, ontology: Ontology, register: Register, language: Language) -> DraftView:
    """What the page of a draft shows; nothing is proposed where its document is taken to speak of no cooperation."""

    def fields(proposals: Iterable[Proposal]) -> Iterator[FieldView]:
        for name, same in groupby(proposals, key=lambda proposal: proposal.field):
            views = tuple(_proposal_view(proposal, draft, ontology, register, language) for proposal in same)
            yield FieldView(field_label(_FIELDS[name], ontology, language), views)

    open_ones = [proposal for proposal in draft.proposals if draft.is_about_case and proposal.state != "refused"]
    return DraftView(
        id=draft.id,
        title=draft.title,
        language=draft.language,
        is_about_case=draft.is_about_case,
        cooperations=draft.cooperations,
        percent=_percent(draft.is_case),
        date=document.date,
        publisher=document.publisher,
        source=document.source,
        taken=tuple(fields(proposal for proposal in open_ones if not _is_asked(proposal))),
        asked=tuple(fields(proposal for proposal in open_ones if _is_asked(proposal))),
    )


def draft_hits(opened: OpenSnapshot, found: FoundDrafts, language: Language) -> DraftHits | None:
    """The drafts beside the hits of a search; None where there are none."""
    return DraftHits(found.total, tuple(found_draft(opened, hit, language) for hit in found.hits)) if found.total else None


def found_draft(opened: OpenSnapshot, hit: Hit, language: Language) -> HitView:
    """What a list of hits shows of a draft."""
    return hit_view(hit, language, of_texts=opened.catalog.draft(hit.id).language)


def listed_draft(entry: CaseEntry, ontology: Ontology, language: Language) -> ListedDraft:
    """What the list of all drafts shows of one."""
    sectors = tuple(ontology.concept("sector", slug).label(language) for slug in entry.case.sectors)
    return ListedDraft(entry.case.id, entry.case.title, entry.texts[0].document.language, sectors)


def _is_asked(proposal: Proposal) -> bool:
    return proposal.zone == "asked" and proposal.state == "proposed"


def _proposal_view(proposal: Proposal, draft: Draft, ontology: Ontology, register: Register, language: Language) -> ProposalView:
    found = proposal.evidence
    return ProposalView(
        value=value_of(proposal, ontology, register, language),
        certainty=translated(_certainty(proposal), language),
        percent=_percent(proposal.probability) if proposal.probability is not None and proposal.state != "confirmed" else None,
        place=NamingPlace(draft.id, found.start, found.end, found.quote, proposal.page) if found else None,
    )


def _certainty(proposal: Proposal) -> Message:
    if proposal.state == "confirmed":
        return _CONFIRMED
    if proposal.zone == "taken":
        return _SURE
    return _LIKELY if proposal.counts else _UNSURE


def _percent(probability: float) -> int:
    """Nothing that was only read by machine is impossible or beyond doubt; cut, so that what is just below a threshold does not look as if it were above."""
    return min(max(int(round(probability * 100, 3)), 1), 99)
