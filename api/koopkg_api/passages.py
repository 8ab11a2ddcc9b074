"""A document and what it names -> what its page shows: its passages in order with their pages, one stretch of them marked, and where each concept is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from koopkg.index import LinkedDocument
from koopkg.messages import Language
from koopkg.model import Document, Draft, Passage
from koopkg.ontology import Ontology
from koopkg_api.views import Named, concept_link, places_of

__all__ = ["DocumentPage", "PassageView", "document_page_view"]


@dataclass(frozen=True, slots=True)
class PassageView:
    """A passage, cut at what is marked in it; heading and page where they are others than those of the passage before.

    Attributes:
        marked_page: The page of what is marked, where the document has pages.
        is_first: Whether the marked stretch begins here, so that a link leads to it.
    """

    heading: str
    page: int | None
    before: str
    marked: str
    after: str
    marked_page: int | None
    is_first: bool


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """A document with its passages and what it names; `cases` are the ids of those that it is about, `is_about_case` whether a draft is taken to be so.

    Attributes:
        cooperations: About how many a draft is taken to tell of, where that is several.
    """

    title: str
    language: Language
    media_type: str
    date: str | None
    publisher: str | None
    source: str | None
    pages: int
    cases: tuple[str, ...]
    passages: tuple[PassageView, ...]
    named: tuple[Named, ...]
    is_draft: bool
    is_about_case: bool
    cooperations: int | None


def document_page_view(text: LinkedDocument, draft: Draft | None, ontology: Ontology, start: int | None, end: int | None, language: Language) -> DocumentPage:
    """What the page of a document shows; nothing is marked where start and end are no stretch of its text.

    Args:
        draft: What was proposed for it, where nobody has said what it is about.
    """
    document = text.document
    stretch = (start, end) if start is not None and end is not None and 0 <= start < end <= len(document.text) else None
    return DocumentPage(
        title=document.title,
        language=document.language,
        media_type=document.media_type,
        date=document.date,
        publisher=document.publisher,
        source=document.source,
        pages=len(document.pages),
        cases=document.describes,
        passages=tuple(_passages(document, stretch)),
        named=tuple(Named(concept_link(ontology.concepts[link.iri], language), places_of(document, link)) for link in text.linked.concepts),
        is_draft=draft is not None,
        is_about_case=draft is None or draft.is_about_case,
        cooperations=draft.cooperations if draft else None,
    )


def _passages(document: Document, stretch: tuple[int, int] | None) -> Iterator[PassageView]:
    section, page, is_marked = "", None, False
    for passage in document.passages:
        before, marked, after = _cut(passage, stretch)
        if passage.is_title and passage.text == document.title and not marked:
            continue  # it stands above all
        own = document.page_of(passage.start)
        heading = passage.section if passage.section != section and not passage.is_title and passage.text != passage.section else ""
        marked_page = document.page_of(stretch[0]) if marked and stretch else None
        yield PassageView(heading, own if own != page else None, before, marked, after, marked_page, bool(marked) and not is_marked)
        section, page, is_marked = passage.section, own, is_marked or bool(marked)


def _cut(passage: Passage, stretch: tuple[int, int] | None) -> tuple[str, str, str]:
    """The text of a passage before, in and behind a stretch."""
    if stretch is None:
        return passage.text, "", ""
    start, end = (min(max(offset - passage.start, 0), len(passage.text)) for offset in stretch)
    return passage.text[:start], passage.text[start:end], passage.text[end:]
