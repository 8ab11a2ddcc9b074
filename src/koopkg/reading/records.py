"""The record in a document -> cases, each field checked against its line of the table, with every problem found."""

from __future__ import annotations

import difflib
import itertools
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from koopkg.errors import DocumentError, Problem
from koopkg.frontmatter import Entry, typed
from koopkg.messages import LANGUAGES, Foreign, Message, translated
from koopkg.model import CASE_FIELDS, Case, CaseField, Place, concepts_of, fields_of
from koopkg.namespaces import place_iri
from koopkg.ontology import Ontology
from koopkg.reading.content import MOST_PROBLEMS
from koopkg.reading.successors import with_current_concepts
from koopkg.text import is_web_address

__all__ = ["Record", "is_identifier", "record_of"]

_LOG = logging.getLogger(__name__)
_IDENTIFIER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_LONGEST_SHOWN = 80
_LONGEST_IDENTIFIER = 120
"""It names files, and a file name ends at 255 bytes."""
_T = TypeVar("_T")


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class Record:
    """What a document says of itself and of cases: records that stand in it, and the ids of cases that it is about and whose records stand elsewhere."""

    id: str
    title: str
    cases: tuple[Case, ...] = ()
    describes: tuple[str, ...] = ()


_CASE: TypeAdapter[Case] = TypeAdapter(Case)
_RECORD: TypeAdapter[Record] = TypeAdapter(Record)
_OF_A_DOCUMENT = {"cases", "describes"}
"""Keys that show that a record is one of a document; without them it is one of a case, and the document is named after that."""


def record_of(entry: Entry, ontology: Ontology, where: str) -> tuple[Record, list[Problem]]:
    """The record of a document and what is wrong with it.

    Raises:
        DocumentError: It cannot be read at all.

    A concept that is deprecated in favour of one other is read as that one, and the log says so.
    """
    if not _OF_A_DOCUMENT & entry.keys():
        case = _current(_read(entry, Case, _CASE, where), ontology, entry, where)
        return Record(case.id, case.title, (case,)), list(_problems(case, ontology, entry))
    record = _read(entry, Record, _RECORD, where)
    entries = [entry.at("cases", number) for number in range(len(record.cases))]
    record = replace(record, cases=tuple(_current(case, ontology, own, where) for case, own in zip(record.cases, entries, strict=True)))
    problems = list(_record_problems(record, entry))
    for case, own in zip(record.cases, entries, strict=True):
        problems += _problems(case, ontology, own)
    return record, list(dict.fromkeys(problems))[:MOST_PROBLEMS]


def is_identifier(text: str) -> bool:
    """Whether a text can name a case or a document: lower-case letters, digits and single hyphens."""
    return bool(_IDENTIFIER.match(text)) and len(text) <= _LONGEST_IDENTIFIER


def _read(entry: Entry, kind: type[_T], adapter: TypeAdapter[_T], where: str) -> _T:
    values, problems = typed(entry, kind)
    try:
        record = adapter.validate_python(values)
    except ValidationError as error:
        problems += [_problem(detail, entry, kind) for detail in error.errors(include_url=False)[:MOST_PROBLEMS]]
    if problems:
        raise DocumentError(where, problems[:MOST_PROBLEMS])
    return record


def _current(case: Case, ontology: Ontology, entry: Entry, where: str) -> Case:
    """A case with the concepts that stand for deprecated ones; each is told in both languages, because whoever wrote the file shall change it."""
    current, notices = with_current_concepts(case, ontology, entry)
    for notice in notices:
        _LOG.warning("%s: %s", where, " · ".join(translated(notice.sentence, language) for language in reversed(LANGUAGES)))
    return current


def _problems(case: Case, ontology: Ontology, entry: Entry) -> Iterator[Problem]:
    """What is wrong with a case, each problem once."""
    found = itertools.chain(
        _concept_problems(case, ontology, entry),
        _place_problems(case, ontology, entry),
        _value_problems(case, entry),
        _number_problems(case, entry),
        _detail_problems(case, entry),
    )
    yield from dict.fromkeys(itertools.islice(found, MOST_PROBLEMS))


def _record_problems(record: Record, entry: Entry) -> Iterator[Problem]:
    if not is_identifier(record.id):
        yield Problem("id", _no_identifier(record.id), entry.line_of(("id",)))
    if not record.title.strip():
        yield Problem("title", "is empty; expected the title of the document", entry.line_of(("title",)))
    if not record.cases and not record.describes:
        yield Problem("describes", "is empty, and there are no cases; expected the id of at least one case", entry.line_of(("describes",)))
    for number, name in enumerate(record.describes):
        if not is_identifier(name):
            yield Problem("describes", _no_identifier(name), entry.line_of(("describes", number)))


