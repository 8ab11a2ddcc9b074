"""A request to the review pages -> the session of whoever sent it, and its form."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from koopkg_api.errors import RequestError
from koopkg_api.forms import OwnForm, Sent, keep_private
from koopkg_api.sessions import SECONDS, Sessions
from koopkg_api.site import site_of
from koopkg_api.urls import absolute, path_to

__all__ = ["Reviewer", "ReviewersForm", "begin_session", "end_session", "in_review", "sessions_of"]

_COOKIE = "koopkg_review"


async def in_review(request: Request) -> None:
    """Have pages and errors be those of the review, kept by nobody."""
    await keep_private(request)
    request.state.is_review = True


def sessions_of(request: Request) -> Sessions:
    return Sessions(site_of(request).settings.review_token)


def begin_session(request: Request, response: Response) -> None:
    """Give the client a session."""
    response.set_cookie(
        _COOKIE,
        sessions_of(request).begun(time.time()),
        max_age=SECONDS,
        path=path_to(request, "review_page"),
        secure=absolute(request, "").startswith("https://"),
        httponly=True,
        samesite="strict",
    )


def end_session(request: Request, response: Response) -> None:
    """Take the session from the client."""
    response.delete_cookie(_COOKIE, path=path_to(request, "review_page"), secure=absolute(request, "").startswith("https://"), httponly=True, samesite="strict")


async def _session(request: Request) -> str | None:
    session = request.cookies.get(_COOKIE, "")
    return session if session and sessions_of(request).is_valid(session, time.time()) else None


Reviewer = Annotated[str | None, Depends(_session)]
"""A route parameter that holds the session; None for whoever has none."""


async def _reviewers_form(request: Request, session: Reviewer, sent: OwnForm) -> Sent:
    """The form of a reviewer.

    Raises:
        RequestError: There is no session, or the form is not of it.
    """
    if session is None:
        raise RequestError(HTTPStatus.FORBIDDEN, "your session has ended; nothing was recorded: log in again")
    if not sessions_of(request).is_form_key(sent.text("key"), session):
        raise RequestError(HTTPStatus.FORBIDDEN, "this form is not of your session; nothing was recorded: open the page again")
    return sent


ReviewersForm = Annotated[Sent, Depends(_reviewers_form)]
"""A route parameter that holds a form that a reviewer sent from a page of ours."""
