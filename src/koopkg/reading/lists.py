"""CSV or JSON with a list of records -> a member for each record, and a record -> a document whose text is what it says in words.

The keys are those of a case record. In CSV a cell that begins with `[` or `{` is JSON, and several values of a list are parted by `;` or line ends.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from koopkg.errors import refused
from koopkg.frontmatter import Entry
from koopkg.messages import Foreign, Message
from koopkg.model import CASE_FIELDS
from koopkg.reading.blocks import Blocks
from koopkg.reading.content import Content, Member
from koopkg.reading.plain_text import decoded
from koopkg.text import normalise, unusable

__all__ = ["RECORD_BEGINS", "members_of_csv", "members_of_json", "read_record"]

_TEXT = "text"
"""The key whose value is the text of the document rather than a field of the case."""
_KEYS = {field.name for field in CASE_FIELDS} | {_TEXT}
_LISTS = {field.name for field in CASE_FIELDS if field.is_many}
_NOT_OURS = ("iri", "computed_population", "computed_size_class")
"""Columns that `koopkg export` adds."""
RECORD_BEGINS = b'{"line": '
"""How a record of a list begins as it is kept."""
_MOST_ROWS = 100_000
_DEEPEST = 8
_LONGEST_CELL = 1_000_000


def members_of_csv(raw: bytes, where: str) -> Iterator[Member]:
    """A record for each row below the first, which has the keys; `,`, `;` or a tabulator parts cells.

    Raises:
        DocumentError: It is no text, has no rows, or its first row has none of the keys of a case.
    """
    text = decoded(raw, where)
    first = text.partition("\n")[0]
    separator = max(";,\t", key=first.count)
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        keys = [key.strip() for key in next(reader, [])]
        if len(_KEYS & set(keys)) < 2 or "id" not in keys:
            raise refused(where, "is a table whose first row has not the keys of a case; expected `id`, `title`, `sectors` and so on")
        begin, count = reader.line_num + 1, 0
        for cells in reader:
            line, begin = begin, reader.line_num + 1
            if any(cell.strip() for cell in cells):
                count += 1
                yield _of_row(keys, cells, line=line, where=where, number=count)
    except csv.Error as error:
        problem = Message(
            "line {line}: {reason}; expected a table with `{separator}` between its cells", line=reader.line_num, reason=Foreign(error), separator=separator
        )
        raise refused(where, problem) from None
    if not count:
        raise refused(where, "is a table without rows; expected a row a case below the first")


def members_of_json(raw: bytes, where: str) -> Iterator[Member]:
    """The records of a list, of the list under `cases`, of one record a line, or the one record that there is.

    Raises:
        DocumentError: It is no JSON, or has no records.
    """
    text = decoded(raw, where)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        found = _of_lines(text)
        if found is None:
            reason = Foreign(error) if isinstance(error, ValueError) else Message("nested too deep")
            raise refused(where, Message("is no JSON ({reason}); expected a list of records", reason=reason)) from None
    if isinstance(found, dict):
        found = found.get("cases", [found])
    if not isinstance(found, list) or not found:
        raise refused(where, "has no records; expected a list of them, each with the keys of a case")
    for number, record in enumerate(found[:_MOST_ROWS], start=1):
        yield Member(_name(number), _packed(record, number))


def read_record(raw: bytes, where: str) -> Content:
    """The content of one record: its keys, and as text its title and what stands under `text`.

    Raises:
        DocumentError: It is no set of keys.
    """
    try:
        found = json.loads(raw)
        line, values = found["line"], found["record"]
    except (ValueError, RecursionError, KeyError, TypeError):
        raise refused(where, "is no record; expected a list of them, each with the keys of a case") from None
    if not isinstance(values, dict):
        raise refused(where, "is no record; expected keys with their values")
    body = values.pop(_TEXT, None)
    values = {key: value for key, value in values.items() if key not in _NOT_OURS}
    entry = _entry(values, line, where, "")
    blocks = Blocks()
    blocks.heading(str(values.get("title") or ""), 1)
    for paragraph in str(body or "").split("\n\n"):
        blocks.paragraph(paragraph)
    content = blocks.content(where=where)
    return Content(content.text, content.sections, entry, about=content.about)


def _of_row(keys: list[str], cells: list[str], *, line: int, where: str, number: int) -> Member:
    if len(cells) > len(keys):
        problem = Message("has {count} cells; expected {expected} as in the first row", count=len(cells), expected=len(keys))
        return Member(_name(number), refused=refused(f"{where}/{_name(number)}", problem, field="row", line=line))
    record: dict[str, Any] = {}
    for key, cell in zip(keys, cells, strict=False):
        try:
            if cell.strip():
                record[key] = _value(key, cell.strip())
        except (ValueError, RecursionError):
            problem = Message("begins like JSON and is none; expected a list in square brackets or words")
            return Member(_name(number), refused=refused(f"{where}/{_name(number)}", problem, field=key, line=line))
    return Member(_name(number), _packed(record, line))


def _value(key: str, cell: str) -> Any:
    if cell[0] in "[{":
        return json.loads(cell)
    if key not in _LISTS:
        return cell
    return [value.strip() for value in cell.replace("\n", ";").split(";") if value.strip()]


def _of_lines(text: str) -> list[Any] | None:
    """One record a line; None where a line is none."""
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        return None


def _name(number: int) -> str:
    return f"{number}.json"


def _packed(record: object, line: int) -> bytes:
    """A record with the line it stands in, or its number, as it is kept: it is read again from there."""
    return json.dumps({"line": line, "record": record}, ensure_ascii=False, sort_keys=True).encode(errors="replace")


def _entry(value: Any, line: int, where: str, path: str, depth: int = 0) -> Entry:
    """A value of JSON as front matter has it: texts, lists and keys; numbers as they are written."""
    if depth > _DEEPEST:
        problem = Message("lists and keys are nested more than {most} deep; expected a key with its value or list", most=_DEEPEST)
        raise refused(where, problem, field=path, line=line)
    if isinstance(value, Mapping):
        return Entry({str(key): _entry(item, line, where, f"{path}.{key}" if path else str(key), depth + 1) for key, item in value.items()}, line)
    if isinstance(value, list):
        return Entry([_entry(item, line, where, f"{path}.{number}", depth + 1) for number, item in enumerate(value)], line)
    if value is None:
        return Entry(None, line)
    text = normalise(value if isinstance(value, str) else json.dumps(value))
    wrong = unusable(text)
    if wrong:
        told = Message("has the character {character}, which is no text; leave it out", character=ascii(wrong.group()))
        raise refused(where, told, field=path, line=line)
    return Entry(text, line)
