"""Small Markdown records -> a world of a few hand-made cases, ingested as any other, in which every number can be worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from koopkg import snapshot
from koopkg.model import Language
from koopkg.pipeline import ingest
from koopkg.search import SIGNALS, Hit
from koopkg.search.hits import hit_at
from koopkg.search.question import Question, question_of_case, question_of_text
from koopkg.search.ranking import rank
from koopkg.snapshot import OpenSnapshot
from tests.conftest import Silent, with_vectors

__all__ = ["SECTION", "hits_for", "hits_like", "record", "world"]

SECTION = "Ausgangslage und Zusammenarbeit"
"""Heading of a section whose passages are embedded."""
_SOURCE = {"title": "Amtsblatt", "url": "https://example.org/amtsblatt", "publisher": None, "year": 2024}


def record(name: str, *, body: str | dict[str, str], **fields: Any) -> str:
    """A document with the record of one case: what every record needs and no question asks for, and what is given.

    Args:
        body: The text below the title, or that of each section.
    """
    front = {
        "id": name,
        "title": f"Vorhaben {name.capitalize()}",
        "title_en": f"Project {name.capitalize()}",
        "country": "DE",
        "status": "unbekannt",
        "sectors": ["tourismus"],
        "service": "Angebot",
        "cooperation_type": ["regional"],
        "sources": [_SOURCE],
        **fields,
    }
    sections = body if isinstance(body, dict) else {SECTION: body}
    text = "\n\n".join(f"## {heading}\n\n{words}" for heading, words in sections.items())
    return f"---\n{yaml.safe_dump(front, allow_unicode=True, sort_keys=False)}---\n\n# {front['title']}\n\n{text}\n"


def world(factory: pytest.TempPathFactory, known_vectors: Path, *records: str) -> OpenSnapshot:
    """A snapshot of these records and nothing else."""
    folder = factory.mktemp("records")
    for number, text in enumerate(records):
        (folder / f"{number}.md").write_text(text, encoding="utf-8")
    settings = with_vectors(factory.mktemp("world") / "data", known_vectors)
    assert ingest([folder], settings, Silent()).rejected == ()
    return OpenSnapshot(snapshot.open_files(settings.data), settings)


def hits_for(opened: OpenSnapshot, text: str, *, language: Language = "de") -> dict[str, Hit]:
    """Every case as a hit for a text, however low its score, best first."""
    return _hits(question_of_text(opened, text), language)


def hits_like(opened: OpenSnapshot, case_id: str, *, language: Language = "de") -> dict[str, Hit]:
    """Every other case as a hit for a case, however low its score, best first."""
    row = opened.catalog.row_of(case_id)
    return _hits(question_of_case(opened, opened.catalog.entry(row).case, row), language)


def _hits(question: Question, language: Language) -> dict[str, Hit]:
    ranking = rank(question, SIGNALS, least=0.0)
    hits = [hit_at(place, ranking, question, explain=True, language=language) for place in range(len(ranking.rows))]
    return {hit.id: hit for hit in hits}
