"""HTML -> the text of the page itself: no menu, banner, script or footer; headings, lists and tables in their order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from koopkg.errors import refused
from koopkg.reading.blocks import Blocks, plain
from koopkg.reading.content import About, Content
from koopkg.reading.plain_text import decoded
from koopkg.reading.properties import iso_day
from koopkg.text import is_web_address

__all__ = ["read_html"]

_NO_TEXT = "script, style, noscript, template, iframe, object, svg, form, button, select, input, dialog, nav, footer, aside, menu"
_NO_CONTENT = re.compile(
    r"(?:^|[\s_-])(?:cookies?|consent|banner|nav|navi|navigation|menu|menue|breadcrumbs?|sidebar|footer|teaser|share|social|skip|sitemap|search|suche|newsletter)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
"""In a class, an id or a role: what stands around the text on a page."""
_NO_ROLE = frozenset(("navigation", "banner", "contentinfo", "search", "dialog", "alertdialog", "complementary", "menu", "menubar"))
_BLOCKS = frozenset("p h1 h2 h3 h4 h5 h6 li tr dt dd blockquote pre figcaption caption address summary".split())
_BOXES = frozenset("div section article main table thead tbody tfoot ul ol dl hr".split())
_LEAST = 0.3
"""Share of the text of a cleaned page from which what was found to be its core is believed; a short page is taken whole."""
_MOST_BESIDE = 1_200
"""Characters of a cleaned page up to which it is taken whole: finding a core needs more to go by."""
_DATES = ("article:published_time", "dcterms.date", "dcterms.issued", "dc.date", "dc.date.issued", "date", "datepublished", "pubdate")
_PUBLISHERS = ("dcterms.publisher", "dc.publisher", "publisher", "og:site_name", "article:publisher")
_ENCODING = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_:-]{2,40})", re.IGNORECASE)


def read_html(raw: bytes, where: str) -> Content:
    """The content of a page.

    Raises:
        DocumentError: It has no text.
    """
    return of_html(_markup(raw, where), where=where)


def of_html(markup: str, *, where: str) -> Content:
    """The content of a page that is decoded already.

    Raises:
        DocumentError: It has no text.
    """
    from selectolax.lexbor import LexborHTMLParser

    page = LexborHTMLParser(markup)
    about = _about(page)
    whole = list(_cleaned(page))
    length = sum(len(text) for _, text in whole)
    core = list(_core(markup)) if length > _MOST_BESIDE else []
    chosen = core if sum(len(text) for _, text in core) >= _LEAST * length and core else whole
    if not chosen:
        raise refused(where, "has no text but menus, scripts and the like")
    if about.heading and not any(kind == "h1" for kind, _ in chosen):
        chosen.insert(0, ("h1", about.heading))
    blocks = Blocks()
    for kind, text in chosen:
        if kind[0] == "h" and kind[1:].isdigit():
            blocks.heading(text, int(kind[1:]))
        elif kind == "li":
            blocks.item(text)
        elif kind == "tr":
            blocks.row(text.split("\0"))
        else:
            blocks.paragraph(text)
    return blocks.content(about, where=where)


def _markup(raw: bytes, where: str) -> str:
    found = _ENCODING.search(raw[:4096])
    if found:
        try:
            return raw.decode("utf-8-sig" if found.group(1).lower() in (b"utf-8", b"utf8") else found.group(1).decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass  # what it says of its encoding is wrong
    return decoded(raw, where)


def _core(markup: str) -> Iterator[tuple[str, str]]:
    """The blocks of what trafilatura takes for the text of the page."""
    from trafilatura import bare_extraction

    found = bare_extraction(markup, include_comments=False, include_tables=True, include_links=False, favor_recall=True, with_metadata=False)
    body: Any = getattr(found, "body", None)
    if body is not None:
        for line_break in body.iter("lb"):
            line_break.tail = f" {line_break.tail or ''}"
        yield from _blocks_of(body)


def _blocks_of(element: Any) -> Iterator[tuple[str, str]]:
    """Blocks below an element of trafilatura's own markup, in which `head` has its level in `rend`."""
    for child in element:
        kind = child.tag
        if kind == "head":
            yield (child.get("rend") or "h2"), "".join(child.itertext())
        elif kind == "list":
            yield from (("li", "".join(item.itertext())) for item in child.iter("item"))
        elif kind == "table":
            yield from (("tr", "\0".join("".join(cell.itertext()) for cell in row.iter("cell"))) for row in child.iter("row"))
        elif kind in ("p", "quote", "code", "item") or not len(child):
            yield "p", "".join(child.itertext())
        else:
            yield from _blocks_of(child)


