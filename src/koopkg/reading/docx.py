"""Word (DOCX, also with macros, which are never run) -> its text: paragraphs, lists and tables in their order, text boxes and notes behind them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from koopkg.errors import refused
from koopkg.reading.archives import opened_archive
from koopkg.reading.blocks import Blocks
from koopkg.reading.content import About, Content
from koopkg.reading.properties import day_of

__all__ = ["read_docx"]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_KINDS = tuple(
    f"application/vnd.{kind}.main+xml"
    for kind in ("ms-word.document.macroEnabled", "ms-word.template.macroEnabledTemplate", "openxmlformats-officedocument.wordprocessingml.template")
)
"""Content types of Word files that are read like documents."""
_HEADING = re.compile(r"(?:heading|berschrift|titre)\s*([1-6])", re.IGNORECASE)
_TITLE = re.compile(r"(?:title|titel)\Z", re.IGNORECASE)
_NOTES = ("footnotes", "endnotes")


def read_docx(raw: bytes, where: str) -> Content:
    """The content of a Word file; what was deleted with changes tracked is left out, what was inserted is read.

    Raises:
        DocumentError: It is no Word file, or has no text.
    """
    from docx.opc.constants import CONTENT_TYPE
    from docx.opc.part import PartFactory
    from docx.package import Package

    opened_archive(raw, where)
    for kind in _KINDS:
        PartFactory.part_type_for.setdefault(kind, PartFactory.part_type_for[CONTENT_TYPE.WML_DOCUMENT_MAIN])
    main: Any = Package.open(io.BytesIO(raw)).main_document_part
    if not hasattr(main, "document"):
        raise refused(where, "is no Word document, whatever its name says; save it as one")
    blocks = Blocks()
    styles = _styles(main)
    for element in main.element.body:
        _read(element, blocks, styles)
    for relation in main.rels.values():
        if relation.reltype.rpartition("/")[2] in _NOTES and not relation.is_external:
            _read_notes(relation.target_part.blob, blocks)
    properties = main.package.core_properties
    about = About(title=properties.title or None, date=day_of(properties.modified or properties.created))
    return blocks.content(about, where=where)


def _styles(main: Any) -> dict[str, str]:
    """Id of each style -> its name, with those that it is based on."""
    return {style.style_id: f"{style.name or ''}" for style in main.styles if style.style_id}


def _read(element: Any, blocks: Blocks, styles: dict[str, str]) -> None:
    kind = element.tag
    if kind == f"{_W}p":
        _read_paragraph(element, blocks, styles)
    elif kind == f"{_W}tbl":
        for row in element.iter(f"{_W}tr"):
            if next(row.iterancestors(f"{_W}tbl")) is element:
                blocks.row([" ".join(_text(inner) for inner in cell.iter(f"{_W}p")) for cell in row.iterchildren(f"{_W}tc")])
    elif kind in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml", f"{_W}ins", f"{_W}smartTag"):
        for child in element:
            _read(child, blocks, styles)


def _read_paragraph(element: Any, blocks: Blocks, styles: dict[str, str]) -> None:
    text, name = _text(element), _style(element, styles)
    heading = _HEADING.search(name)
    if heading:
        blocks.heading(text, int(heading.group(1)))
    elif _TITLE.search(name):
        blocks.heading(text, 1)
    elif element.find(f"{_W}pPr/{_W}numPr") is not None or name.lower().startswith(("list", "aufz")):
        blocks.item(text)
    else:
        blocks.paragraph(text)
    for box in element.iter(f"{_W}txbxContent"):
        if next(box.iterancestors(_FALLBACK), None) is None:
            for child in box:
                _read(child, blocks, styles)


def _style(element: Any, styles: dict[str, str]) -> str:
    style = element.find(f"{_W}pPr/{_W}pStyle")
    found = style.get(f"{_W}val", "") if style is not None else ""
    return styles.get(found, found)


def _text(paragraph: Any) -> str:
    return "".join(_pieces(paragraph))


def _pieces(element: Any) -> Iterator[str]:
    """The words of a paragraph, links and insertions included; not those of boxes anchored in it, of deletions and of field codes."""
    for child in element:
        kind = child.tag
        if kind == f"{_W}t":
            yield child.text or ""
        elif kind in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
            yield " "
        elif kind == f"{_W}noBreakHyphen":
            yield "-"
        elif kind not in (f"{_W}txbxContent", f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}pPr", f"{_W}rPr", _FALLBACK):
            yield from _pieces(child)


def _read_notes(raw: bytes, blocks: Blocks) -> None:
    from lxml import etree

    root = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True))
    for note in root:
        if not note.get(f"{_W}type"):  # lines that separate notes from the text have one
            blocks.paragraph(" ".join(_text(paragraph) for paragraph in note.iter(f"{_W}p")))
