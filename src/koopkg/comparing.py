"""Cases side by side: a row a field of their records, what they share first, each value with the source that it rests on."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from koopkg.errors import QueryError
from koopkg.export import guarded
from koopkg.headings import RECORD_HEADINGS
from koopkg.members import inhabitants, lands, size_class
from koopkg.messages import Language, Message, local_number, translated
from koopkg.model import CASE_FIELDS, SIZE_CLASS, Case, CaseField, Place, fields_of
from koopkg.namespaces import case_iri, concept_iri, place_iri
from koopkg.ontology import Ontology
from koopkg.record_lines import line_of, text_of
from koopkg.references import Citation, Citations
from koopkg.register import Register
from koopkg.search import facet_label, field_label
from koopkg.snapshot import OpenSnapshot

__all__ = ["LEAST_CASES", "MOST_CASES", "Agreement", "Cell", "Column", "Comparison", "Row", "Value", "agreement_label", "compare", "comparison_csv"]

Agreement = Literal["shared", "partly", "different"]
LEAST_CASES, MOST_CASES = 2, 8
_LEFT_OUT = frozenset(
    {"id", "title", "title_en", "legal_form_evidence", "state", "summary_en", "search_phrases", "search_phrases_en", "checked_on", "sources", "coordination"}
)
"""Fields that name the case, describe the record, or are told by another row."""
_WITH_CANTONS = "CH"
_AGREEMENTS: dict[Agreement, Message] = {"shared": Message("shared by all"), "partly": Message("shared by some"), "different": Message("different")}
_ORDER: dict[Agreement, int] = {"shared": 0, "partly": 0, "different": 1}


@dataclass(frozen=True, slots=True)
class Value:
    """What a case says in a row.

    Attributes:
        text: For people; `is_german` where it is a text of the corpus, whatever the language asked for.
        iri: Of the concept or place that it is, None of a text or a number.
        cites: Numbers of its sources; empty for what is computed from the register of municipalities.
    """

    text: str
    is_german: bool
    iri: str | None
    cites: tuple[int, ...]
    key: Hashable
    """What makes it the same as a value of another case."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The values of one case in a row; none where its record says nothing."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A field in which at least two of the cases have a value.

    Attributes:
        agreement: `shared`: all cases say the same; `partly`: at least two have a value in common; `different`: none have.
    """

    name: str
    label: str
    agreement: Agreement
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A case that is compared."""

    id: str
    iri: str
    title: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Cases in the order asked for, and the rows: what all or some share first, then what differs, each in the order of the table of fields."""

    snapshot: str
    cases: tuple[Column, ...]
    rows: tuple[Row, ...]
    sources: tuple[Citation, ...]


def compare(opened: OpenSnapshot, case_ids: Sequence[str], *, language: Language = "de") -> Comparison:
    """Two to eight cases side by side.

    Args:
        case_ids: Different ones.

    Raises:
        QueryError: There are fewer or more, or one is named twice.
        UnknownCaseError: There is no such case.
    """
    if not LEAST_CASES <= len(case_ids) <= MOST_CASES:
        raise QueryError("{field}: has {count} cases; expected {least} to {most}", field="cases", count=len(case_ids), least=LEAST_CASES, most=MOST_CASES)
    [(twice, times)] = Counter(case_ids).most_common(1)
    if times > 1:
        raise QueryError("{field}: names {value!r} twice; a case is compared with others", field="cases", value=twice)
    cases = [opened.catalog.entry(opened.catalog.row_of(case_id)).case for case_id in case_ids]
    teller = _Teller(opened.ontology, Citations(language), language)
    rows = [row for name, label, cells in teller.rows(cases) if (row := _row(name, label, cells)) is not None]
    columns = tuple(Column(case.id, case_iri(case.id), case.title_in(language)) for case in cases)
    return Comparison(opened.id, columns, tuple(sorted(rows, key=lambda row: _ORDER[row.agreement])), teller.citations.all())


def agreement_label(agreement: Agreement) -> Message:
    """What an agreement is called."""
    return _AGREEMENTS[agreement]


def comparison_csv(comparison: Comparison, language: Language, *, separator: str = ",") -> bytes:
    """The comparison as a table for spreadsheets: a row a field, a column a case, values joined by ` | ` with the numbers of their sources, which follow below.

    UTF-8 with a byte order mark; texts that a spreadsheet would take for a formula begin with an apostrophe.

    Args:
        separator: Between columns; an Excel of German settings opens a file with `;` as columns.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator)
    head = [translated(Message("field"), language), translated(Message("agreement"), language)]
    writer.writerow([*head, *(guarded(case.title) for case in comparison.cases)])
    writer.writerow(["", "", *(case.iri for case in comparison.cases)])
    for row in comparison.rows:
        cells = (" | ".join(value.text + "".join(f" [{number}]" for number in value.cites) for value in cell.values) for cell in row.cells)
        writer.writerow([row.label, translated(_AGREEMENTS[row.agreement], language), *map(guarded, cells)])
    writer.writerow([])
    writer.writerows([f"[{source.number}]", guarded(source.title), source.url or ""] for source in comparison.sources)
    return text.getvalue().encode("utf-8-sig")


