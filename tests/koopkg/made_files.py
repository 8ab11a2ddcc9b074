"""Files of every format that is read, made on the spot: what a test says stands in them, and nothing else."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from email.message import EmailMessage
from functools import cache
from html import escape
from typing import Any

from docx import Document
from PIL import Image
from pptx import Presentation
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

__all__ = ["MADE", "archive", "docx", "eml", "html", "locked_pdf", "odt", "pages_pdf", "parts_of", "pptx", "printed", "scan", "table_pdf", "with_macros"]

_PAGE = (595.0, 842.0)
_LETTERS = 46
"""In a line of a column."""
_LINES = 52
"""In a column of a page."""


def markdown(title: str, paragraphs: Sequence[str]) -> bytes:
    return "\n\n".join([f"# {title}", *paragraphs]).encode()


def plain(title: str, paragraphs: Sequence[str]) -> bytes:
    return "\n\n".join([title, *paragraphs]).encode()


def html(title: str, paragraphs: Sequence[str], *, head: str = "", around: str = "", behind: str = "") -> bytes:
    text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return (
        f"<!doctype html><html><head><meta charset=utf-8>{head}</head><body>{around}<main><h1>{escape(title)}</h1>{text}</main>{behind}</body></html>".encode()
    )


def docx(title: str, paragraphs: Sequence[str], *, table: Sequence[Sequence[str]] = ()) -> bytes:
    document = Document()
    document.add_heading(title, 0)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if table:
        cells = document.add_table(len(table), len(table[0]))
        for row, texts in enumerate(table):
            for column, text in enumerate(texts):
                cells.cell(row, column).text = text
        document.add_paragraph("Unter der Tabelle.")
    return _saved(document.save)


def with_macros(raw: bytes) -> bytes:
    """A Word file as Word saves it with macros."""
    plain_type = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    parts = dict(parts_of(raw))
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(plain_type, b"application/vnd.ms-word.document.macroEnabled.main+xml")
    return archive({**parts, "word/vbaProject.bin": b"\xd0\xcf\x11\xe0 Sub AutoOpen()"})


def odt(title: str, paragraphs: Sequence[str], *, body: str = "", manifest: str = "<manifest/>") -> bytes:
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "table", "meta"))
    text = f'<text:h text:outline-level="1">{escape(title)}</text:h>' + "".join(f"<text:p>{escape(paragraph)}</text:p>" for paragraph in paragraphs)
    content = f"<office:document-content {spaces}><office:body><office:text>{text}{body}</office:text></office:body></office:document-content>"
    about = '<dc:date xmlns:dc="http://purl.org/dc/elements/1.1/">2024-02-29T10:00:00</dc:date>'
    meta = f"<office:document-meta {spaces}><office:meta>{about}</office:meta></office:document-meta>"
    mimetype = "application/vnd.oasis.opendocument.text"
    return archive({"mimetype": mimetype, "META-INF/manifest.xml": manifest, "content.xml": content, "meta.xml": meta})


def pptx(title: str, paragraphs: Sequence[str]) -> bytes:
    """A slide for each paragraph, the first with the title."""
    presentation = Presentation()
    for number, paragraph in enumerate(paragraphs):
        slide: Any = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = title if number == 0 else f"Folie {number + 1}"
        slide.placeholders[1].text = paragraph
    return _saved(presentation.save)


def eml(title: str, paragraphs: Sequence[str], *, attached: dict[str, bytes] | None = None, as_html: bool = False) -> bytes:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "rathaus@example.org", "kreis@example.org", title
    letter["Date"] = "Tue, 05 Mar 2024 10:00:00 +0100"
    if as_html:
        letter.set_content(html(title, paragraphs).decode(), subtype="html")
    else:
        letter.set_content("\n\n".join(paragraphs))
    for name, raw in (attached or {}).items():
        letter.add_attachment(raw, maintype="application", subtype="octet-stream", filename=name)
    return letter.as_bytes()


def pdf(title: str, paragraphs: Sequence[str]) -> bytes:
    return printed(title, paragraphs, columns=1)


MADE: dict[str, Callable[[str, Sequence[str]], bytes]] = {
    ".md": markdown,
    ".txt": plain,
    ".html": html,
    ".pdf": pdf,
    ".docx": docx,
    ".odt": odt,
    ".eml": eml,
}
"""End of a name -> what makes such a file of a title and paragraphs."""


def printed(title: str, paragraphs: Sequence[str], *, columns: int, by_rows: bool = False, running: str = "") -> bytes:
    """A PDF as a typesetter makes it: justified to a width by parting words, a header and the number of the page on each page.

    Args:
        by_rows: Draw a line of each column before the next line of any, as word processors do, rather than one column after the other.
    """
    letters = _LETTERS if columns > 1 else 2 * _LETTERS
    lines = [line for paragraph in paragraphs for line in (*_wrapped(paragraph, letters), "")]
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=_PAGE, invariant=1)
    canvas.setTitle("Vorlage_neu_3")
    step = _LINES * columns
    for number, first in enumerate(range(0, len(lines), step), start=1):
        if running:
            canvas.setFont("Helvetica", 8)
            canvas.drawString(50, 815, running)
            canvas.drawString(280, 20, f"Seite {number}")
        if number == 1:
            canvas.setFont("Helvetica-Bold", 18)
            canvas.drawString(50, 785, title)
        canvas.setFont("Helvetica", 9.5)
        placed = [(place % _LINES, place // _LINES, line) for place, line in enumerate(lines[first : first + step])]
        for row, column, line in sorted(placed) if by_rows else placed:
            canvas.drawString(50 + column * 260, 760 - row * 13.5, line)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


@cache
def pages_pdf(count: int) -> bytes:
    """So many pages, each with its number in words of its own."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=_PAGE, invariant=1)
    for number in range(1, count + 1):
        canvas.drawString(50, 500, f"Auf Blatt {number} steht ein Zweckverband für Abwasser.")
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def table_pdf(rows: Sequence[Sequence[str]]) -> bytes:
    """Two columns of short cells."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=_PAGE, invariant=1)
    for number, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            canvas.drawString(60 + 300 * column, 700 - 15 * number, cell)
    canvas.save()
    return stream.getvalue()


def locked_pdf() -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, encrypt=StandardEncryption("geheim", "auch geheim"), invariant=1)
    canvas.drawString(50, 500, "Ein Zweckverband.")
    canvas.save()
    return stream.getvalue()


def scan() -> bytes:
    """A picture of a page, and no text."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=_PAGE, invariant=1)
    canvas.drawImage(ImageReader(Image.new("L", (300, 420), 230)), 0, 0, *_PAGE)
    canvas.save()
    return stream.getvalue()


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in parts.items():
            packed.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def parts_of(raw: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        for name in packed.namelist():
            yield name, packed.read(name)


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    stream = io.BytesIO()
    save(stream)
    return stream.getvalue()


def _wrapped(paragraph: str, letters: int) -> Iterator[str]:
    """Lines of a width; a long word that does not fit is parted in its middle."""
    line = ""
    for word in paragraph.split():
        room = letters - len(line) - 1
        if len(word) <= room or not line:
            line = f"{line} {word}".strip()
        elif len(word) > 9 and word.isalpha() and room >= len(word) // 2 + 1:
            middle = len(word) // 2
            yield f"{line} {word[:middle]}-"
            line = word[middle:]
        else:
            yield line
            line = word
    yield line
