"""A draft that people confirmed -> a case file with what they confirmed and nothing else, and the review that its document is one of that case."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from koopkg.drafting import as_case
from koopkg.errors import DocumentError, Problem
from koopkg.messages import Message
from koopkg.model import CASE_FIELDS, OTHER_CASE, Document, Draft, Review
from koopkg.ontology import Ontology
from koopkg.reading import read_document
from koopkg.register import Register
from koopkg.reviews import ReviewError, add_reviews, now
from koopkg.text import slug

__all__ = ["case_file", "confirm"]

_FIELDS = {field.name: field for field in CASE_FIELDS}
_LONGEST_NAME = 60


def confirm(draft: Draft, document: Document, given: Mapping[str, str], *, corpus: Path, ontology: Ontology, register: Register) -> Path:
    """Write the case file of a draft, and that its document is a further one of that case; both count from the next ingest on.

    Args:
        given: Name of a field -> what a person says of it: title, service, what nothing was confirmed for; several values with commas between them,
            an empty text for none.
        corpus: The folder that holds `cases/` and `reviews/`.

    Raises:
        DocumentError: The record lacks something or contradicts itself; nothing is written.
        ReviewError: There is a case of that id already.
    """
    name, raw = case_file(draft, document, given, ontology=ontology, register=register)
    path = corpus / "cases" / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        _write_new(path, raw)
    except FileExistsError as error:
        raise ReviewError("{path}: is there already; expected another id", path=str(path)) from error
    try:
        add_reviews(corpus / "reviews", [Review(at=now(), document=draft.id, field=OTHER_CASE, value=name, verdict="accept")])
    except OSError:
        path.unlink()  # both or nothing
        raise
    return path


def case_file(draft: Draft, document: Document, given: Mapping[str, str], *, ontology: Ontology, register: Register) -> tuple[str, bytes]:
    """The id of the case and the bytes of its file.

    Raises:
        DocumentError: As of `confirm`.
    """
    unknown = [name for name in given if name not in _FIELDS or _FIELDS[name].kind == "nested"]
    if unknown:
        raise DocumentError(draft.id, [Problem(name, Message("is no field that can be given here")) for name in unknown])
    confirmed = as_case(_confirmed(draft), register, ontology)
    kept = {field.name: _plain(getattr(confirmed, field.name)) for field in CASE_FIELDS if field.name not in given}
    told: dict[str, Any] = {name: value for name, value in kept.items() if value not in (None, "", [])}
    told |= {name: _given(name, value) for name, value in given.items() if value.strip()}
    title = str(told.get("title", ""))
    told["id"] = given.get("id", "").strip() or slug(title or draft.title, most=_LONGEST_NAME)
    told |= {"title_en": given.get("title_en", "").strip() or title} if title else {}
    told["checked_on"] = datetime.now(UTC).date().isoformat()
    told["sources"] = [_source(document)]
    ordered = {name: told[name] for name in _FIELDS if name in told}
    front = yaml.safe_dump(ordered, allow_unicode=True, sort_keys=False, width=150)
    raw = f"---\n{front}---\n\n{_body({'title': draft.title, **ordered}, ontology)}".encode()
    read_document(raw, ontology, where=f"{told['id']}.md")
    return str(told["id"]), raw


def _write_new(path: Path, raw: bytes) -> None:
    """Write a file that is not there yet, whole or not at all, whoever else is about to.

    Raises:
        FileExistsError: It is there.
    """
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".new") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
        Path(file.name).chmod(0o644)
        path.hardlink_to(file.name)


def _confirmed(draft: Draft) -> Draft:
    """The draft with what people confirmed alone."""
    return replace(draft, proposals=tuple(proposal for proposal in draft.proposals if proposal.state == "confirmed"))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return {key: item for key, item in asdict(value).items() if item is not None} if hasattr(value, "__dataclass_fields__") else value


def _given(name: str, value: str) -> Any:
    field = _FIELDS[name]
    if field.is_many:
        return [part.strip() for part in value.split(",") if part.strip()]
    return int(value) if field.kind == "number" and value.strip().isdecimal() else value.strip()


def _source(document: Document) -> dict[str, Any]:
    year = int(document.date[:4]) if document.date else None
    found = {"title": document.title, "url": document.source, "publisher": document.publisher, "year": year}
    return {key: value for key, value in found.items() if value is not None}


def _body(told: Mapping[str, Any], ontology: Ontology) -> str:
    """What was confirmed, in sentences: nothing is taken over from the document, whose words are somebody else's."""
    return f"# {told['title']}\n\n## Ausgangslage und Zusammenarbeit\n\n" + " ".join(_sentences(told, ontology)) + "\n"


def _sentences(told: Mapping[str, Any], ontology: Ontology) -> Iterator[str]:
    yield f"{told['title']}: {told.get('service') or 'eine Zusammenarbeit von Gemeinden'}."
    if told.get("places"):
        names = [place["name"] for place in told["places"]]
        land = f" ({told['state']})" if told.get("state") else ""
        yield f"Beteiligt sind {' und '.join([', '.join(names[:-1]), names[-1]] if names[1:] else names)}{land}."
    if told.get("legal_form") and any(concept.slug == told["legal_form"] for concept in ontology.schemes["legal-form"]):
        yield f"Die Rechtsform ist: {ontology.concept('legal-form', told['legal_form']).label('de')}."
    if told.get("started"):
        yield f"Sie besteht seit {told['started']}."
    if told.get("ended"):
        yield f"Sie endete {told['ended']}."