def _row(name: str, label: str, cells: tuple[Cell, ...]) -> Row | None:
    """A row with how far the cases agree; None where fewer than two say something."""
    keys = [frozenset(value.key for value in cell.values) for cell in cells]
    if sum(map(bool, keys)) < LEAST_CASES:
        return None
    counts = Counter(key for of_case in keys for key in of_case)
    agreement: Agreement = "shared" if len(set(keys)) == 1 else "partly" if max(counts.values()) > 1 else "different"
    return Row(name, label, agreement, cells)


class _Teller:
    """Says what the records of cases hold, field by field."""

    def __init__(self, ontology: Ontology, citations: Citations, language: Language) -> None:
        self.citations = citations
        self._ontology, self._language, self._register = ontology, language, Register.bundled()

    def rows(self, cases: Sequence[Case]) -> Iterator[tuple[str, str, tuple[Cell, ...]]]:
        """Name, label and cells of each field of the table, and of what the register says."""
        for field in CASE_FIELDS:
            if field.name in _LEFT_OUT:
                continue
            label = translated(RECORD_HEADINGS[field.name], self._language) if field.name in RECORD_HEADINGS else self._label(field)
            yield field.name, label, tuple(Cell(tuple(self._value(field, value, case) for value in field.values(case))) for case in cases)
            if field.name == "country":
                called = Message("Land or canton") if any(case.country == _WITH_CANTONS for case in cases) else Message("Land")
                yield "lands", translated(called, self._language), tuple(Cell(tuple(self._lands(case))) for case in cases)
            if field.name == "population":
                yield "computed_population", translated(Message("Inhabitants, computed"), self._language), tuple(map(self._computed_population, cases))
                yield "size_class", self._label(SIZE_CLASS), tuple(map(self._size_class, cases))

    def _label(self, field: CaseField) -> str:
        return field_label(field, self._ontology, self._language)

    def _value(self, field: CaseField, value: Any, case: Case) -> Value:
        """A value of a record; of a record in it what it says in one line, and the concept by which it can be found elsewhere."""
        source = getattr(value, "source", None) if field.record else None
        cites = (self.citations.of_case(case, source),)
        if isinstance(value, Place):
            return Value(value.name, False, place_iri(value.ags) if value.ags else None, cites, value.ags or value.name)
        if field.record is None:
            iri = concept_iri(str(field.scheme), value) if field.kind == "concept" else None
            return Value(self._text(field, value), field.language == "de", iri, cites, value)
        told = [(inner, item) for inner in fields_of(field.record) for item in inner.values(value)]
        concept = next((concept_iri(str(inner.scheme), item) for inner, item in told if inner.kind == "concept" and not inner.is_qualifier), None)
        name = next((item for inner, item in told if inner.kind == "text"), None)
        is_german = any(inner.language == "de" for inner, _ in told)
        return Value(line_of(value, self._ontology, self._language, has_cantons=case.country == _WITH_CANTONS), is_german, concept, cites, concept or name)

    def _text(self, field: CaseField, value: Any) -> str:
        if field.kind == "place":
            return facet_label(str(field.facet), value, self._ontology, self._language)
        return text_of(field, value, self._ontology, self._language)

    def _lands(self, case: Case) -> Iterator[Value]:
        """That of the record, and those of the members by their keys."""
        for land in lands(case, self._ontology):
            yield Value(land.name(self._language), False, land.iri, (self.citations.of_case(case),), land.iri)

    def _computed_population(self, case: Case) -> Cell:
        number = inhabitants(case, self._register)
        return Cell((Value(local_number(number, self._language), False, None, (), number),) if number else ())

    def _size_class(self, case: Case) -> Cell:
        slug = size_class(case, self._register)
        if slug is None:
            return Cell(())
        iri = concept_iri(str(SIZE_CLASS.scheme), slug)
        return Cell((Value(self._ontology.concepts[iri].label(self._language), False, iri, (), iri),))
