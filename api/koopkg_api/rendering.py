"""Jinja templates with the texts of one language, everything escaped."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

from fastapi import Request
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.responses import Response

__all__ = ["LANGUAGES", "language_of", "messages", "render"]

LANGUAGES = ("de", "en")


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
    """A page in the language of the request; templates find the texts in `t` and what keeps a link in the language in `in_lang`."""
    language = language_of(request)
    values = {
        "t": messages(language),
        "lang": language,
        "in_lang": "?lang=en" if language == "en" else "",
        "other_lang": _with_language(request, "en" if language == "de" else "de"),
        **context,
    }
    return _templates().TemplateResponse(request, template, values, status_code=status_code, headers=headers)


@lru_cache(maxsize=1)
def _templates() -> Jinja2Templates:
    environment = Environment(
        loader=PackageLoader("koopkg_api"), autoescape=select_autoescape(), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["segments"] = segments
    return Jinja2Templates(env=environment)


def segments(text: str, highlights: list[tuple[int, int]]) -> list[tuple[str, bool]]:
    """A text cut into stretches, each with whether it is highlighted; highlights are ordered and do not overlap."""
    found, position = [], 0
    for start, end in highlights:
        found += [(text[position:start], False), (text[start:end], True)]
        position = end
    return [*found, (text[position:], False)]


def _with_language(request: Request, language: str) -> str:
    return str(request.url.include_query_params(lang=language).replace(scheme="", netloc=""))
