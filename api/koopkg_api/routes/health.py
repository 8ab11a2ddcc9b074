"""`/healthz` and `/readyz`."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from koopkg.messages import Message
from koopkg_api.express import Handler
from koopkg_api.models import Health, Refused
from koopkg_api.problems import PROBLEM_RESPONSES, respond
from koopkg_api.site import site_of

__all__ = ["EXPRESS", "router"]

router = APIRouter(tags=["health"])
_NONE_PUBLISHED = Message("no snapshot is being served; run `koopkg ingest`")


@router.get("/healthz", operation_id="live", response_model_exclude_none=True)
async def live() -> Health:
    """Whether the process answers."""
    return Health(status="ok")


async def _live_at_once(request: Request) -> Response:  # noqa: ARG001 -- as every handler
    return JSONResponse((await live()).model_dump(exclude_none=True))


EXPRESS: dict[tuple[str, str], Handler] = {("GET", "/healthz"): _live_at_once}
"""A load balancer asks every second, and its patience is short."""


@router.get("/readyz", operation_id="ready", response_model=Health, response_model_exclude_unset=True, responses={503: PROBLEM_RESPONSES[503]})
async def ready(request: Request) -> Health | Response:
    """Whether a snapshot is open and searches are answered; also names a newer snapshot that cannot be opened."""
    site = site_of(request)
    await site.open_first()
    served, refused = site.look(), site.refused
    if served is None:
        detail = Message("no snapshot is being served: {reason}", reason=refused.reason) if refused else _NONE_PUBLISHED
        return respond(request, HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": "5"})
    state = Health(status="ready", snapshot=served)
    return state.model_copy(update={"refused": Refused(snapshot=refused.snapshot, reason=str(refused.reason))}) if refused else state
