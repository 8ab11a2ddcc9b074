"""PDF -> its text in the order in which people read it: columns one after the other, no running headers and footers, words whole again.

PDF knows no paragraphs and no words, only where glyphs stand; PDFium puts glyphs together to stretches of a line, and what stands here does the rest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import median
from typing import Any

from koopkg.errors import refused
from koopkg.messages import Message
from koopkg.reading.blocks import Blocks
from koopkg.reading.columns import Line, lines_of
from koopkg.reading.content import About, Content
from koopkg.reading.properties import iso_day

__all__ = ["MOST_PAGES", "read_pdf"]

MOST_PAGES = 2_000
"""A household of a Land has as many; PDFium reads some 200 a second."""
_MARGIN = 0.12
"""Share of a page's height, at the top and at the bottom, in which headers and footers stand."""
_REPEATED = 0.3
"""Share of the pages on which a line of the margin stands that is no part of the text."""
_FEW_PAGES = 6
_SAME_HEIGHT = 6.0
"""Points by which a header may stand higher or lower from page to page."""
_DIGITS = re.compile(r"[0-9]+|\b[ivxlc]+\b")
_PAGE_NUMBER = re.compile(r"(?:seite|page|s\.)?\s*[-–|]?\s*[0-9]{1,4}\s*[-–|]?(?:\s*(?:von|of|/)\s*[0-9]{1,4})?\s*", re.IGNORECASE)
_LARGE = 1.3
"""Times the height of the lines of the text from which a line is a heading."""
_AS_LARGE = 0.9
_LONGEST_HEADING = 200
_MOST_OF_THE_TEXT = 0.75
_WIDEST_PITCH = 2.2
"""Times the height of a line that lines of one paragraph are apart, where they are widely spaced."""
_NEXT_PARAGRAPH = 1.35
"""Times the usual distance of two lines from which a paragraph ends between them."""
_SHORT = 0.15
"""Share of the width of its column that a line leaves blank which ends a paragraph, where it ends like a sentence."""
_ENDS = (".", "!", "?", ":", "“", "”", ")")
_BULLET = re.compile(r"[•‣◦▪■●·–-]\s+(?=\S)")
_HYPHEN = re.compile("[\x02\ufffe\u00ad-]+$")
_ELLIPSIS = re.compile(r"(?:und|oder|sowie|bzw\.|als|beziehungsweise|and|or)\b")
"""Before these, a word that ends in a hyphen is a part of a list: `Haushalts- und Kassenwesen`."""


@dataclass(slots=True)
class _Paragraph:
    """Lines that belong together; `pieces` are their words, a new one where a page begins, `pages_before` the pages that begin with it."""

    pieces: list[str]
    height: float
    is_large: bool
    pages_before: int


def read_pdf(raw: bytes, where: str) -> Content:
    """The content of a PDF file; its title is what stands there in the largest letters on the first page.

    Raises:
        DocumentError: It is locked, damaged, has too many pages, or no text.
    """
    import pypdfium2

    document = _opened(raw, where)
    if len(document) > MOST_PAGES:
        problem = Message("has {count:,} pages; at most {most:,} are read; split it", count=len(document), most=MOST_PAGES)
        raise refused(where, problem, field="size")
    pages: list[list[Line]] = []
    has_pictures = False
    for number in range(len(document)):
        page = document[number]
        pages.append(lines_of(page.get_textpage(), page.get_width()))
        margins = page.get_height() * _MARGIN, page.get_height() * (1 - _MARGIN)
        for line in pages[-1]:
            line.is_marginal = line.bottom < margins[0] or line.top > margins[1]
        has_pictures = has_pictures or (not pages[-1] and any(page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)))
        page.close()
    pages = _without_margins(pages)
    if not any(pages):
        if has_pictures:
            raise refused(where, "is a scan: pictures of pages without text; run text recognition (OCR) over it first")
        raise refused(where, "has no text that could be read")
    properties = document.get_metadata_dict()
    blocks = Blocks()
    _gather(pages, blocks)
    return blocks.content(About(title=properties.get("Title") or None, date=_day(properties.get("CreationDate", ""))), where=where)


def _opened(raw: bytes, where: str) -> Any:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise refused(where, "is locked with a password; save it without one") from None
        raise refused(where, "is damaged: no PDF reader can open it; save it anew or send it again") from None


