"""Sentences in the source of library, pages and templates -> the gettext catalogues: `python tools/messages.py` brings them up to date.

New sentences come in empty, to be translated by hand; those that are said no more go.
"""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from koopkg import errors

__all__ = ["CATALOGUES", "KEYWORDS", "extracted", "updated"]

ROOT = Path(__file__).parent.parent
CATALOGUES = sorted((ROOT / "src" / "koopkg" / "locale").glob("*/LC_MESSAGES/koopkg.po"))
_SOURCES = ("src/koopkg", "api/koopkg_api")
_METHODS = [("**.py", "python"), ("**.html", "jinja2")]
_OPTIONS = {"**.html": {"trimmed": "false", "silent": "false"}}
_RAISED = [*(name for name in errors.__all__ if name.endswith("Error")), "AnnotationError", "EvaluationError", "ReviewError"]
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    **dict.fromkeys(["_", "Message", "Sentence", *_RAISED], None),
    "ngettext": (1, 2),
    "counted": (1, 2),
    "Problem": (2,),
    "RequestError": (2,),
    "refused": (2,),
}
"""What makes a sentence of its first text, or of the second one: a problem names its field before, a refused request its status."""


def extracted() -> Catalog:
    """Every sentence that the source says, with the files that say it."""
    catalog = Catalog(project="koopkg", charset="utf-8")
    for folder in _SOURCES:
        for name, _, message, comments, context in extract_from_dir(str(ROOT / folder), _METHODS, _OPTIONS, KEYWORDS):
            catalog.add(message, locations=[(f"{folder}/{name}", 0)], auto_comments=comments, context=context)
    return catalog


def updated(path: Path) -> bytes:
    """The content that a catalogue should have."""
    with path.open("rb") as source:
        catalog = read_po(source, locale=path.parent.parent.name)
    created, revised = catalog.creation_date, catalog.revision_date
    catalog.update(extracted(), no_fuzzy_matching=True)
    catalog.creation_date, catalog.revision_date = created, revised
    content = io.BytesIO()
    write_po(content, catalog, width=0, ignore_obsolete=True, include_lineno=False, sort_by_file=True)
    return content.getvalue()


def main() -> None:
    """Bring every catalogue up to date and say what is left to translate."""
    for path in CATALOGUES:
        path.write_bytes(updated(path))
        with path.open("rb") as source:
            empty = [message.id for message in read_po(source) if message.id and not message.string]
        print(f"{path.relative_to(ROOT)}: {len(empty)} to translate")


if __name__ == "__main__":
    main()
