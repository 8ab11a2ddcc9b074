"""E-mail (EML) -> the text of the letter, and the files attached to it."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage, MIMEPart
from email.utils import parsedate_to_datetime

from koopkg.errors import refused
from koopkg.reading.blocks import plain
from koopkg.reading.content import About, Content, Member
from koopkg.reading.html import of_html
from koopkg.reading.plain_text import decoded, of_text
from koopkg.reading.properties import day_of
from koopkg.text import printable

__all__ = ["attachments_of", "read_eml"]


def read_eml(raw: bytes, where: str) -> Content:
    """The content of a letter, its plain text where it has one; the subject is its title, and nobody's name or address is kept.

    Raises:
        DocumentError: It is no letter, or has no text.
    """
    letter = _parsed(raw, where)
    body = letter.get_body(preferencelist=("plain", "html"))
    if body is None:
        raise refused(where, "is a letter without text; what is attached to it is read by itself")
    text = _text(body, where)
    content = of_html(text, where=where) if body.get_content_type() == "text/html" else of_text(text, where=where)
    subject = plain(str(letter.get("Subject") or ""))
    return Content(content.text, content.sections, about=About(heading=subject or content.about.heading, date=_day(letter)))


def attachments_of(raw: bytes, where: str) -> Iterator[Member]:
    """The files attached to a letter, in their order; pictures in its text are none.

    Raises:
        DocumentError: It is no letter.
    """
    for number, attached in enumerate(_parsed(raw, where).iter_attachments(), start=1):
        name = attached.get_filename()
        if not name and attached.get_content_maintype() in ("image", "text"):
            continue
        payload = attached.get_payload(decode=True)
        inner = attached.get_payload()
        if isinstance(inner, list) and inner and not isinstance(payload, bytes):
            payload = bytes(inner[0]) if isinstance(inner[0], EmailMessage) else b""
        yield Member(printable(name or f"{number}.eml").replace("/", "_"), payload if isinstance(payload, bytes) else b"")


def _parsed(raw: bytes, where: str) -> EmailMessage:
    letter = email.message_from_bytes(raw, policy=email.policy.default)
    if not any(letter.get(name) for name in ("From", "Subject", "Date", "MIME-Version", "Received")):
        raise refused(where, "is no e-mail, whatever its name says; expected one as a mail program saves it")
    return letter


def _text(body: MIMEPart, where: str) -> str:
    """What a part says; where the encoding that it names is wrong or unknown, that of plain text is found out."""
    raw = body.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    try:
        return raw.decode(body.get_content_charset() or "utf-8")
    except (LookupError, UnicodeDecodeError):
        return decoded(raw, where)


def _day(letter: EmailMessage) -> str | None:
    try:
        return day_of(parsedate_to_datetime(str(letter.get("Date") or "")))
    except (ValueError, TypeError):
        return None
