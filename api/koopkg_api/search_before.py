"""What a browser says of the page that it comes from -> the path back to the search that this was."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl

from fastapi import Request

from koopkg_api.rendering import page_path
from koopkg_api.urls import absolute, path_to

__all__ = ["search_before"]


def search_before(request: Request, *, ticked: Sequence[str] = ()) -> str | None:
    """The path of the search that a page of this site was reached from, None where it was another page.

    Of what the browser says only the query is taken, so that the link leads nowhere but to our own searches.

    Args:
        ticked: Ids of cases that are to be ticked there as well.
    """
    before, _, query = request.headers.get("referer", "").partition("?")
    if before != absolute(request, path_to(request, "search_page")):
        return None
    pairs = [(name, value) for name, value in parse_qsl(query) if name != "lang"]
    missing = [("case", case) for case in ticked if ("case", case) not in pairs]
    return page_path(request, "search_page", [*pairs, *missing])
