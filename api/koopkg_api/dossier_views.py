"""A dossier -> the small records of texts in one language that its pages show."""

from __future__ import annotations

from dataclasses import dataclass

from koopkg.advising import Dossier, Item, Section, source_text, stamp
from koopkg.messages import Language, Piece, pieces, translated

__all__ = ["DossierView", "ItemView", "SectionView", "SourceView", "dossier_view"]


@dataclass(frozen=True, slots=True)
class ItemView:
    """A sentence or a cell whose words may be of another language, with the numbers of its sources and the case that it leads to."""

    said: tuple[Piece, ...]
    cites: tuple[int, ...]
    case: str | None


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section of a dossier."""

    heading: str
    sentences: tuple[ItemView, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[ItemView, ...], ...]
    points: tuple[ItemView, ...]


@dataclass(frozen=True, slots=True)
class SourceView:
    """A numbered source with its address."""

    number: int
    text: str
    url: str | None


@dataclass(frozen=True, slots=True)
class DossierView:
    """What a page shows of a dossier."""

    title: str
    stamp: str
    question: str
    sections: tuple[SectionView, ...]
    sources: tuple[SourceView, ...]


def dossier_view(dossier: Dossier, language: Language) -> DossierView:
    """The dossier in a language."""
    return DossierView(
        translated(dossier.title, language),
        translated(stamp(dossier), language),
        dossier.question,
        tuple(_section(section, language) for section in dossier.sections),
        tuple(SourceView(source.number, translated(source_text(source), language), source.url) for source in dossier.sources),
    )


def _section(section: Section, language: Language) -> SectionView:
    return SectionView(
        translated(section.heading, language),
        tuple(_item(item, language) for item in section.sentences),
        tuple(translated(column, language) for column in section.table.columns) if section.table else (),
        tuple(tuple(_item(item, language) for item in row) for row in section.table.rows) if section.table else (),
        tuple(_item(item, language) for item in section.points),
    )


def _item(item: Item, language: Language) -> ItemView:
    return ItemView(tuple(pieces(item.message, language)), item.cites, item.case)