def _problem(detail: Any, entry: Entry, kind: type[Any]) -> Problem:
    """One pydantic error in our message form."""
    name = ".".join(str(part) for part in detail["loc"]) or "front matter"
    line = entry.line_of(detail["loc"])
    if detail["type"] == "missing":
        return Problem(name, "is missing; expected a value (null where it is unknown)", line)
    if detail["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        advice = _nearest(name, list(kind.__dataclass_fields__))
        told = Message("is no key of a case; {advice}", advice=advice) if kind is Case else Message("is no key of a record; {advice}", advice=advice)
        return Problem(name[:_LONGEST_SHOWN], told, line)
    expected = _EXPECTED.get(detail["type"]) or Foreign(detail["msg"].removeprefix("Input should be "))
    return Problem(name, Message("{value} cannot be used; expected: {expected}", value=_shown(detail["input"]), expected=expected), line)


_EXPECTED = {
    "string_type": Message("a text"),
    "tuple_type": Message("a list, each entry on a line of its own behind `- `"),
    "dataclass_type": Message("keys with their values"),
    "int_type": Message("a whole number"),
}
"""Kind of pydantic error -> what to write instead, in the words of YAML."""


def _no_identifier(text: str) -> Message:
    return Message(
        "{value} is no identifier; expected at most {most} lower-case letters, digits and single hyphens", value=_shown(text), most=_LONGEST_IDENTIFIER
    )


def _shown(value: object) -> str | Message:
    """A value as a message shows it: a text as it stands, cut where it is long; of a list or keys only what they are."""
    if isinstance(value, str):
        return repr(value if len(value) <= _LONGEST_SHOWN else value[:_LONGEST_SHOWN] + " …")
    return "null" if value is None else Message("a list") if isinstance(value, list) else Message("a group of keys")


def _nearest(value: str, known: list[str]) -> Message:
    close = difflib.get_close_matches(value, known, n=1, cutoff=0.5)
    return Message("nearest: {nearest!r}", nearest=close[0]) if close else Message("known: {known} …", known=", ".join(known[:6]))


def _concept_problems(case: Case, ontology: Ontology, entry: Entry) -> Iterator[Problem]:
    known = {scheme: [concept.slug for concept in concepts] for scheme, concepts in ontology.schemes.items()}
    for name, record in [(field.name, value) for field in CASE_FIELDS if field.record for value in field.values(case)]:
        for field, slug, _ in concepts_of(record, with_qualifiers=True):
            yield from _unknown_concept(name, str(field.scheme), slug, known, entry)
    for field in CASE_FIELDS:
        for slug in field.values(case) if field.kind == "concept" else ():
            yield from _unknown_concept(field.name, str(field.scheme), slug, known, entry)


def _detail_problems(case: Case, entry: Entry) -> Iterator[Problem]:
    """What is wrong with dates, with the numbers of sources and with the ids of other cases."""
    for name, path, field, value in _details(case):
        told = _wrong_detail(field.kind, value, case)
        if told is not None:
            yield Problem(f"{name}.{field.name}" if path else name, told, entry.line_of((name, *path, field.name) if path else (name,)))
    for name, path, record in _nested(case):
        since, until = getattr(record, "since", None), getattr(record, "until", None)
        if since and until and until < since[: len(until)]:
            told = Message("{ended!r} lies before the start in {started!r}; expected a later year or null", ended=until, started=since)
            yield Problem(f"{name}.until", told, entry.line_of((name, *path, "until")))


def _details(case: Case) -> Iterator[tuple[str, tuple[int, ...], CaseField, Any]]:
    """Every single value of a case and of the records in it: name of the field of the case, place of the record in it, its own field, the value."""
    for field in CASE_FIELDS:
        for value in _given(field, case) if field.record is None else ():
            yield field.name, (), field, value
    for name, path, record in _nested(case):
        for field in fields_of(type(record)):
            for value in _given(field, record):
                yield name, path, field, value


def _given(field: CaseField, record: Any) -> tuple[Any, ...]:
    """What stands in a field, be it empty."""
    value = getattr(record, field.name)
    return value if field.is_many else () if value is None else (value,)


def _nested(case: Case) -> Iterator[tuple[str, tuple[int, ...], Any]]:
    for field in CASE_FIELDS:
        for number, record in enumerate(field.values(case) if field.record and field.record is not Place else ()):
            yield field.name, (number,) if field.is_many else (), record


def _wrong_detail(kind: str, value: Any, case: Case) -> Message | None:
    if kind == "text" and not value.strip():
        return Message("is empty; expected words, or null where there are none")
    if kind == "moment" and not _is_date(value):
        return Message("{value} is no date; expected one like '2010', '2010-11' or '2010-11-30', or null where it is unknown", value=_shown(value))
    if kind == "citation" and not 1 <= value <= len(case.sources):
        return Message("{value!r} is no number of a source; expected 1 to {most}, or null where it cannot be told", value=value, most=len(case.sources))
    if kind == "case" and not is_identifier(value):
        return _no_identifier(value)
    if kind == "case" and value == case.id:
        return Message("{value} is this case itself; expected another one", value=_shown(value))
    return None


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", text):
        return False
    try:
        date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError:
        return False
    return True


def _unknown_concept(name: str, scheme: str, slug: str, known: dict[str, list[str]], entry: Entry) -> Iterator[Problem]:
    if slug not in known[scheme]:
        message = Message("{value} is no concept of the scheme {scheme}; {advice}", value=_shown(slug), scheme=scheme, advice=_nearest(slug, known[scheme]))
        yield Problem(name, message, entry.line_of((name,), slug))


def _place_problems(case: Case, ontology: Ontology, entry: Entry) -> Iterator[Problem]:
    if place_iri(case.country) not in ontology.territories:
        message = Message("{value} is not in ontology/places.ttl; expected an ISO 3166-1 code such as 'DE'", value=_shown(case.country))
        yield Problem("country", message, entry.line_of(("country",)))
    if case.state is not None and ontology.territory_by_name(case.state) is None:
        names = [land.name() for land in ontology.territories.values()]
        message = Message("{value} is no Land or canton of ontology/places.ttl; {advice}", value=_shown(case.state), advice=_nearest(case.state, names))
        yield Problem("state", message, entry.line_of(("state",)))
    for number, place in enumerate(case.places):
        if not place.name.strip():
            yield Problem("places", Message("is empty; expected words, or null where there are none"), entry.line_of(("places", number, "name")))
        if place.ags is not None and not re.fullmatch(r"[0-9]{2}|[0-9]{5}|[0-9]{8}|[0-9]{9}", place.ags):
            message = Message("{value} is no official key of {place}; expected 2, 5, 8 or 9 digits", value=_shown(place.ags), place=_shown(place.name))
            yield Problem("places", message, entry.line_of(("places", number, "ags")))


def _value_problems(case: Case, entry: Entry) -> Iterator[Problem]:
    def wrong(field: str, message: str | Message, *path: int | str) -> Problem:
        return Problem(field, message, entry.line_of((field, *path)))

    if not is_identifier(case.id):
        yield wrong("id", _no_identifier(case.id))
    for name in ("sectors", "sources", "cooperation_type"):
        if not getattr(case, name):
            yield wrong(name, "is empty; expected at least one entry")
    for number, source in enumerate(case.sources):
        if source.url is not None and not is_web_address(source.url):
            message = Message(
                "{value} is no web address; expected one that begins with https:// or http://, with blanks and brackets written as %20, %5B, %5D",
                value=_shown(source.url),
            )
            yield wrong("sources", message, number, "url")
    if case.status in ("beendet", "gescheitert") and case.phase not in ("beendigung", None):
        message = Message("{value} contradicts the status {status!r}; expected 'beendigung' or null", value=_shown(case.phase), status=case.status)
        yield wrong("phase", message)


def _number_problems(case: Case, entry: Entry) -> Iterator[Problem]:
    def wrong(field: str, message: Message) -> Problem:
        return Problem(field, message, entry.line_of((field,)))

    years = ("started", "ended", "ended_earliest", "ended_latest")
    for name, value in ((name, getattr(case, name)) for name in years):
        if value is not None and not 1000 <= value <= 2100:
            yield wrong(name, Message("{value!r} is no year; expected four digits", value=value))
    if case.started is not None and case.ended is not None and case.ended < case.started:
        message = Message("{ended!r} lies before the start in {started!r}; expected a later year or null", ended=case.ended, started=case.started)
        yield wrong("ended", message)
    for name in ("ended_earliest", "ended_latest"):
        if case.ended is not None and getattr(case, name) is not None:
            yield wrong(name, Message("is told beside the year of the end, {ended}; expected it where that is unknown alone", ended=case.ended))
    if case.ended_earliest is not None and case.ended_latest is not None and case.ended_latest < case.ended_earliest:
        message = Message("{latest} lies before the earliest year of the end, {earliest}", latest=case.ended_latest, earliest=case.ended_earliest)
        yield wrong("ended_latest", message)
    for name, value in (("partner_count", case.partner_count), ("population", case.population)):
        if value is not None and value <= 0:
            yield wrong(name, Message("{value!r} is not above zero; expected a positive number or null", value=value))
