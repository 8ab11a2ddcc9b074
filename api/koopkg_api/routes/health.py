"""`/healthz` and `/readyz`."""

from __future__ import annotations

from fastapi import APIRouter

from koopkg_api.models import Health
from koopkg_api.problems import PROBLEM_RESPONSES
from koopkg_api.site import CurrentSnapshot

__all__ = ["router"]

router = APIRouter(tags=["health"])


@router.get("/healthz", operation_id="live", response_model_exclude_none=True)
def live() -> Health:
    """Whether the process answers."""
    return Health(status="ok")


@router.get("/readyz", operation_id="ready", responses={503: PROBLEM_RESPONSES[503]})
def ready(served: CurrentSnapshot) -> Health:
    """Whether a snapshot is open and searches are answered."""
    return Health(status="ready", snapshot=served.id)
