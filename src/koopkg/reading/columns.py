"""Stretches of text as they stand on a page of a PDF -> its lines, in the order in which people read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

__all__ = ["Line", "lines_of"]

_CROSSING = 0.2
"""Share of the stretches from which a page has no gap there; measured on German two-column pages."""
_LEAST_IN_A_COLUMN = 4
_FILLED = 0.5
"""Share of its column that a usual line of a text fills; cells of a table are shorter, and are read row by row."""
_OVERLAP = 0.5
"""Share of the lower of two stretches that stands beside the other in one line."""
_CELLS_APART = 2.5
"""Times the height of a line from which a gap in it parts cells of a table; justified lines have gaps of up to one."""
_WORDS_APART = 0.12
_PLACES = ((1 / 2,), (1 / 3, 2 / 3))
"""Where the gaps between two columns, or three, are."""


@dataclass(slots=True)
class Line:
    """A line of a column; y goes up, `edge` is the right end of the column, `column` counts over the whole document's columns of a page."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    edge: float = 0.0
    column: int = 0
    is_marginal: bool = False

    @property
    def height(self) -> float:
        return self.top - self.bottom


def lines_of(text: Any, width: float) -> list[Line]:
    """The lines of a page, given its PDFium text page; columns one after the other, what goes across them in between.

    Args:
        width: Of the page, in points.
    """
    stretches = [_stretch(text, number) for number in range(text.count_rects())]
    stretches = [stretch for stretch in stretches if stretch.text.strip() and stretch.top > stretch.bottom]
    gaps = _gaps(stretches, width)
    lines: list[Line] = []
    for number, column in enumerate(_columns(stretches, gaps)):
        found = list(_lines(column))
        edge = max((line.right for line in found), default=0.0)
        for line in found:
            line.edge, line.column = edge, number
        lines += found
    return lines


def _stretch(text: Any, number: int) -> Line:
    left, bottom, right, top = text.get_rect(number)
    return Line(text.get_text_bounded(left, bottom, right, top), left, right, bottom, top)


def _gaps(stretches: Sequence[Line], width: float) -> tuple[float, ...]:
    """The x of the gaps between columns; none where the page has one column."""
    for places in _PLACES:
        gaps = tuple(width * place for place in places)
        crossing = sum(any(stretch.left < gap < stretch.right for gap in gaps) for stretch in stretches)
        if crossing < _CROSSING * len(stretches) and _are_columns(stretches, gaps, width):
            return gaps
    return ()


def _are_columns(stretches: Sequence[Line], gaps: tuple[float, ...], width: float) -> bool:
    """Whether the stretches between the gaps are lines of text rather than cells of a table."""
    bounds = (0.0, *gaps, width)
    for begin, end in pairwise(bounds):
        lines = list(_lines([stretch for stretch in stretches if begin <= stretch.left and stretch.right <= end]))
        if len(lines) < _LEAST_IN_A_COLUMN:
            return False
        reach = max(line.right for line in lines) - min(line.left for line in lines)
        if median(line.right - line.left for line in lines) < _FILLED * max(reach, (end - begin) / 2):
            return False
    return True


def _columns(stretches: Sequence[Line], gaps: tuple[float, ...]) -> Iterator[list[Line]]:
    """The stretches of each column in the order of reading; what goes across gaps parts those above it from those below."""
    columns: list[list[Line]] = [[] for _ in range(len(gaps) + 1)]
    across: list[Line] = []
    for stretch in sorted(stretches, key=lambda stretch: -stretch.top):
        if any(stretch.left < gap < stretch.right for gap in gaps):
            yield from (column for column in columns if column)
            columns = [[] for _ in columns]
            across.append(stretch)
            continue
        if across:
            yield across
            across = []
        columns[sum(gap <= stretch.left for gap in gaps)].append(stretch)
    yield from (column for column in (across, *columns) if column)


def _lines(stretches: Sequence[Line]) -> Iterator[Line]:
    """Stretches that stand beside each other as one line, from top to bottom."""
    row: list[Line] = []
    for stretch in sorted(stretches, key=lambda stretch: -(stretch.top + stretch.bottom)):
        if row and not _is_beside(stretch, row[0]):
            yield _joined(row)
            row = []
        row.append(stretch)
    if row:
        yield _joined(row)


def _is_beside(one: Line, other: Line) -> bool:
    shared = min(one.top, other.top) - max(one.bottom, other.bottom)
    return shared >= _OVERLAP * min(one.height, other.height)


def _joined(row: list[Line]) -> Line:
    row = sorted(row, key=lambda stretch: stretch.left)
    height = max(stretch.height for stretch in row)
    text = row[0].text
    for before, after in pairwise(row):
        gap = after.left - before.right
        text += " | " if gap > _CELLS_APART * height else " " if gap > _WORDS_APART * height and not text.endswith(" ") else ""
        text += after.text
    return Line(text, row[0].left, max(stretch.right for stretch in row), min(stretch.bottom for stretch in row), max(stretch.top for stretch in row))
