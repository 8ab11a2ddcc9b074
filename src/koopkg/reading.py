"""Files -> documents: decoded, checked front matter, text in Unicode NFC, passages cut at sentence ends."""

from __future__ import annotations

import difflib
import hashlib
import itertools
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from koopkg.errors import DocumentError, Problem
from koopkg.language import detect_language
from koopkg.model import Case, Document, Passage
from koopkg.namespaces import place_iri
from koopkg.ontology import Ontology

__all__ = ["body_start", "document_paths", "passages", "read_bytes", "read_document", "read_text"]

SOURCES_SECTION = "Quellen"
"""Lists other people's titles, so nothing is searched or linked in it."""

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*$", re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?])(?<!\b[A-Za-z]\.)(?<!\bSt\.)(?<!\bca\.)(?<!\bNr\.)(?<!\b\d\.)(?<!\b\d\d\.)\s+(?=[A-ZÄÖÜ„»(\d])|\n+(?=[-*] )|\n{2,}")
_BULLET = re.compile(r"\s*[-*](?=\s|\Z)")
_IDENTIFIER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
PASSAGE_CHARACTERS = 500
"""A passage ends with the sentence that fills this; the encoder needs 0.5 s for 1,000 characters and more for long ones."""

_YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is ten times faster
_CASE: TypeAdapter[Case] = TypeAdapter(Case)


def document_paths(path: Path) -> list[Path]:
    """The documents at a path: the file itself, or every Markdown file below a folder but README and CHANGELOG, sorted.

    Raises:
        DocumentError: There is nothing at the path.
    """
    if path.is_dir():
        return sorted(found for found in path.rglob("*.md") if found.stem not in ("README", "CHANGELOG"))
    if not path.exists():
        raise DocumentError(str(path), [Problem("path", "there is no such file or folder; give the path of a Markdown file or a folder of them")])
    return [path]


def read_bytes(path: Path, *, max_bytes: int) -> bytes:
    """The bytes of a file, its size checked before it is read.

    Raises:
        DocumentError: The file cannot be opened or is larger than `max_bytes`.
    """
    try:
        size = path.stat().st_size
        if size <= max_bytes:
            return path.read_bytes()
    except OSError as error:
        raise DocumentError(str(path), [Problem("file", f"cannot be read: {error.strerror}; expected a readable text file")]) from None
    problem = f"{size:,} bytes; at most {max_bytes:,} are read; split the file or raise KOOPKG_MAX_DOCUMENT_BYTES"
    raise DocumentError(str(path), [Problem("size", problem)])


def read_text(path: Path, *, max_bytes: int) -> str:
    """The text of a UTF-8 file in Unicode NFC with `\\n` line ends.

    Raises:
        DocumentError: The file cannot be opened, is empty, larger than `max_bytes` or not UTF-8.
    """
    return decode(read_bytes(path, max_bytes=max_bytes), where=str(path))


