"""The table of case fields: how a line of it is written, and the lines read back from the record that they make up.

A field of a record is one line: `sectors: tuple[str, ...] = concept("sector", "koop:sector", facet="sector", weight=1.0)`. Reading, graph, facets,
ranking, reasons, export, the parameters of the API and the options of the command line are made from these lines and name no field themselves.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_type_hints

__all__ = [
    "CaseField",
    "amount",
    "case",
    "citation",
    "concept",
    "concepts_of",
    "fields_of",
    "moment",
    "nested",
    "number",
    "place",
    "qualifier",
    "text",
]


Kind = Literal["text", "number", "amount", "moment", "concept", "place", "case", "citation", "nested"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseField:
    """One line of the table.

    Attributes:
        name: Of the field, in front matter and JSON.
        kind: What its values are: a text, a whole number, an amount that may have decimals, a date (`2010`, `2010-11`, `2010-11-30`), the slug of a
            concept, the code or name of a territory, the id of a case, the number of one of the case's sources, or a record of its own.
        property: RDF property, compact; None where the field is no statement by itself.
        is_many: Whether it holds a tuple.
        scheme: Concept scheme of the slugs.
        facet: Name under which it narrows results; None where it does not.
        weight: How much a concept of this field tells in the ranking; 0 is nothing.
        language: Of a text.
        rank: Where the facet stands among the others, lower first.
        node: Class of a nested record's nodes; None where what they are is said elsewhere.
        stem: Of the names of a nested record's nodes (`factor` -> `…#factor-1`).
        shortcut: Property from the case to the concepts of a nested record, or to its text where it has one and no concept, without the node between them.
        column: Name in the table for spreadsheets; None where it is left out.
        cell: Field of a nested record that its cell shows.
        evidence: Field of the same record that says what supports this one.
        is_qualifier: Whether a concept says something of its record alone (the kind of an agreement, an earlier form), so that the case is not found by it.
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
    is_qualifier: bool = False
    record: type[Any] | None = None

    def values(self, record: Any) -> tuple[Any, ...]:
        """The values of this field in a record, whether it holds one, several or none; the empty text of what was only read by machine is none."""
        value = getattr(record, self.name)
        return value if self.is_many else () if value is None or value == "" else (value,)


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


def qualifier(scheme: str, property: str, *, default: Any = None) -> Any:
    """A line whose value is a concept that says something of its record and nothing of the case."""
    return _line("concept", property, default, scheme=scheme, is_qualifier=True)


def text(property: str | None = None, *, default: Any = None, language: str | None = None, column: bool = False) -> Any:
    """A line whose values are texts for people."""
    return _line("text", property, default, language=language, has_column=column)


def number(property: str) -> Any:
    """A line whose value is a whole number or unknown."""
    return _line("number", property, None, has_column=True)


def amount(property: str) -> Any:
    """A line whose value is a number that may have decimals, or unknown."""
    return _line("amount", property, None)


def moment(property: str) -> Any:
    """A line whose value is a date with the precision that is known; the property gives the year, the property with `Date` behind it the rest."""
    return _line("moment", property, None)


def case(property: str) -> Any:
    """A line whose value is the id of another case."""
    return _line("case", property, None)


def citation(property: str = "dcterms:source") -> Any:
    """A line whose value is the number, from 1, of the source of the case that a statement rests on; None where that cannot be told."""
    return _line("citation", property, None)


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
    default: Any = (),
) -> Any:
    """A line whose values are records with lines of their own; each becomes a node. `default` is None for one record alone.

    Where a record is a plain text in the front matter, that is its field `text`.
    """
    return _line("nested", property, default, stem=stem, node=node, shortcut=shortcut, column=column, cell=cell)


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
    options = [option for option in get_args(hint) if isinstance(option, type) and dataclasses.is_dataclass(option)]
    record = options[0] if line["kind"] == "nested" else None
    has_column = line.pop("has_column")
    column = line.pop("column", None) or (name if has_column else None)
    return CaseField(name=name, is_many=is_many, column=column, record=record, **line)


def concepts_of(record: Any, *, with_qualifiers: bool = False) -> Iterator[tuple[CaseField, str, Any]]:
    """Every concept of a record and of the records in it, in the order of the lines: its line, its slug, and the record that holds it."""
    for field in fields_of(type(record)):
        for value in field.values(record):
            if field.kind == "concept" and (with_qualifiers or not field.is_qualifier):
                yield field, value, record
            elif field.record is not None:
                yield from concepts_of(value, with_qualifiers=with_qualifiers)
