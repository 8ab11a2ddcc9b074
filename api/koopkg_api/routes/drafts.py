"""`/api/v1/drafts`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from koopkg.register import Register
from koopkg.search import MOST_IN_ADDRESS, list_drafts, search_drafts
from koopkg_api.draft_models import DraftDetail, DraftId, DraftList, DraftParameters, ListedDraft, ProposalDetail, summary_of
from koopkg_api.models import Comparable, Lang
from koopkg_api.site import CurrentSnapshot
from koopkg_api.strictness import refuse_what_is_not_described

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["drafts"], dependencies=[Depends(refuse_what_is_not_described)])


@router.get("/drafts", operation_id="listDrafts")
def drafts(served: CurrentSnapshot, parameters: Annotated[DraftParameters, Query()]) -> DraftList:
    """List what was only read by machine, or search it; nobody has checked it, and it counts as no case."""
    opened, lang, limit, offset = served.opened, parameters.lang, parameters.limit, parameters.offset
    if parameters.q.strip():
        result = search_drafts(opened, parameters.q, limit=limit, offset=offset, language=lang, most_characters=MOST_IN_ADDRESS)
        total, found = result.total, [ListedDraft.of(opened.catalog.draft(hit.id), Comparable.of(hit, lang)) for hit in result.hits]
    else:
        page = list_drafts(opened, limit=limit, offset=offset)
        total, found = page.total, [ListedDraft.of(draft) for draft in page.drafts]
    return DraftList(snapshot=served.id, total=total, limit=limit, offset=offset, drafts=found)


@router.get("/drafts/{draft_id}", operation_id="getDraft")
def draft(served: CurrentSnapshot, draft_id: DraftId, lang: Lang = "de") -> DraftDetail:
    """Everything that was proposed for one draft, each value with its probability and the passage that it rests on."""
    opened, register = served.opened, Register.bundled()
    found = opened.catalog.draft(draft_id)
    proposals = [ProposalDetail.of(proposal, opened.ontology, register, lang) for proposal in found.proposals]
    offers, alike = opened.catalog.offers(draft_id), opened.catalog.alike(draft_id)
    return DraftDetail(**summary_of(found).model_dump(), snapshot=served.id, proposals=proposals, offers=offers, alike=alike)
