"""Text as it comes in, by whatever way -> text as everything here works with it: Unicode NFC, without what no reader can see."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from koopkg.errors import QueryError

__all__ = ["is_web_address", "normalise", "printable", "query_text", "slug", "unusable", "with_whole_words", "without_control"]

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Source: Default_Ignorable_Code_Point in Unicode's DerivedCoreProperties.txt, and the marks of interlinear annotation."""
_LINE_END = re.compile("\r\n|[\r\u2028\u2029]")
_UNUSABLE = re.compile("[^\t\n\r\x20-\x7e\u00a0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")
"""Control characters other than tab and line ends, halves of surrogate pairs and noncharacters: no text has them, and XML 1.0 cannot carry them."""


_PARTED = re.compile(r"(?<=[a-zäöüß])-[ \t]*\n[ \t]*(?=[a-zäöüß])(?!(?:und|oder|bzw|sowie|and|or)\b)")


def normalise(text: str) -> str:
    """Unicode NFC with `\\n` line ends and without invisible characters (zero-width, soft hyphens, marks of direction).

    Leaves what `unusable` finds. Normalising twice changes nothing.
    """
    if text.isascii():
        return _LINE_END.sub("\n", text) if "\r" in text else text
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", _LINE_END.sub("\n", text)))


def with_whole_words(text: str) -> str:
    """The text with words that are parted at a line's end put together; a hyphen before `und` and the like, or before a capital, stays."""
    return _PARTED.sub("", text)


def unusable(text: str) -> re.Match[str] | None:
    """The first character that is not text, None where there is none."""
    return _UNUSABLE.search(text)


def without_control(text: str) -> str:
    """A text that some other program wrote, with a blank for each character that is no text."""
    return _UNUSABLE.sub(" ", text)


def query_text(text: str, *, field: str) -> str:
    """What somebody asks for, normalised; a control character counts as a blank, as it does in a browser's line of input.

    Raises:
        QueryError: It is not valid Unicode.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise QueryError(
            "{field}: the character {position:,} is {character}, half a character; expected valid Unicode text in UTF-8",
            field=field,
            position=error.start + 1,
            character=ascii(text[error.start]),
        ) from None
    return normalise(_UNUSABLE.sub(" ", text))


def printable(name: str) -> str:
    """A name from outside, such as that of a file, as it can be shown and stored: what is no visible text as escapes, `\\xfc` for a byte that is not UTF-8."""
    return _ESCAPED.sub(_escape, name)


_ESCAPED = re.compile(f"{_UNUSABLE.pattern}|{_INVISIBLE.pattern}|[\\\\\t\n\r\u2028\u2029]")


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    if 0xDC80 <= ord(character) <= 0xDCFF:  # how Python reads a byte of a file name that is not UTF-8
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")


def is_web_address(text: str) -> bool:
    """Whether a text is an absolute http or https address and, so that it can stand in the graph, a valid IRI."""
    from pyoxigraph import NamedNode  # not at the top, so that reading the settings stays cheap

    try:
        parts = urlsplit(text)
        NamedNode(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # no IRI, brackets around no IPv6 address, or a port out of range
        return False


def slug(text: str, *, most: int) -> str:
    """A text as part of a name: ASCII letters, digits and single hyphens; umlauts are spelled out. Empty where nothing of it is left."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_SPELLED)).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", plain)[:most].strip("-")


_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
