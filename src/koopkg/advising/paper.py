"""A dossier -> a PDF of a few A4 pages, set by Typst (docs/decisions/0017)."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from koopkg.advising.dossier import Dossier, Item, Section
from koopkg.messages import Language, Message, translated
from koopkg.references import Citation

__all__ = ["dossier_pdf", "source_text", "stamp"]

_LONGEST, _SPREAD = 150, 0.75
"""Characters of a text beyond which its column grows no more, and the power of its length by which it grows up to there."""
_BREAKS = re.compile(r"[\s–-]")


def dossier_pdf(dossier: Dossier, language: Language) -> bytes:
    """The paper as a PDF, tagged for screen readers; the same bytes for the same dossier."""
    import typst  # not at the top: nothing else needs it

    paper = {
        "title": translated(dossier.title, language),
        "language": language,
        "stamp": translated(stamp(dossier), language),
        "origin": translated(Message("koopkg, snapshot {snapshot}. No legal advice.", snapshot=dossier.snapshot), language),
        "question": dossier.question,
        "sections": [_section(section, language) for section in dossier.sections],
        "sources-heading": translated(Message("Sources"), language),
        "sources": [{"number": source.number, "text": translated(source_text(source), language), "url": source.url} for source in dossier.sources],
    }
    layout = files("koopkg.advising").joinpath("dossier.typ").read_bytes()
    content: bytes = typst.compile(layout, format="pdf", ignore_system_fonts=True, sys_inputs={"paper": json.dumps(paper)}, timestamp=_midnight(dossier.date))
    return content


def stamp(dossier: Dossier) -> Message:
    """When the paper was made and from what."""
    return Message("As of {day} · data of koopkg, snapshot {snapshot}", day=dossier.date, snapshot=dossier.snapshot)


def source_text(source: Citation) -> Message:
    """A source in words, without its address."""
    parts: list[object] = [Message("{title} (record of koopkg)", title=source.title) if source.case else source.title]
    parts += [part for part in (source.publisher, source.year) if part]
    if source.read_on:
        parts.append(Message("read on {day}", day=dt.date.fromisoformat(source.read_on)))
    return Message("{value}", value=tuple(parts))


def _section(section: Section, language: Language) -> dict[str, Any]:
    rows = [[_item(item, language) for item in row] for row in (section.table.rows if section.table else ())]
    columns = [translated(column, language) for column in (section.table.columns if section.table else ())]
    return {
        "heading": translated(section.heading, language),
        "sentences": [_item(item, language) for item in section.sentences],
        "columns": columns,
        "widths": [_width([column, *(row[place]["text"] for row in rows)]) for place, column in enumerate(columns)],
        "rows": rows,
        "points": [_item(item, language) for item in section.points],
    }


def _width(texts: Sequence[str]) -> float:
    """How wide a column is beside the others: its longest word fits into a line, and long texts get more room."""
    longest_word: int = max(len(word) for text in texts for word in _BREAKS.split(text))
    longest_text = min(max(map(len, texts)), _LONGEST)
    return float(max(2.0 + longest_word, longest_text**_SPREAD))


def _item(item: Item, language: Language) -> dict[str, Any]:
    return {"text": translated(item.message, language), "cites": list(item.cites)}


def _midnight(day: dt.date) -> int:
    """The second at which a day begins in UTC."""
    return int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp())
