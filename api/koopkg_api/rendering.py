"""Jinja templates with the texts of one language, everything escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context
from starlette.responses import Response

from koopkg.messages import LANGUAGES, Language, Message, counted, local_date, local_number, translated
from koopkg_api.urls import absolute, own_path, path_to

__all__ = ["language_asked_for", "language_of", "page_path", "render", "segments"]

_NAVIGATION: tuple[tuple[Message, str, dict[str, str]], ...] = (
    (Message("Search"), "search_page", {}),
    (Message("Plan a venture"), "venture_start", {}),
    (Message("Compare"), "comparison_page", {}),
    (Message("Topics"), "vocabulary_page", {}),
    (Message("Legal forms"), "scheme_page", {"scheme": "legal-form"}),
    (Message("Ontology"), "ontology_page", {}),
    (Message("SPARQL"), "sparql_get", {}),
)
"""Text, route and its parameters of every entry of the header."""
_LONGEST_PRINTED = 400
"""Characters of an address that is printed; a whole text in an address helps nobody on paper."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A link of the header; `current` is the value of `aria-current`, empty elsewhere."""

    text: str
    href: str
    current: str


def language_asked_for(request: Request) -> Language | None:
    """The language that `lang` names, in the address or in the body of a request to the API; None where it names none that we speak."""
    asked = getattr(request.state, "language", request.query_params.get("lang"))
    return next((language for language in LANGUAGES if language == asked), None)


def language_of(request: Request) -> Language:
    """The language of a page, German where none is asked for."""
    return language_asked_for(request) or "de"


def render(request: Request, template: str, context: dict[str, Any], *, status_code: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A page in the language of the request; templates say every text with `_` or `ngettext` and build every address with `url` or `page_url`."""
    language = language_of(request)
    other: Language = "en" if language == "de" else "de"
    kept = [pair for pair in request.query_params.multi_items() if pair[0] != "lang"]
    is_lasting = status_code == 200 and not kept
    own = absolute(request, _address(request, request.query_params.multi_items()))
    values = {
        "own_address": own if len(own) <= _LONGEST_PRINTED else None,
        "snapshot": getattr(request.state, "snapshot", None),
        "today": datetime.now().astimezone().date().isoformat(),
        "lang": language,
        "other_lang": _address(request, [*kept, ("lang", other)]),
        "navigation": _navigation(request, language),
        "addresses": {code: absolute(request, _address(request, _language(code))) for code in LANGUAGES} if is_lasting else {},
        **context,
    }
    return _templates(language).TemplateResponse(request, template, values, status_code=status_code, headers=headers)


@lru_cache(maxsize=len(LANGUAGES))
def _templates(language: Language) -> Jinja2Templates:
    environment = Environment(
        loader=PackageLoader("koopkg_api"), autoescape=select_autoescape(), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )

    def said(text: str, /, **values: object) -> str:
        return translated(Message(text, **values), language)

    def said_of(one: str, many: str, count: int, /, **values: object) -> str:
        return counted(one, many, count, language, **values)

    environment.filters |= {"segments": segments, "number": lambda number: local_number(number, language), "day": lambda text: _day(text, language)}
    environment.globals |= {"url": _url, "page_url": _page_url, "_": said, "ngettext": said_of}
    return Jinja2Templates(env=environment)


def _day(text: str, language: Language) -> str:
    """A date of ISO 8601 as people write it; one that is not known to the day stays as it is."""
    try:
        return local_date(date.fromisoformat(text), language)
    except ValueError:
        return text


def segments(text: str, highlights: list[tuple[int, int]]) -> list[tuple[str, bool]]:
    """A text cut into stretches, each with whether it is highlighted; highlights are ordered and do not overlap."""
    found, position = [], 0
    for start, end in highlights:
        found += [(text[position:start], False), (text[start:end], True)]
        position = end
    return [*found, (text[position:], False)]


@pass_context
def _url(context: Context, name: str, /, **parameters: str) -> str:
    """The path of something that has no language: a file, data, the target of a form."""
    return path_to(context["request"], name, **parameters)


@pass_context
def _page_url(context: Context, name: str, query: dict[str, str] | None = None, /, **parameters: str) -> str:
    """The path of a page, in the language of the page that links to it."""
    return page_path(context["request"], name, query or {}, **parameters)


def page_path(request: Request, name: str, query: Mapping[str, str] | Sequence[tuple[str, str]] = (), /, **parameters: str) -> str:
    """The path of a page, in the language of the request."""
    pairs = query.items() if isinstance(query, Mapping) else query
    return _with_query(path_to(request, name, **parameters), [*pairs, *_language(language_of(request))])


def _navigation(request: Request, language: Language) -> list[_Entry]:
    """The header, with the page or, below it, the part of the site marked that the request is in."""
    entries = [(text, path_to(request, name, **parameters)) for text, name, parameters in _NAVIGATION]
    own = own_path(request)
    current = max((path for _, path in entries if own == path or own.startswith(f"{path}/")), key=len, default=None)
    return [
        _Entry(translated(text, language), _with_query(path, _language(language)), "" if path != current else "page" if path == own else "true")
        for text, path in entries
    ]


def _address(request: Request, query: list[tuple[str, str]]) -> str:
    return _with_query(own_path(request), query)


def _with_query(path: str, query: list[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def _language(language: Language) -> list[tuple[str, str]]:
    return [("lang", language)] if language != "de" else []