def _without_margins(pages: list[list[Line]]) -> list[list[Line]]:
    """The pages without lines that are on many of them but for their numbers, and without the numbers of the pages."""
    if len(pages) == 1:
        return pages
    seen = Counter(key for lines in pages for key in {_key(line) for line in lines if line.is_marginal})
    often = 2 if len(pages) <= _FEW_PAGES else _REPEATED * len(pages)
    return [[line for line in lines if not line.is_marginal or (seen[_key(line)] < often and not _PAGE_NUMBER.fullmatch(line.text.strip()))] for lines in pages]


def _key(line: Line) -> tuple[str, int]:
    """What a line of the margin says but for numbers, and how high it stands."""
    return _DIGITS.sub("#", line.text.strip().lower()), round(line.bottom / _SAME_HEIGHT)


def _gather(pages: Sequence[list[Line]], blocks: Blocks) -> None:
    """Put the paragraphs of all pages together; one may go on over columns and pages."""
    usual = _usual_height([line for lines in pages for line in lines])
    title = max((line.height for line in pages[0]), default=0.0)
    for paragraph in _paragraphs(pages, usual):
        for _ in range(paragraph.pages_before):
            blocks.page()
        whole = "".join(paragraph.pieces)
        if len(paragraph.pieces) > 1:
            blocks.paragraph(*paragraph.pieces)
        elif paragraph.is_large and len(whole) <= _LONGEST_HEADING:
            blocks.heading(whole, 1 if paragraph.height >= _AS_LARGE * title else 2)
        elif bullet := _BULLET.match(whole):
            blocks.item(whole[bullet.end() :])
        else:
            blocks.paragraph(whole)


def _usual_height(lines: list[Line]) -> float:
    """The height that most of the text keeps below: many lines are lower than their type, because not all have both ascenders and descenders."""
    ranked = sorted((line.height, len(line.text)) for line in lines)
    wanted = _MOST_OF_THE_TEXT * sum(length for _, length in ranked)
    reached = accumulate(length for _, length in ranked)
    return next(height for (height, _), sofar in zip(ranked, reached, strict=True) if sofar >= wanted)


def _paragraphs(pages: Sequence[list[Line]], usual: float) -> Iterator[_Paragraph]:
    pitch = min(_usual_pitch(pages), _WIDEST_PITCH * usual)
    paragraph: _Paragraph | None = None
    before: Line | None = None
    unseen = 0
    for lines in pages:
        unseen += 1
        for line in lines:
            is_large = line.height >= _LARGE * usual
            if paragraph is None or before is None or _begins(line, before, pitch, is_new=is_large != paragraph.is_large):
                if paragraph is not None:
                    yield paragraph
                paragraph = _Paragraph([line.text], line.height, is_large, unseen)
            else:
                whole, joined = _joined(paragraph.pieces[-1], line.text)
                paragraph.pieces[-1] = whole
                paragraph.pieces += [""] * (unseen - 1)
                if unseen:
                    paragraph.pieces.append(joined)
                else:
                    paragraph.pieces[-1] += joined
                paragraph.height = max(paragraph.height, line.height)
            before, unseen = line, 0
    if paragraph is not None:
        yield paragraph


def _usual_pitch(pages: Sequence[list[Line]]) -> float:
    """How far one line stands below the other where they are of one paragraph."""
    steps = [above.bottom - below.bottom for lines in pages for above, below in pairwise(lines) if below.column == above.column]
    return median(step for step in steps if step > 0) if any(step > 0 for step in steps) else 0.0


def _begins(line: Line, before: Line, pitch: float, *, is_new: bool) -> bool:
    """Whether a paragraph begins with a line."""
    if is_new or _BULLET.match(line.text):
        return True
    ends = before.text.rstrip().endswith(_ENDS)
    if line.column != before.column:  # of the next column or page
        return ends
    if before.bottom - line.bottom > _NEXT_PARAGRAPH * pitch:
        return True
    return ends and before.right < before.edge - _SHORT * (before.edge - before.left)


def _joined(before: str, after: str) -> tuple[str, str]:
    """Two lines so that they make one text: a word that was parted at the end of a line is whole again."""
    before, after = before.rstrip(" "), after.lstrip()
    hyphen = _HYPHEN.search(before)
    if hyphen is None or not before[: hyphen.start()][-1:].isalpha():
        return f"{before} ", after
    stem = before[: hyphen.start()]
    if _ELLIPSIS.match(after):
        return f"{stem}- ", after
    return (stem, after) if after[:1].islower() else (f"{stem}-", after)


def _day(stated: str) -> str | None:
    """`D:20240131120000+01'00'` -> `2024-01-31`."""
    digits = stated.removeprefix("D:")[:8]
    return iso_day(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}") if digits.isdecimal() else None