def decode(raw: bytes, *, where: str) -> str:
    """Bytes -> text as `read_text` gives it.

    Raises:
        DocumentError: The bytes are empty or not UTF-8.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"byte {raw[error.start]:#04x} at position {error.start:,} is not UTF-8; save the file with the encoding UTF-8"
        raise DocumentError(where, [Problem("encoding", problem)]) from None
    if not text.strip():
        raise DocumentError(where, [Problem("file", "is empty; expected front matter between two lines `---` and a Markdown body")])
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def read_document(raw: bytes, ontology: Ontology, *, where: str) -> Document:
    """One case document from the bytes of its Markdown file.

    Character offsets count from the first character of the file, front matter included.

    Raises:
        DocumentError: Everything that is wrong with the document, field by field.
    """
    text = decode(raw, where=where)
    match = _FRONT_MATTER.match(text)
    if match is None:
        raise DocumentError(where, [Problem("front matter", "is missing; expected the file to begin with YAML between two lines `---`")])
    case = _case(match.group(1), where)
    problems = _concept_problems(case, ontology) + _place_problems(case, ontology) + _value_problems(case)
    cut = passages(text, document_id=case.id, begin=match.end())
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
        if heading.group().startswith("# "):
            yield "title", heading.start(1), heading.end(1)
        section, start = heading.group(1), heading.end()
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


def _case(front_matter: str, where: str) -> Case:
    try:
        values: Any = yaml.load(front_matter, Loader=_YAML_LOADER)  # noqa: S506 -- both loaders are the safe one
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 2}: " if mark else ""
        reason = getattr(error, "problem", None) or "cannot be read"
        raise DocumentError(where, [Problem("front matter", f"{line}{reason}; expected YAML with one key a line")]) from None
    if not isinstance(values, dict):
        raise DocumentError(where, [Problem("front matter", f"is {type(values).__name__}; expected YAML keys and values")])
    try:
        return _CASE.validate_python(values)
    except ValidationError as error:
        raise DocumentError(where, [_problem(detail) for detail in error.errors(include_url=False)]) from None


def _problem(detail: Any) -> Problem:
    """One pydantic error in our message form."""
    name = ".".join(str(part) for part in detail["loc"]) or "front matter"
    if detail["type"] == "missing":
        return Problem(name, "is missing; expected a value (null where it is unknown)")
    if detail["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        return Problem(name, "is no key of a case; " + _nearest(name, list(Case.__dataclass_fields__)))
    return Problem(name, f"{str(detail['input'])[:80]!r} cannot be used; expected: {detail['msg'].removeprefix('Input should be ')}")


def _nearest(value: str, known: list[str]) -> str:
    close = difflib.get_close_matches(value, known, n=1, cutoff=0.5)
    return f"nearest: {close[0]!r}" if close else f"known: {', '.join(known[:6])} …"


def _concept_problems(case: Case, ontology: Ontology) -> list[Problem]:
    problems = []
    for scheme, slug in case.concepts():
        known = [concept.slug for concept in ontology.schemes[scheme]]
        if slug not in known:
            problems.append(Problem(_FIELD_OF_SCHEME[scheme], f"{slug!r} is no concept of the scheme {scheme}; {_nearest(slug, known)}"))
    return problems


_FIELD_OF_SCHEME = {
    "sector": "sectors", "legal-form": "legal_form", "cooperation-type": "cooperation_type", "actor-type": "actors",
    "area-type": "area_type", "success-factor": "success_factors", "initiative": "initiative", "orientation": "orientation",
    "approach": "approach", "phase": "phase", "status": "status",
}  # fmt: skip


def _place_problems(case: Case, ontology: Ontology) -> list[Problem]:
    problems = []
    if place_iri(case.country) not in ontology.lands:
        problems.append(Problem("country", f"{case.country!r} is not in ontology/places.ttl; expected an ISO 3166-1 code such as 'DE'"))
    if case.state is not None and ontology.land_by_name(case.state) is None:
        names = [land.name() for land in ontology.lands.values()]
        problems.append(Problem("state", f"{case.state!r} is no Land or canton of ontology/places.ttl; {_nearest(case.state, names)}"))
    for place in case.places:
        if place.ags is not None and not re.fullmatch(r"\d{2}|\d{5}|\d{8}", place.ags):
            problems.append(Problem("places", f"{place.ags!r} is no official key of {place.name}; expected a string of 2, 5 or 8 digits"))
    return problems


def _value_problems(case: Case) -> list[Problem]:
    problems = []
    if not _IDENTIFIER.match(case.id):
        problems.append(Problem("id", f"{case.id!r} is no identifier; expected lower-case letters, digits and single hyphens"))
    if not case.title.strip():
        problems.append(Problem("title", "is empty; expected a factual German title"))
    for name in ("sectors", "sources", "cooperation_type"):
        if not getattr(case, name):
            problems.append(Problem(name, "is empty; expected at least one entry"))
    for name, value in (("started", case.started), ("ended", case.ended)):
        if value is not None and not 1000 <= value <= 2100:
            problems.append(Problem(name, f"{value!r} is no year; expected four digits"))
    if case.started is not None and case.ended is not None and case.ended < case.started:
        problems.append(Problem("ended", f"{case.ended} lies before the start in {case.started}; expected a later year or null"))
    for name, value in (("partner_count", case.partner_count), ("population", case.population)):
        if value is not None and value <= 0:
            problems.append(Problem(name, f"{value!r} is not above zero; expected a positive number or null"))
    if case.status in ("beendet", "gescheitert") and case.phase not in ("beendigung", None):
        problems.append(Problem("phase", f"{case.phase!r} contradicts the status {case.status!r}; expected 'beendigung' or null"))
    return problems
