"""The facets of the table of case fields -> options of a command."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from koopkg.model import FACETS

__all__ = ["with_filters"]

_MEANINGS = {
    "state": "Only cases in this Land or canton",
    "country": "Only cases in this country (ISO code)",
    "size_class": "Only cases whose largest municipality is of this class, such as unter-5000; districts and parts of towns do not count",
}
"""Facet -> what it keeps, where its name alone does not say so."""


def with_filters(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose parameter `filters` is made from one repeatable option a facet."""

    @wraps(command)
    def run(**options: Any) -> None:
        from koopkg.search import Filters  # loads what a search needs

        chosen = {facet: options.pop(facet) or () for facet in FACETS}
        command(**options, filters=Filters(**chosen))

    signature = inspect.signature(command, eval_str=True, locals={"Filters": object})
    own = [parameter for parameter in signature.parameters.values() if parameter.name != "filters"]
    added = [inspect.Parameter(facet, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_option(facet)) for facet in FACETS]
    arguments = [parameter for parameter in own if parameter.default is inspect.Parameter.empty]
    others = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own if parameter not in arguments]
    run.__signature__ = signature.replace(parameters=[*arguments, *added, *others])  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in (*arguments, *added, *others)}
    return run


def _option(facet: str) -> object:
    name = facet.replace("_", " ")
    return Annotated[list[str] | None, typer.Option(help=f"{_MEANINGS.get(facet, f'Only cases with this {name}')}; may be repeated.")]
