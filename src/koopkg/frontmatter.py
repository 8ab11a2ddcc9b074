"""YAML front matter -> its texts as they stand there, each with its line, then values of the types that a record asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from functools import lru_cache
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import yaml

from koopkg.errors import Problem
from koopkg.messages import Foreign, Message
from koopkg.text import normalise, printable, unusable

__all__ = ["Entry", "FrontMatterError", "parse", "typed"]

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # the C one is ten times faster; both leave every value a text
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
"""Source: YAML 1.2, core schema; only unquoted."""
_NUMBER = re.compile(r"0|[1-9][0-9]{0,11}")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,6})?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[.,'’_ \u00a0\u202f][0-9]{3})+|0[0-9]+")
_NO_COMMENT = re.compile(r"[ \t]*(#\S.{0,80})")
_DEEPEST = 6
"""Levels of lists and keys; a case has three."""
_MOST_CHARACTERS = 200_000
"""Far above any record; reading that many takes a third of a second."""
_FIRST_LINE = 2
"""Line of a file that its front matter begins in, below `---`."""


class FrontMatterError(Exception):
    """The front matter cannot be read; `problems` says why, and is never empty."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(str(self.problems[0]))


@dataclass(frozen=True, slots=True)
class Entry:
    """A value and the line of the file that it begins in."""

    value: str | list[Entry] | dict[str, Entry] | None
    line: int

    def keys(self) -> set[str]:
        """Its keys; none where it is a text or a list."""
        return set(self.value) if isinstance(self.value, dict) else set()

    def at(self, *path: int | str) -> Entry:
        """What stands behind keys and positions in lists, all of which are there."""
        entry = self
        for step in path:
            entry = entry.value[step]  # type: ignore[index, assignment]
        return entry

    def line_of(self, path: Sequence[int | str], text: object = None) -> int | None:
        """The line of what lies at a path, as far as it exists, or of the first text there that reads so; None at the very top."""
        entry = self
        for step in path:
            if isinstance(entry.value, dict) and step in entry.value:
                entry = entry.value[str(step)]
            elif isinstance(entry.value, list) and isinstance(step, int):
                entry = entry.value[step]
        found = next((item for item in entry.scalars() if item.value == text), entry)
        return None if found is self else found.line

    def scalars(self) -> Iterator[Entry]:
        """Every text below, in the order of the file."""
        if isinstance(self.value, str):
            yield self
        elif self.value is not None:
            for item in self.value.values() if isinstance(self.value, dict) else self.value:
                yield from item.scalars()


def parse(front_matter: str) -> Entry:
    """Read what stands between the two lines `---` of a file.

    Lists and keys nest; every other value is the text that stands there in Unicode NFC, None where there is none. Guesses of YAML at
    dates, booleans and numbers are not made, tags, anchors and aliases not followed.

    Raises:
        FrontMatterError: It is no YAML, too long or has more than keys, lists and texts; a key is given twice; a character is no text.
    """
    if len(front_matter) > _MOST_CHARACTERS:
        problem = Message(
            "has {count:,} characters; at most {most:,} are read; keep the facts here and move the text below", count=len(front_matter), most=_MOST_CHARACTERS
        )
        raise FrontMatterError([Problem("front matter", problem)])
    reader = _Reader(front_matter)
    try:
        entry = reader.document()
    except yaml.YAMLError as error:
        raise FrontMatterError([Problem("front matter", _told(error))]) from None
    if reader.problems:
        raise FrontMatterError(reader.problems)
    return entry


def typed(entry: Entry, record: type) -> tuple[Any, list[Problem]]:
    """The values below an entry with the numbers and records that a record's fields ask for.

    Returns:
        Dicts, lists, texts, None and, where a field of the record is a number, numbers; None and a problem for what is no plain decimal number. Where a
        record has a field `text` and a plain text stands there, the text is that field.
    """
    problems: list[Problem] = []
    return _typed(entry, record, "", problems), problems


