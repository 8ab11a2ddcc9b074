"""The head of a request -> the media type to answer in, the methods of its address, and whether a program asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPMethod

from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import Scope

from koopkg.sparql import GRAPH_FORMATS

__all__ = ["RDF_TYPES", "allowed_methods", "best_match", "is_for_programs", "is_told_by_a_page", "path_below_root"]

RDF_TYPES = frozenset(media.partition(";")[0] for media, _ in GRAPH_FORMATS.values())
_FOR_PROGRAMS = frozenset({"api", "sparql", "healthz", "readyz", "openapi.json"})
"""First segments of the addresses that programs use; all others hold pages, and some of these RDF as well."""
_FOR_PEOPLE = ("text/html", "application/xhtml+xml")


def best_match(accept: str, offered: Sequence[str]) -> str | None:
    """The offered type that the client likes best, the first offered among equals; None if it accepts none.

    Source: RFC 9110, section 12.5.1; a missing header accepts everything, the most specific range decides.
    """
    ranges = [_parsed(part) for part in accept.split(",") if part.strip()]
    if not ranges:
        return offered[0]
    qualities = [_quality(media_type, ranges) for media_type in offered]
    best = max(qualities)
    return offered[qualities.index(best)] if best > 0 else None


def _parsed(media_range: str) -> tuple[str, float]:
    name, *parameters = (part.strip().lower() for part in media_range.split(";"))
    quality = next((parameter[2:] for parameter in parameters if parameter.startswith("q=")), "1")
    try:
        return name, min(max(float(quality), 0.0), 1.0)
    except ValueError:
        return name, 0.0


def _quality(media_type: str, ranges: Sequence[tuple[str, float]]) -> float:
    family = media_type.split("/")[0] + "/*"
    for candidate in (media_type, family, "*/*"):
        for name, quality in ranges:
            if name == candidate:
                return quality
    return 0.0


def is_for_programs(scope: Scope) -> bool:
    """Whether the answer is read by a program: by its address, its suffix, or because RDF or JSON is liked better than a page."""
    path = path_below_root(scope)
    if path.split("/")[1] in _FOR_PROGRAMS or path.rpartition(".")[2] in GRAPH_FORMATS:
        return True
    return best_match(_accept(scope), [*_FOR_PEOPLE, *sorted(RDF_TYPES), "application/json"]) not in (None, *_FOR_PEOPLE)


def is_told_by_a_page(scope: Scope) -> bool:
    """Whether a failure is told by a page: also to a browser that has sent the form of the SPARQL page."""
    is_browser = best_match(_accept(scope), ["application/json", *_FOR_PEOPLE]) in _FOR_PEOPLE
    return not is_for_programs(scope) or (is_browser and path_below_root(scope) == "/sparql")


def _accept(scope: Scope) -> str:
    return Headers(scope=scope).get("accept", "")


def allowed_methods(routes: Iterable[BaseRoute], scope: Scope) -> list[str]:
    """The methods that the address of a request answers, HEAD wherever GET does; empty if there is nothing at it."""
    asked = {**scope, "root_path": _root(scope)}
    found = {method.value for route in routes for method in HTTPMethod if _answers(route, {**asked, "method": method.value})}
    return sorted(found | {"HEAD", "OPTIONS"} if "GET" in found else found | {"OPTIONS"}) if found else []


def _answers(route: BaseRoute, scope: Scope) -> bool:
    """A mount takes every method, but what is mounted here are files."""
    match, _ = route.matches(scope)
    return match is Match.FULL and (scope["method"] == "GET" or not isinstance(route, Mount))


def path_below_root(scope: Scope) -> str:
    """The path below the prefix that the site lives at, with its leading slash."""
    path: str = scope["path"]
    return "/" + path.removeprefix(_root(scope)).lstrip("/")


def _root(scope: Scope) -> str:
    """The prefix of the site; routing writes that of a mount over it."""
    root: str = scope.get("app_root_path", scope.get("root_path", ""))
    return root
