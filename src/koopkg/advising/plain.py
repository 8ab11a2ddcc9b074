"""An advice -> what JSON can hold, its sentences said in a language: the same for the command line and the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from koopkg.advising.advice import Advice
from koopkg.messages import Language, Message, translated
from koopkg.search import Reason
from koopkg.sentences import sentence_of

__all__ = ["plain_advice"]


def plain_advice(advice: Advice, language: Language) -> dict[str, Any]:
    """The advice as dictionaries, lists, texts and numbers."""
    plain: dict[str, Any] = _plain(advice, language)
    return plain


def _plain(value: Any, language: Language) -> Any:
    if isinstance(value, Message):
        return translated(value, language)
    if isinstance(value, Reason):
        return {"kind": value.kind, "text": sentence_of(value.kind, value.values, language), "fact": _plain(value.fact, language)}
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name), language) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(item, language) for key, item in value.items()}
    return [_plain(item, language) for item in value] if isinstance(value, tuple | list) else value
