"""The table of case fields: how a line of it is written, and the lines read back from the record that they make up.

A field of a record is one line: `sectors: tuple[str, ...] = concept("sector", "koop:sector", facet="sector", weight=1.0)`. Reading, graph, facets,
ranking, reasons, export, the parameters of the API and the options of the command line are made from these lines and name no field themselves.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_type_hints

__all__ = ["CaseField", "concept", "concepts_of", "fields_of", "nested", "number", "place", "text"]


Kind = Literal["text", "number", "concept", "place", "nested"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseField:
    """One line of the table.

    Attributes:
        name: Of the field, in front matter and JSON.
        kind: What its values are: a text, a number, the slug of a concept, the code or name of a territory, or a record of its own.
        property: RDF property, compact; None where the field is no statement by itself.
        is_many: Whether it holds a tuple.
        scheme: Concept scheme of the slugs.
        facet: Name under which it narrows results; None where it does not.
        weight: How much a concept of this field tells in the ranking; 0 is nothing.
        language: Of a text.
        rank: Where the facet stands among the others, lower first.
        node: Class of a nested record's nodes; None where what they are is said elsewhere.
        stem: Of the names of a nested record's nodes (`factor` -> `…#factor-1`).
        shortcut: Property from the case to the concepts of a nested record, without the node between them.
        column: Name in the table for spreadsheets; None where it is left out.
        cell: Field of a nested record that its cell shows.
        evidence: Field of the same record that says what supports this one.
    """

    name: str
    kind: Kind
    property: str | None
    is_many: bool
    scheme: str | None = None
    facet: str | None = None
    rank: int = 99
    weight: float = 0.0
    language: str | None = None
    node: str | None = None
    stem: str | None = None
    shortcut: str | None = None
    column: str | None = None
    cell: str | None = None
    evidence: str | None = None
    record: type[Any] | None = None

    def values(self, record: Any) -> tuple[Any, ...]:
        """The values of this field in a record, whether it holds one, several or none."""
        value = getattr(record, self.name)
        return value if self.is_many else () if value is None else (value,)


def concept(
    scheme: str,
    property: str,
    *,
    default: Any = None,
    facet: str | None = None,
    rank: int = 99,
    weight: float = 0.0,
    evidence: str | None = None,
) -> Any:
    """A line whose values are slugs of a concept scheme; `default` is `()` for a tuple."""
    return _line("concept", property, default, scheme=scheme, facet=facet, rank=rank, weight=weight, evidence=evidence)


def text(property: str | None = None, *, default: Any = None, language: str | None = None, column: bool = False) -> Any:
    """A line whose values are texts for people."""
    return _line("text", property, default, language=language, has_column=column)


def number(property: str) -> Any:
    """A line whose value is a whole number or unknown."""
    return _line("number", property, None, has_column=True)


def place(property: str, *, default: Any = None, facet: str | None = None, rank: int = 99, weight: float = 0.0) -> Any:
    """A line whose value names a country, Land or canton."""
    return _line("place", property, default, facet=facet, rank=rank, weight=weight)


def nested(
    property: str,
    *,
    stem: str,
    node: str | None = None,
    column: str | None = None,
    cell: str | None = None,
    shortcut: str | None = None,
) -> Any:
    """A line whose values are records with lines of their own, or texts that support a statement; each becomes a node."""
    return _line("nested", property, (), stem=stem, node=node, shortcut=shortcut, column=column, cell=cell)


def _line(kind: Kind, property: str | None, default: Any, *, has_column: bool = False, **entries: Any) -> Any:
    has_column = has_column or kind in ("concept", "place")
    line = {"kind": kind, "property": property, "has_column": has_column, **entries}
    if default is dataclasses.MISSING:
        return dataclasses.field(metadata={"line": line})
    return dataclasses.field(default=default, metadata={"line": line})


def fields_of(record: type[Any]) -> tuple[CaseField, ...]:
    """The lines of a record in their order."""
    if record not in _READ:
        hints = get_type_hints(record)
        lines = [(item.name, dict(item.metadata["line"])) for item in dataclasses.fields(record) if "line" in item.metadata]
        _READ[record] = tuple(_read(name, line, hints[name]) for name, line in lines)
    return _READ[record]


_READ: dict[type[Any], tuple[CaseField, ...]] = {}


def _read(name: str, line: dict[str, Any], hint: Any) -> CaseField:
    is_many = getattr(hint, "__origin__", None) is tuple
    own = get_args(hint)[0] if is_many else None
    has_column = line.pop("has_column")
    column = line.pop("column", None) or (name if has_column else None)
    record = own if line["kind"] == "nested" and own is not str else None
    return CaseField(name=name, is_many=is_many, column=column, record=record, **line)


def concepts_of(record: Any) -> Iterator[tuple[CaseField, str, Any]]:
    """Every concept of a record and of the records in it, in the order of the lines: its line, its slug, and the record that holds it."""
    for field in fields_of(type(record)):
        for value in field.values(record):
            if field.kind == "concept":
                yield field, value, record
            elif field.record is not None:
                yield from concepts_of(value)
