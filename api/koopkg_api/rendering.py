"""Jinja templates with the texts of one language, everything escaped."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context
from starlette.responses import Response

from koopkg_api.urls import absolute, own_path, path_to

__all__ = ["LANGUAGES", "language_of", "messages", "render"]

LANGUAGES = ("de", "en")
_NAVIGATION: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("nav_search", "start", {}),
    ("nav_topics", "vocabulary_page", {}),
    ("nav_forms", "scheme_page", {"scheme": "legal-form"}),
    ("nav_ontology", "ontology_page", {}),
    ("nav_sparql", "sparql_get", {}),
)
"""Text, route and its parameters of every entry of the header."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A link of the header; `current` is the value of `aria-current`, empty elsewhere."""

    text: str
    href: str
    current: str


@lru_cache(maxsize=len(LANGUAGES))
def messages(language: str) -> dict[str, str]:
    """The texts of the pages in one language, by key."""
    content = files("koopkg_api").joinpath(f"messages/{language}.json").read_text(encoding="utf-8")
    return {key: str(value) for key, value in json.loads(content).items()}


def language_of(request: Request) -> str:
    """The language asked for by `?lang=`, German without one."""
    asked = request.query_params.get("lang", "de")
    return asked if asked in LANGUAGES else "de"


def render(request: Request, template: str, context: dict[str, Any], *, status_code: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A page in the language of the request; templates find the texts in `t` and build every address with `url` or `page_url`."""
    language = language_of(request)
    other = "en" if language == "de" else "de"
    kept = [pair for pair in request.query_params.multi_items() if pair[0] != "lang"]
    is_lasting = status_code == 200 and not kept
    values = {
        "t": messages(language),
        "lang": language,
        "other_lang": _address(request, [*kept, ("lang", other)]),
        "navigation": _navigation(request, language),
        "addresses": {code: absolute(request, _address(request, _language(code))) for code in LANGUAGES} if is_lasting else {},
        **context,
    }
    return _templates().TemplateResponse(request, template, values, status_code=status_code, headers=headers)


@lru_cache(maxsize=1)
def _templates() -> Jinja2Templates:
    environment = Environment(
        loader=PackageLoader("koopkg_api"), autoescape=select_autoescape(), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["segments"] = segments
    environment.globals |= {"url": _url, "page_url": _page_url}
    return Jinja2Templates(env=environment)


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
    request: Request = context["request"]
    return _with_query(path_to(request, name, **parameters), [*(query or {}).items(), *_language(language_of(request))])


def _navigation(request: Request, language: str) -> list[_Entry]:
    """The header, with the page or, below it, the part of the site marked that the request is in."""
    paths = [path_to(request, name, **parameters) for _, name, parameters in _NAVIGATION]
    own = own_path(request)
    current = max((path for path in paths if own == path or own.startswith(f"{path}/")), key=len, default=None)
    texts = messages(language)
    return [
        _Entry(texts[key], _with_query(path, _language(language)), "" if path != current else "page" if path == own else "true")
        for (key, _, _), path in zip(_NAVIGATION, paths, strict=True)
    ]


def _address(request: Request, query: list[tuple[str, str]]) -> str:
    return _with_query(own_path(request), query)


def _with_query(path: str, query: list[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def _language(language: str) -> list[tuple[str, str]]:
    return [("lang", language)] if language != "de" else []
