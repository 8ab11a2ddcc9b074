"""PowerPoint (PPTX, also with macros, which are never run) -> its text: a page a slide, its shapes from top to bottom, what the speaker noted behind them."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from koopkg.reading.archives import opened_archive
from koopkg.reading.blocks import Blocks
from koopkg.reading.content import About, Content
from koopkg.reading.properties import day_of

__all__ = ["read_pptx"]


def read_pptx(raw: bytes, where: str) -> Content:
    """The content of a presentation.

    Raises:
        DocumentError: It has no text.
    """
    from pptx import Presentation

    opened_archive(raw, where)
    presentation = Presentation(io.BytesIO(raw))
    blocks = Blocks()
    for number, slide in enumerate(presentation.slides):
        blocks.page()
        title = slide.shapes.title
        if title is not None and title.has_text_frame:
            blocks.heading(title.text_frame.text, 2 if number else 1)
        _read((shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id), blocks)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            for paragraph in slide.notes_slide.notes_text_frame.paragraphs:
                blocks.paragraph(paragraph.text)
    properties = presentation.core_properties
    return blocks.content(About(title=properties.title or None, date=day_of(properties.modified or properties.created)), where=where)


def _read(shapes: Iterable[Any], blocks: Blocks) -> None:
    for shape in sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0)):
        if hasattr(shape, "shapes"):  # a group
            _read(shape.shapes, blocks)
        elif getattr(shape, "has_table", False):
            for row in shape.table.rows:
                blocks.row([cell.text for cell in row.cells])
        elif shape.has_text_frame:
            filled = [paragraph for paragraph in shape.text_frame.paragraphs if paragraph.text.strip()]
            for paragraph in filled:
                if len(filled) > 1:
                    blocks.item(paragraph.text)
                else:
                    blocks.paragraph(paragraph.text)
