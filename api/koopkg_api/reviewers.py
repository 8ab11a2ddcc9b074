"""A request to the review pages -> the session of whoever sent it, and the form, if it comes from a page of ours."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from fastapi import Depends, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from koopkg_api.errors import RequestError
from koopkg_api.sessions import SECONDS, Sessions
from koopkg_api.site import site_of
from koopkg_api.strictness import UNREADABLE
from koopkg_api.urls import absolute, path_to

__all__ = ["OwnForm", "Reviewer", "ReviewersForm", "Sent", "begin_session", "end_session", "keep_private", "sessions_of"]

_COOKIE = "koopkg_review"
_MOST_FIELDS = 500
_OWN = ("same-origin", "none")
"""What browsers call requests that no other site has made."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form sent: name of a field -> its values."""

    values: dict[str, list[str]]

    def text(self, name: str) -> str:
        """The one value of a field, without space around it; empty where there is none."""
        return self.values.get(name, [""])[-1].strip()

    def all(self, name: str) -> Sequence[str]:
        return self.values.get(name, [])


async def keep_private(request: Request) -> None:
    """Have the answer kept by nobody, errors included."""
    request.state.is_private = True


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


async def _own_form(request: Request) -> Sent:
    """The form of a request that comes from a page of ours.

    Raises:
        RequestError: Another site has sent it, or it cannot be read.
    """
    if not _is_from_here(request):
        raise RequestError(HTTPStatus.FORBIDDEN, "this form was sent from another site; open the page here and send it again")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise RequestError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send the body as {media_types}", media_types="application/x-www-form-urlencoded")
    try:
        body = (await request.body()).decode("ascii")
        values = parse_qs(body, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except (ClientDisconnect, ValueError):
        raise RequestError(HTTPStatus.BAD_REQUEST, "the form cannot be read; open the page again and send it once more") from None
    for name, texts in values.items():
        if found := UNREADABLE.search("".join((name, *texts))):
            raise RequestError(HTTPStatus.BAD_REQUEST, "the form holds {sign}, which is no sign of a text; leave it out", sign=f"U+{ord(found.group()):04X}")
    return Sent(values)


OwnForm = Annotated[Sent, Depends(_own_form)]
"""A route parameter that holds a form of ours, whoever sent it."""


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


def _is_from_here(request: Request) -> bool:
    """Whether no other site has made the request. Programs say neither of the two; what they lack is the key of the form."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None and site not in _OWN:
        return False
    hosts = {request.headers.get("host", ""), urlsplit(site_of(request).settings.base_url).netloc} - {""}
    return origin is None or urlsplit(origin).netloc in hosts
