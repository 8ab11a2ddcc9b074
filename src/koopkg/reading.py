"""Files -> documents: decoded, checked front matter, text in Unicode NFC, passages cut at sentence ends."""

from __future__ import annotations

import difflib
import hashlib
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from koopkg.errors import DocumentError, Problem
from koopkg.files import document_paths, read_bytes
from koopkg.frontmatter import Entry, FrontMatterError, parse, typed
from koopkg.language import detect_language
from koopkg.model import CONCEPT_FIELDS, Case, Document, Passage
from koopkg.namespaces import place_iri
from koopkg.ontology import Ontology
from koopkg.text import is_web_address, normalise, printable, unusable

__all__ = ["body_start", "document_paths", "passages", "read_bytes", "read_document", "read_text"]

SOURCES_SECTION = "Quellen"
"""Lists other people's titles, so nothing is searched or linked in it."""

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^#{1,6}[ \t]+(\S.*)$", re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?])(?<!\b[A-Za-z]\.)(?<!\bSt\.)(?<!\bca\.)(?<!\bNr\.)(?<!\b\d\.)(?<!\b\d\d\.)\s+(?=[A-ZÄÖÜ„»(\d])|\n+(?=[-*] )|\n{2,}")
_BULLET = re.compile(r"\s*[-*](?=\s|\Z)")
_IDENTIFIER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
PASSAGE_CHARACTERS = 500
"""A passage ends with the sentence that fills this; the encoder needs 0.5 s for 1,000 characters and more for long ones."""

_MOST_PROBLEMS = 20
"""What a message lists of one document; who mends so many reads it again anyway."""
_LONGEST_SHOWN = 80
_LONGEST_IDENTIFIER = 120
"""It names files, and a file name ends at 255 bytes."""
_CASE: TypeAdapter[Case] = TypeAdapter(Case)


def read_text(path: Path, *, max_bytes: int) -> str:
    """The normalised text of a UTF-8 file.

    Raises:
        DocumentError: The file cannot be opened, is no regular file, empty, larger than `max_bytes` or not UTF-8, or a character is no text.
    """
    return decode(read_bytes(path, max_bytes=max_bytes), where=printable(str(path)))


def decode(raw: bytes, *, where: str) -> str:
    """Bytes -> text as `read_text` gives it.

    Raises:
        DocumentError: The bytes are empty, not UTF-8, or a character is no text.
    """
    try:
        text = normalise(raw.decode())
    except UnicodeDecodeError as error:
        problem = f"byte {raw[error.start]:#04x} at position {error.start:,} is not UTF-8; save the file with the encoding UTF-8"
        raise DocumentError(where, [Problem("encoding", problem)]) from None
    if not text.strip():
        raise DocumentError(where, [Problem("file", "is empty; expected front matter between two lines `---` and a Markdown body")])
    wrong = unusable(text)
    if wrong:
        line, column = text.count("\n", 0, wrong.start()) + 1, wrong.start() - text.rfind("\n", 0, wrong.start())
        problem = f"the character {wrong.group()!a} at position {column:,} of its line is no text; leave it out"
        raise DocumentError(where, [Problem("character", problem, line)])
    return text


def read_document(raw: bytes, ontology: Ontology, *, where: str) -> Document:
    """One case document from the bytes of its Markdown file.

    Character offsets count from the first character of the normalised file, front matter included.

    Args:
        where: What messages call the file.

    Raises:
        DocumentError: What is wrong with the document, field by field with its line; whatever the bytes, nothing else is raised.
    """
    text = decode(raw, where=where)
    match = _FRONT_MATTER.match(text)
    if match is None:
        raise DocumentError(where, [Problem("front matter", "is missing; expected the file to begin with YAML between two lines `---`")])
    case, entry = _case(match.group(1), where)
    cut = passages(text, document_id=case.id, begin=match.end())
    found = itertools.chain(
        _concept_problems(case, ontology, entry), _place_problems(case, ontology, entry), _value_problems(case, entry), _number_problems(case, entry)
    )
    problems = list(dict.fromkeys(itertools.islice(found, _MOST_PROBLEMS)))
    if not cut:
        problems.append(Problem("body", "has no text; expected a heading and at least one paragraph after the front matter"))
    if problems:
        raise DocumentError(where, problems)
    prose = " ".join(passage.text for passage in cut)
    return Document(case.id, case.title, detect_language(prose), text, cut, case, hashlib.sha256(raw).hexdigest())


