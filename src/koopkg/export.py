"""A published snapshot -> one file: the whole graph, or a table of the cases for statistics."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict

import pyoxigraph as ox

from koopkg.errors import QueryError, SnapshotError
from koopkg.graph import canonical_nquads
from koopkg.members import inhabitants, size_class
from koopkg.model import CASE_FIELDS, Case, CaseField
from koopkg.namespaces import PREFIXES, RUN_GRAPH, case_iri
from koopkg.refusals import GRAPH_FAULTS, graph_fault, unreadable_graph
from koopkg.register import Register
from koopkg.snapshot import Catalog, SnapshotFiles

__all__ = ["FORMATS", "SEPARATORS", "export", "guarded"]

FORMATS = ("nq", "ttl", "jsonld", "csv", "jsonl")
SEPARATORS = (",", ";")
_NO_TEXT_IN_A_SPREADSHEET = re.compile(
    r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20']|[\d\s.,:;/()%€$-]+([e][+-]?\d+)?\Z|(\d{1,2}\.?\s*)?[^\W\d_]{3,9}\.?\s*\d{1,4}\Z|(wahr|falsch|true|false)\Z",
    re.IGNORECASE,
)
"""Formulas, numbers (with exponent), dates (Mai 2020) and truth values; an apostrophe too, so that taking one away gives back every text."""
_COMPUTED = ("computed_population", "computed_size_class")
"""Columns of what the register says of the members of a case; they come last."""
_COLUMNS = sorted((field for field in CASE_FIELDS if field.column), key=lambda field: field.kind == "nested")
"""Fields that have a column: those of one value first, then the lists of records."""


def export(files: SnapshotFiles, format: str, *, separator: str = ",") -> bytes:
    """The snapshot in a format.

    Returns:
        Every named graph but the times of the run, so that one snapshot id always gives the same bytes; the default graph is the set of
        all their triples. For `nq` sorted N-Quads, `ttl` Turtle without graph names, `jsonld` JSON-LD with them, `csv` a table of the
        cases for spreadsheets: UTF-8 with a byte order mark, lists joined by `;` (addresses by blanks), and an apostrophe before a text that a
        spreadsheet would take for a formula, a number or a date. `jsonl` one JSON object a case, every field as it was read, for programs.

    Raises:
        QueryError: The format or the separator is unknown.
        SnapshotError: The snapshot is damaged.
    """
    if format not in FORMATS:
        raise QueryError("{field}: {value!r} is unknown; expected one of {known}", field="format", value=format, known=", ".join(FORMATS))
    if separator not in SEPARATORS:
        raise QueryError("{field}: {value!r} is unknown; expected one of {known}", field="separator", value=separator, known=" ".join(SEPARATORS))
    if format == "csv":
        return _table(files, separator)
    if format == "jsonl":
        return "".join(f"{_record(case)}\n" for case in _cases(files)).encode()
    try:
        return _graph(files, format)
    except GRAPH_FAULTS as error:
        raise SnapshotError(unreadable_graph(graph_fault(error))) from error


def _graph(files: SnapshotFiles, format: str) -> bytes:
    quads = _named_graphs(ox.Store.read_only(str(files.graph)))
    if format == "nq":
        return canonical_nquads(quads)
    if format == "jsonld":
        return ox.serialize(sorted(quads, key=str), format=ox.RdfFormat.JSON_LD, prefixes=PREFIXES) or b""
    return ox.serialize(sorted({quad.triple for quad in quads}, key=str), format=ox.RdfFormat.TURTLE, prefixes=PREFIXES) or b""


def _named_graphs(store: ox.Store) -> Iterator[ox.Quad]:
    """Every graph but the default one, which repeats them all, and the one of the run, whose times differ between equal builds."""
    for graph in store.named_graphs():
        if graph != ox.NamedNode(RUN_GRAPH):
            yield from store.quads_for_pattern(None, None, None, graph)


def _record(case: Case) -> str:
    return json.dumps({"iri": case_iri(case.id), **asdict(case)}, ensure_ascii=False)


def _cases(files: SnapshotFiles) -> Iterator[Case]:
    with closing(Catalog(files.catalog)) as catalog:
        for row in catalog.cases():
            yield catalog.case(row)


def _table(files: SnapshotFiles, separator: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator)
    register = Register.bundled()
    writer.writerow(["iri", *(field.column for field in _COLUMNS), *_COMPUTED])
    for case in _cases(files):
        computed = inhabitants(case, register), size_class(case, register)
        writer.writerow([guarded(value) for value in (case_iri(case.id), *(_cell(field, case) for field in _COLUMNS), *computed)])
    return text.getvalue().encode("utf-8-sig")


def _cell(field: CaseField, case: Case) -> object:
    """What stands in a column: the value, or several in one text; of records, the field of them that says most."""
    values = field.values(case)
    if field.cell:
        joint = " " if field.cell == "url" else " | " if field.cell == "text" else ";"
        return joint.join(cell for value in values if (cell := getattr(value, field.cell)))
    return ";".join(values) if field.is_many else getattr(case, field.name)


def guarded(value: object) -> object:
    """A text that stays one in a spreadsheet; numbers are numbers there too.

    Source: OWASP, CSV Injection, for the signs that begin a formula.
    """
    return f"'{value}" if isinstance(value, str) and _NO_TEXT_IN_A_SPREADSHEET.match(value) else value
