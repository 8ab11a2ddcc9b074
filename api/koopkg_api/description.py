"""Routes and the snapshot that is served -> openapi.json: what FastAPI derives, completed by limits, allowed values and every status that can occur."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from koopkg.model import FACETS, LANGUAGES
from koopkg.search import MOST_IN_ADDRESS, field_label, known_values
from koopkg.snapshot import OpenSnapshot
from koopkg_api.problems import PROBLEM_RESPONSES, Problem

__all__ = ["TITLES_BETWEEN", "describe_api"]

TITLES_BETWEEN = " · "
"""Between the German and the English name of a facet."""
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_WITH_BODY, _IN_API, _NAMING = (408, 413, 415), (422, 503), (404,)
"""Statuses beside 400 and 500 of operations that read a body, of the JSON API, and of addresses that hold a name."""


def describe_api(app: FastAPI, *, most_query_characters: int, opened: OpenSnapshot | None) -> dict[str, Any]:
    """The OpenAPI description of an application.

    Args:
        most_query_characters: Longest search text.
        opened: The snapshot that is served; its filter values and numbers of cases and drafts are told. None leaves them out.
    """
    api = get_openapi(title=app.title, version=app.version, description=app.description, license_info=app.license_info, routes=app.routes, servers=app.servers)
    schemas = api["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = Problem.model_json_schema()
    for path, operations in api["paths"].items():
        for method, operation in operations.items():
            _add_responses(path, method, operation)
    for path, name, schema, is_body in _inputs(api):
        _add_limits(path, name, schema, most_query_characters, opened, is_body=is_body)
    return api


def _add_responses(path: str, method: str, operation: dict[str, Any]) -> None:
    is_api = path.startswith("/api/")
    possible = {400, 500, *(_WITH_BODY if "requestBody" in operation else ()), *(_IN_API if is_api else ()), *(_NAMING if "{" in path else ())}
    responses = operation["responses"]
    for status in sorted(possible):
        responses.setdefault(str(status), {"description": PROBLEM_RESPONSES[status]["description"]})
    for status, response in responses.items():
        if status >= "400":
            response["content"] = _PROBLEM
    if (is_api or path == "/sparql") and method == "get":
        responses["304"] = {"description": "The answer is the one whose ETag was sent as If-None-Match"}


def _inputs(api: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], bool]]:
    """Path, name and schema of everything that can be sent to the JSON API, and whether it is a key of a body: parameters, and keys of bodies."""
    for path, operations in api["paths"].items():
        for operation in operations.values() if path.startswith("/api/") else ():
            for parameter in operation.get("parameters", ()):
                yield path, parameter["name"], parameter["schema"], False
            for media in operation.get("requestBody", {}).get("content", {}).values():
                for name, schema in api["components"]["schemas"][media["schema"]["$ref"].rpartition("/")[2]]["properties"].items():
                    yield path, name, schema, True


def _add_limits(path: str, name: str, schema: dict[str, Any], most_query_characters: int, opened: OpenSnapshot | None, *, is_body: bool) -> None:
    if name == "q":
        schema["maxLength"] = most_query_characters if is_body else min(most_query_characters, MOST_IN_ADDRESS)
    elif opened is not None and name in FACETS:
        labels = [field_label(FACETS[name], opened.ontology, language) for language in LANGUAGES]
        schema["title"] = TITLES_BETWEEN.join(labels)
        schema["items"]["enum"] = ["", *sorted(known_values(name, opened.ontology))]
    elif opened is not None and name == "offset":
        schema["maximum"] = opened.manifest.counts["drafts"] if path.endswith("/drafts") else len(opened)
    elif opened is not None and name == "case_id":
        schema["examples"] = [opened.catalog.id_of(row) for row in range(len(opened))[:1]]
    elif opened is not None and name == "draft_id":
        schema["examples"] = opened.catalog.draft_ids(limit=1, offset=0)