def body_start(text: str) -> int:
    """Where the text proper begins: behind the front matter, at 0 where there is none."""
    match = _FRONT_MATTER.match(text)
    return match.end() if match else 0


def passages(text: str, *, document_id: str, begin: int = 0) -> tuple[Passage, ...]:
    """Cut a Markdown or plain text into passages of whole sentences, none across a heading, none from the list of sources.

    Args:
        begin: Offset at which the text proper starts, behind the front matter.
    """
    found = []
    for section, start, end in _sections(text, begin):
        if section != SOURCES_SECTION:
            found += [Passage(document_id, section, first, last, text[first:last]) for first, last in _stretches(text, start, end)]
    return tuple(found)


def _sections(text: str, begin: int) -> Iterator[tuple[str, int, int]]:
    """Each heading as a stretch of its own (section `title` for the first of level 1) and the text below it."""
    section, start = "", begin
    for heading in _HEADING.finditer(text, begin):
        yield section, start, heading.start()
        words = heading.group(1).rstrip()
        if heading.group().startswith("# "):
            yield "title", heading.start(1), heading.start(1) + len(words)
        section, start = words, heading.end()
    yield section, start, len(text)


def _stretches(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Sentences gathered until a stretch has `PASSAGE_CHARACTERS`; blank ends and list marks are left outside."""
    first = last = None
    for sentence_start, sentence_end in _sentences(text, start, end):
        if first is not None and last is not None and sentence_end - first > PASSAGE_CHARACTERS:
            yield first, last
            first = None
        first = sentence_start if first is None else first
        last = sentence_end
    if first is not None and last is not None:
        yield first, last


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    cuts = [start, *(match.end() for match in _SENTENCE_END.finditer(text, start, end)), end]
    for first, last in itertools.pairwise(cuts):
        mark = _BULLET.match(text, first, last)
        stripped = text[mark.end() if mark else first : last].strip()
        if stripped:
            offset = text.index(stripped, mark.end() if mark else first)
            yield offset, offset + len(stripped)


def _case(front_matter: str, where: str) -> tuple[Case, Entry]:
    """The record and what it was read from."""
    try:
        entry = parse(front_matter)
    except FrontMatterError as error:
        raise DocumentError(where, error.problems[:_MOST_PROBLEMS]) from None
    if not isinstance(entry.value, dict):
        kind = "list" if isinstance(entry.value, list) else "text" if entry.value else "empty"
        raise DocumentError(where, [Problem("front matter", f"is {kind}; expected YAML keys and values")])
    values, problems = typed(entry, Case)
    try:
        case = _CASE.validate_python(values)
    except ValidationError as error:
        problems += [_problem(detail, entry) for detail in error.errors(include_url=False)[:_MOST_PROBLEMS]]
    if problems:
        raise DocumentError(where, problems[:_MOST_PROBLEMS])
    return case, entry


def _problem(detail: Any, entry: Entry) -> Problem:
    """One pydantic error in our message form."""
    name = ".".join(str(part) for part in detail["loc"]) or "front matter"
    line = entry.line_of(detail["loc"])
    if detail["type"] == "missing":
        return Problem(name, "is missing; expected a value (null where it is unknown)", line)
    if detail["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        return Problem(name[:_LONGEST_SHOWN], "is no key of a case; " + _nearest(name, list(Case.__dataclass_fields__)), line)
    expected = _EXPECTED.get(detail["type"]) or detail["msg"].removeprefix("Input should be ")
    return Problem(name, f"{_shown(detail['input'])} cannot be used; expected: {expected}", line)


_EXPECTED = {
    "string_type": "a text",
    "tuple_type": "a list, each entry on a line of its own behind `- `",
    "dataclass_type": "keys with their values",
    "int_type": "a whole number",
}
"""Kind of pydantic error -> what to write instead, in the words of YAML."""


def _shown(value: object) -> str:
    """A value as a message shows it: a text as it stands, cut where it is long; of a list or keys only what they are."""
    if isinstance(value, str):
        return repr(value if len(value) <= _LONGEST_SHOWN else value[:_LONGEST_SHOWN] + " …")
    return "null" if value is None else "a list" if isinstance(value, list) else "a group of keys"


def _nearest(value: str, known: list[str]) -> str:
    close = difflib.get_close_matches(value, known, n=1, cutoff=0.5)
    return f"nearest: {close[0]!r}" if close else f"known: {', '.join(known[:6])} …"


def _concept_problems(case: Case, ontology: Ontology, entry: Entry) -> Iterator[Problem]:
    known = {scheme: [concept.slug for concept in concepts] for scheme, concepts in ontology.schemes.items()}
    for scheme, slug in case.concepts():
        if slug not in known[scheme]:
            field = _FIELD_OF_SCHEME[scheme]
            message = f"{_shown(slug)} is no concept of the scheme {scheme}; {_nearest(slug, known[scheme])}"
            yield Problem(field, message, entry.line_of((field,), slug))


_FIELD_OF_SCHEME = {scheme: field for field, scheme in CONCEPT_FIELDS.items()} | {"success-factor": "success_factors"}


def _place_problems(case: Case, ontology: Ontology, entry: Entry) -> Iterator[Problem]:
    if place_iri(case.country) not in ontology.territories:
        message = f"{_shown(case.country)} is not in ontology/places.ttl; expected an ISO 3166-1 code such as 'DE'"
        yield Problem("country", message, entry.line_of(("country",)))
    if case.state is not None and ontology.territory_by_name(case.state) is None:
        names = [land.name() for land in ontology.territories.values()]
        message = f"{_shown(case.state)} is no Land or canton of ontology/places.ttl; {_nearest(case.state, names)}"
        yield Problem("state", message, entry.line_of(("state",)))
    for number, place in enumerate(case.places):
        if place.ags is not None and not re.fullmatch(r"[0-9]{2}|[0-9]{5}|[0-9]{8}", place.ags):
            message = f"{_shown(place.ags)} is no official key of {_shown(place.name)}; expected 2, 5 or 8 digits"
            yield Problem("places", message, entry.line_of(("places", number, "ags")))


def _value_problems(case: Case, entry: Entry) -> Iterator[Problem]:
    def wrong(field: str, message: str, *path: int | str) -> Problem:
        return Problem(field, message, entry.line_of((field, *path)))

    if not _IDENTIFIER.match(case.id) or len(case.id) > _LONGEST_IDENTIFIER:
        expected = f"at most {_LONGEST_IDENTIFIER} lower-case letters, digits and single hyphens"
        yield wrong("id", f"{_shown(case.id)} is no identifier; expected {expected}")
    if not case.title.strip():
        yield wrong("title", "is empty; expected a factual German title")
    for name in ("sectors", "sources", "cooperation_type"):
        if not getattr(case, name):
            yield wrong(name, "is empty; expected at least one entry")
    for number, source in enumerate(case.sources):
        if source.url is not None and not is_web_address(source.url):
            message = (
                f"{_shown(source.url)} is no web address; expected one that begins with https:// or http://, with blanks and brackets written as %20, %5B, %5D"
            )
            yield wrong("sources", message, number, "url")
    if case.status in ("beendet", "gescheitert") and case.phase not in ("beendigung", None):
        yield wrong("phase", f"{_shown(case.phase)} contradicts the status {case.status!r}; expected 'beendigung' or null")


def _number_problems(case: Case, entry: Entry) -> Iterator[Problem]:
    def wrong(field: str, message: str) -> Problem:
        return Problem(field, message, entry.line_of((field,)))

    for name, value in (("started", case.started), ("ended", case.ended)):
        if value is not None and not 1000 <= value <= 2100:
            yield wrong(name, f"{value!r} is no year; expected four digits")
    if case.started is not None and case.ended is not None and case.ended < case.started:
        yield wrong("ended", f"{case.ended} lies before the start in {case.started}; expected a later year or null")
    for name, value in (("partner_count", case.partner_count), ("population", case.population)):
        if value is not None and value <= 0:
            yield wrong(name, f"{value!r} is not above zero; expected a positive number or null")
