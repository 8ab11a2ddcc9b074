"""A gettext catalogue as translators edit it (.po) -> its texts in a language, by their English ones.

Babel would read it too, but takes ten times as long, most of it for its own import; a test compares what both read.
"""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

__all__ = ["catalogue"]

_ENTRY = re.compile(r'^msgid (".*")\n(?:msgid_plural ".*"\n)?((?:msgstr(?:\[\d\])? ".*"\n?)+)', re.MULTILINE)
_TRANSLATION = re.compile(r'^msgstr(?:\[\d\])? (".*")', re.MULTILINE)
_PLURAL = re.compile(r"plural=(.+?);")


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The texts of a language; those of English are the keys themselves, as is a text that a catalogue lacks."""
    if language == "en":
        return gettext.NullTranslations()
    content = files("koopkg").joinpath(f"locale/{language}/LC_MESSAGES/koopkg.po").read_text(encoding="utf-8")
    texts = {
        ast.literal_eval(key): tuple(ast.literal_eval(text) for text in _TRANSLATION.findall(translations))
        for key, translations in _ENTRY.findall(content.replace('"\n"', ""))
    }
    return _Catalogue(texts)


class _Catalogue(gettext.NullTranslations):
    """Texts by key, one for each plural form of the language."""

    def __init__(self, texts: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__()
        rule = _PLURAL.search(texts[""][0])
        self._texts = {key: forms for key, forms in texts.items() if key and all(forms)}
        self._form = gettext.c2py(rule[1] if rule else "n != 1")

    def gettext(self, message: str) -> str:
        return self._texts.get(message, (message,))[0]

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        forms = self._texts.get(msgid1)
        return forms[self._form(n)] if forms else super().ngettext(msgid1, msgid2, n)