def _cleaned(page: Any) -> Iterator[tuple[str, str]]:
    """The blocks of a page after all that by its name is no text was taken out."""
    for node in page.css(_NO_TEXT):
        node.decompose()
    for node in page.css("br"):
        node.replace_with("\n")
    for node in page.css("[class], [id], [role], [hidden], [aria-hidden]"):
        if node.tag not in ("html", "body", "main", "article") and _is_beside(node.attributes):
            node.decompose()
    root = page.css_first("main") or page.css_first("[role=main]") or page.body
    if root is not None:
        yield from _walked(root)


def _is_beside(attributes: Any) -> bool:
    if attributes.get("role") in _NO_ROLE or "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    return any(_NO_CONTENT.search(attributes.get(name) or "") for name in ("class", "id"))


def _walked(root: Any) -> Iterator[tuple[str, str]]:
    """Blocks in the order of the page; words that stand in no block of their own are paragraphs."""
    loose: list[str] = []
    for node in root.iter(include_text=True):
        if node.tag == "-text" or not _holds_block(node):
            if node.tag in _BLOCKS or node.tag in _BOXES:
                yield from _flushed(loose)
                yield from _block(node)
            else:
                loose.append(node.text(deep=True) or "")
        elif node.tag == "tr":
            yield from _flushed(loose)
            yield from _block(node)
        else:
            yield from _flushed(loose)
            yield from _walked(node)
    yield from _flushed(loose)


def _holds_block(node: Any) -> bool:
    return any(child.tag in _BLOCKS or child.tag in _BOXES for child in node.iter()) or any(_holds_block(child) for child in node.iter())


def _block(node: Any) -> Iterator[tuple[str, str]]:
    if node.tag == "tr":
        yield "tr", "\0".join(cell.text(deep=True) for cell in node.css("td, th"))
    else:
        yield (node.tag if node.tag in _BLOCKS else "p"), node.text(deep=True, separator=" ") if node.tag == "pre" else node.text(deep=True)


def _flushed(loose: list[str]) -> Iterator[tuple[str, str]]:
    text = "".join(loose)
    loose.clear()
    if plain(text):
        yield "p", text


def _about(page: Any) -> About:
    """What the head of a page says; of dates only those that its author stated, none that is guessed from the text."""
    metas: dict[str, str] = {}
    for node in page.css("meta"):
        name = (node.attributes.get("property") or node.attributes.get("name") or node.attributes.get("itemprop") or "").lower()
        metas.setdefault(name, plain(node.attributes.get("content") or ""))
    stated = _linked_data(page)
    canonical = page.css_first("link[rel=canonical]")
    address = ((canonical.attributes.get("href") if canonical else None) or metas.get("og:url") or "").strip()
    heading, title = page.css_first("h1"), page.css_first("title")
    day = next((day for day in (iso_day(metas.get(name, "")) for name in _DATES) if day), None) or iso_day(stated.get("datePublished", ""))
    return About(
        heading=plain(heading.text(deep=True)) or None if heading else None,
        title=metas.get("og:title") or (plain(title.text()) if title else None) or None,
        date=day,
        publisher=next((metas[name] for name in _PUBLISHERS if metas.get(name)), None) or stated.get("publisher") or None,
        source=address if is_web_address(address) else None,
    )


def _linked_data(page: Any) -> dict[str, str]:
    """Date and publisher from schema.org data in the page."""
    for node in page.css("script[type='application/ld+json']"):
        try:
            found = json.loads(node.text(deep=True))
        except (ValueError, RecursionError):
            continue
        for item in found if isinstance(found, list) else [found]:
            if isinstance(item, dict) and isinstance(item.get("datePublished"), str):
                publisher = item.get("publisher")
                name = publisher.get("name") if isinstance(publisher, dict) else None
                return {"datePublished": item["datePublished"], **({"publisher": plain(name)} if isinstance(name, str) else {})}
    return {}
