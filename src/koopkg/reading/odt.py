"""OpenDocument text (ODT) -> its text: headings, paragraphs, lists and tables in their order, notes behind them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from koopkg.errors import refused
from koopkg.reading.archives import opened_archive, part
from koopkg.reading.blocks import Blocks
from koopkg.reading.content import About, Content
from koopkg.reading.properties import iso_day

__all__ = ["read_odt"]

_OFFICE, _TEXT, _TABLE = (f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("office", "text", "table"))
_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_PASSED_OVER = (f"{_TEXT}tracked-changes", f"{_OFFICE}annotation", f"{_TEXT}note", f"{_TEXT}table-of-content", f"{_TEXT}sequence-decls", f"{_OFFICE}forms")
_MOST_BLANKS = 100


def read_odt(raw: bytes, where: str) -> Content:
    """The content of an ODT file; what was deleted with changes tracked, comments and the table of contents are left out.

    Raises:
        DocumentError: It is locked, damaged, no text document, or has no text.
    """
    archive = opened_archive(raw, where)
    if b"encryption-data" in part(archive, "META-INF/manifest.xml", where):
        raise refused(where, "is locked with a password; save it without one")
    body = _parsed(part(archive, "content.xml", where), where).find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise refused(where, "is no text document; expected one of a word processor")
    blocks = Blocks()
    _read(body, blocks)
    for note in body.iter(f"{_TEXT}note-body"):
        blocks.paragraph(_words(note))
    return blocks.content(_about(part(archive, "meta.xml", where), where), where=where)


def _read(element: Any, blocks: Blocks, *, is_item: bool = False) -> None:
    for child in element:
        kind = child.tag
        if kind == f"{_TEXT}h":
            blocks.heading(_words(child), min(6, int(child.get(f"{_TEXT}outline-level") or 1)))
        elif kind == f"{_TEXT}p":
            style = child.get(f"{_TEXT}style-name") or ""
            if style == "Title":
                blocks.heading(_words(child), 1)
            elif is_item:
                blocks.item(_words(child))
            else:
                blocks.paragraph(_words(child))
        elif kind == f"{_TABLE}table":
            for row in child.iter(f"{_TABLE}table-row"):
                cells = row.iterchildren(f"{_TABLE}table-cell")
                blocks.row([" ".join(_words(paragraph) for paragraph in cell.iter(f"{_TEXT}p", f"{_TEXT}h")) for cell in cells])
        elif isinstance(kind, str) and kind not in _PASSED_OVER:
            _read(child, blocks, is_item=is_item or kind == f"{_TEXT}list")


def _words(element: Any) -> str:
    return "".join(_pieces(element))


def _pieces(element: Any) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag == f"{_TEXT}s":
            yield " " * min(_MOST_BLANKS, int(child.get(f"{_TEXT}c") or 1))
        elif child.tag in (f"{_TEXT}tab", f"{_TEXT}line-break"):
            yield " "
        elif isinstance(child.tag, str) and child.tag not in _PASSED_OVER:
            yield from _pieces(child)
        yield child.tail or ""


def _about(raw: bytes, where: str) -> About:
    meta = _parsed(raw, where).find(f"{_OFFICE}meta") if raw else None
    if meta is None:
        return About()
    day = iso_day(meta.findtext(f"{_DC}date") or "") or iso_day(meta.findtext(f"{_META}creation-date") or "")
    return About(title=meta.findtext(f"{_DC}title"), date=day, publisher=meta.findtext(f"{_DC}publisher"))


def _parsed(raw: bytes, where: str) -> Any:
    from lxml import etree

    try:
        return etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        raise refused(where, "is damaged: a part of it is missing or broken; save it anew or send it again") from None
