"""`/api/v1/advise`: what is planned -> what can be learned from comparable cooperations."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Depends

from koopkg.advising import advise, understood_profile
from koopkg_api.advice_models import AdviceResponse, AdviseRequest
from koopkg_api.site import CurrentSnapshot
from koopkg_api.strictness import refuse_what_is_not_described

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["cases"], dependencies=[Depends(refuse_what_is_not_described)])


@router.post("/advise", operation_id="advise")
def advise_on(served: CurrentSnapshot, request: AdviseRequest) -> AdviceResponse:
    """Say what an initiative can learn: comparable cases, legal forms in its Land, chances and risks, next steps, open questions."""
    profile = replace(request.profile, text=request.text or request.profile.text)
    if profile.text.strip():
        profile = profile.filled_from(understood_profile(served.opened, profile.text))
    return AdviceResponse.of_advice(advise(served.opened, served.documentation, profile, language=request.lang), request.lang)
