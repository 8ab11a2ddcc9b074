"""What openapi.json names -> refusals of everything else that a request to the JSON API brings, so that no filter is dropped silently."""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Request

from koopkg.errors import QueryError
from koopkg.messages import Message
from koopkg_api.description import TITLES_BETWEEN
from koopkg_api.errors import RequestError

__all__ = ["UNREADABLE", "refuse_what_is_not_described"]

UNREADABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
"""Signs that no text holds: half surrogate pairs, and control characters but for those that separate words and lines."""
_SHOWN = 60


async def refuse_what_is_not_described(request: Request) -> None:
    """Let only those parameters and keys pass that the description of the operation names, each once unless it is a list.

    Raises:
        RequestError: A name is unknown, or given more often than it may be; the body is not JSON.
        QueryError: A text is not valid Unicode or holds control characters.
    """
    described = request.app.openapi()
    operation = described["paths"][request.scope["route"].path_format][request.method.lower()]
    known = {parameter["name"]: parameter["schema"] for parameter in operation.get("parameters", ()) if parameter["in"] == "query"}
    for name, times in Counter(name for name, _ in request.query_params.multi_items()).items():
        if name not in known:
            raise _refused(name or "query", Message("is no parameter of this address; {advice}", advice=_advice(name, known)))
        if times > 1 and known[name].get("type") != "array":
            raise _refused(name, _given(times))
    if "requestBody" in operation:
        await _check_body(request, operation["requestBody"]["content"], described["components"]["schemas"])


async def _check_body(request: Request, content: Mapping[str, Any], schemas: Mapping[str, Any]) -> None:
    media_type, body = request.headers.get("content-type", ""), await request.body()
    if body and media_type.partition(";")[0].strip().lower() not in content:
        raise RequestError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send the body as {media_types}", media_types=", ".join(content))
    if body:
        try:
            parsed = json.loads(body, object_pairs_hook=_each_key_once)
        except RecursionError:
            raise RequestError(HTTPStatus.BAD_REQUEST, "the body is nested too deeply") from None
        request.state.language = parsed.get("lang") if isinstance(parsed, dict) else None
        _check_texts(parsed)
        _check_keys(parsed, content["application/json"]["schema"], schemas, ())


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    for name, times in Counter(name for name, _ in pairs).items():
        if times > 1:
            raise _refused(name, _given(times))
    return dict(pairs)


def _check_texts(parsed: Any) -> None:
    for name, text in _texts(parsed):
        if found := UNREADABLE.search(text):
            sign = f"U+{ord(found.group()):04X}"
            raise QueryError("{field}: holds {sign}, which is no sign of a text; leave it out", field=name, sign=sign)


def _texts(parsed: Any) -> Iterator[tuple[str, str]]:
    """Every text in parsed JSON, each key too, with the outermost key that it stands below."""
    waiting: list[tuple[str, Any]] = [("body", parsed)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, list):
            waiting += [(name, item) for item in value]
        elif isinstance(value, dict):
            yield from ((name, key) for key in value)
            waiting += [(key if name == "body" else name, item) for key, item in value.items()]


def _check_keys(value: Any, schema: Mapping[str, Any], schemas: Mapping[str, Any], above: tuple[str, ...]) -> None:
    """Refuse keys that the schema of an object does not name, in objects below it too."""
    schema = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    known = schema.get("properties", {})
    if isinstance(value, list):
        for item in value:
            _check_keys(item, schema.get("items", {}), schemas, above)
    elif isinstance(value, dict):
        for name in value:
            if name not in known and schema.get("additionalProperties") is False:
                raise _refused(".".join((*above, _shown(name))), Message("is no key of this request; {advice}", advice=_advice(name, known)))
            _check_keys(value[name], known.get(name, {}), schemas, (*above, name))


def _advice(name: str, known: Mapping[str, Mapping[str, Any]]) -> Message:
    """The nearest of the names that are known, also by what pages call them, else all of them."""
    if not known:
        return Message("it takes none")
    folded = re.sub(r"(?<=[a-z])(?=[A-Z])|-", "_", name[:_SHOWN]).casefold()
    spoken = [other for other, schema in known.items() if any(label.casefold() in folded for label in _labels(schema))]
    close = spoken or difflib.get_close_matches(folded, known, n=1)
    return Message("nearest: {nearest!r}", nearest=close[0]) if close else Message("known: {known}", known=", ".join(known))


def _labels(schema: Mapping[str, Any]) -> list[str]:
    """What people call a facet; the title of anything else is made from its name."""
    labels = str(schema.get("title", "")).split(TITLES_BETWEEN)
    return labels if len(labels) > 1 else []


def _given(times: int) -> Message:
    return Message("is given {times} times; expected once", times=times)


def _refused(name: str, problem: Message) -> RequestError:
    return RequestError(HTTPStatus.UNPROCESSABLE_ENTITY, "{field}: {problem}", field=_shown(name), problem=problem)


def _shown(name: str) -> str:
    return name if len(name) <= _SHOWN else name[:_SHOWN] + "…"