class _Reader:
    """The parser's events -> entries; `problems` are those after which reading can go on."""

    def __init__(self, text: str) -> None:
        self.problems: list[Problem] = []
        self._lines = text.split("\n")
        self._events = yaml.parse(text, Loader=_LOADER)

    def document(self) -> Entry:
        next(self._events)  # the stream begins
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return Entry(None, _FIRST_LINE)
        entry = self._entry(next(self._events), "", depth=0)
        next(self._events)  # the document ends
        following = next(self._events)
        if not isinstance(following, yaml.StreamEndEvent):
            raise _refused(following, Message("a second document begins; expected one set of keys"))
        return entry

    def _entry(self, event: Any, path: str, *, depth: int) -> Entry:
        self._check(event)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path or "front matter")
        if depth > _DEEPEST:
            raise _refused(event, Message("lists and keys are nested more than {most} deep; expected a key with its value or list", most=_DEEPEST))
        if isinstance(event, yaml.SequenceStartEvent):
            return Entry(self._list(path, depth), _line(event))
        return Entry(self._keys(path, depth), _line(event))

    def _check(self, event: Any) -> None:
        if event.anchor:  # an alias has one too
            raise _refused(event, Message("an anchor (&) or alias (*) is used; expected the value itself, in quotes if it begins with one of these signs"))
        if event.tag:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")[:80]
            raise _refused(event, Message("the tag {tag!r} is used; expected a value without one, in quotes if it begins with an exclamation mark", tag=tag))

    def _scalar(self, event: Any, path: str) -> Entry:
        text, line = event.value, _line(event)
        if event.style == '"':  # its escapes can bring in what the file itself does not have
            wrong = unusable(text)
            if wrong:
                told = Message("has the character {character}, which is no text; leave it out", character=ascii(wrong.group()))
                self.problems.append(Problem(path, told, line))
            text = normalise(text)
        elif not event.style:
            if text in _NULLS:
                return Entry(None, line)
            lost = _lost(self._lines[event.end_mark.line], event.end_mark.column)
            if lost:
                self.problems.append(Problem(path, Message("{lost!r} would be lost as a comment; put the whole value in quotes", lost=lost), line))
        return Entry(text, line)

    def _list(self, path: str, depth: int) -> list[Entry]:
        entries: list[Entry] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            entries.append(self._entry(event, f"{path}.{len(entries)}", depth=depth + 1))
        return entries

    def _keys(self, path: str, depth: int) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise _refused(event, Message("a key is no word; expected `key: value`"))
            self._check(event)
            key, line = printable(event.value), _line(event)
            name = f"{path}.{key}" if path else key
            if key in lines:
                told = Message("is given twice, in line {first} and in line {second}; expected each key once", first=lines[key], second=line)
                self.problems.append(Problem(name, told))
            lines[key] = line
            entries[key] = self._entry(next(self._events), name, depth=depth + 1)
        return entries


def _lost(line: str, end: int) -> str:
    """What YAML takes for a comment behind a value though nobody writes comments so: `#` without a blank after it, as in `Halle #3`."""
    found = _NO_COMMENT.match(line, end)
    return found.group(1) if found else ""


def _line(event: Any) -> int:
    return int(event.start_mark.line) + _FIRST_LINE


def _refused(event: Any, reason: Message) -> FrontMatterError:
    return FrontMatterError([Problem("front matter", Message("line {line}: {reason}", line=_line(event), reason=reason))])


def _told(error: yaml.YAMLError) -> Message:
    """What the parser says of what is no YAML."""
    mark, words = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    reason = Message("{reason}; expected YAML with one key a line", reason=Foreign(words) if words else Message("cannot be read"))
    return Message("line {line}: {reason}", line=mark.line + _FIRST_LINE, reason=reason) if mark else reason


def _typed(entry: Entry, kind: Any, path: str, problems: list[Problem]) -> Any:
    value = entry.value
    if isinstance(value, dict):
        fields = _fields(kind) if isinstance(kind, type) and is_dataclass(kind) else {}
        return {key: _typed(item, fields.get(key), f"{path}.{key}" if path else key, problems) for key, item in value.items()}
    if isinstance(value, list):
        inner = get_args(kind)[0] if get_origin(kind) is tuple else None
        return [_typed(item, inner, f"{path}.{number}", problems) for number, item in enumerate(value)]
    if value is not None and isinstance(kind, type) and is_dataclass(kind) and "text" in _fields(kind):
        return {"text": value}
    if kind not in (int, float) or value is None:
        return value
    if kind is float and _DECIMAL.fullmatch(value):
        return float(value)
    if kind is int and _NUMBER.fullmatch(value):
        return int(value)
    told = (
        Message(
            "{value!r} cannot be used; expected: a number like 1250.5 with a point before its decimals, or null where it is unknown",
            value=value[:80],
        )
        if kind is float
        else Message(
            "{value!r} cannot be used; expected: a valid integer in digits alone, such as {example}, or null where it is unknown",
            value=value[:80],
            example=_example(value),
        )
    )
    problems.append(Problem(path, told, entry.line))
    return None


@lru_cache
def _fields(record: type) -> Mapping[str, Any]:
    """The type of each field, without the None of those that may be unknown."""
    return {
        name: next(option for option in get_args(kind) if option is not NoneType) if NoneType in get_args(kind) else kind
        for name, kind in get_type_hints(record).items()
    }


def _example(text: str) -> str:
    """How to write a number: the one that a text seems to mean, where that is plain."""
    digits = re.sub(r"[^0-9]", "", text).lstrip("0") if _GROUPED.fullmatch(text) else ""
    return digits if 0 < len(digits) <= 12 else "2017"
