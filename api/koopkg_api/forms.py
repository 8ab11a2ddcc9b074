"""A form that a page of ours sent -> its fields; such pages are kept by nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from fastapi import Depends, Request
from starlette.requests import ClientDisconnect

from koopkg_api.errors import RequestError
from koopkg_api.site import site_of
from koopkg_api.strictness import UNREADABLE

__all__ = ["OwnForm", "Sent", "keep_private"]

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


def _is_from_here(request: Request) -> bool:
    """Whether no other site has made the request. Programs say neither of the two; what they lack is the key of the form."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None and site not in _OWN:
        return False
    hosts = {request.headers.get("host", ""), urlsplit(site_of(request).settings.base_url).netloc} - {""}
    return origin is None or urlsplit(origin).netloc in hosts
