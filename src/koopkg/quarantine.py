"""Documents that were not taken in -> a folder that shows those of the last run, each with its reasons in both languages."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from koopkg.intake import Rejected
from koopkg.messages import Language, translated

__all__ = ["Quarantine"]

_LANGUAGES: tuple[Language, ...] = ("en", "de")
_LONGEST_NAME = 100
"""Of a file in quarantine, which is named after the document."""


class Quarantine:
    """The folder, emptied when a run begins."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.rejected: list[Rejected] = []
        shutil.rmtree(folder, ignore_errors=True)

    def add(self, rejected: Rejected, raw: bytes = b"") -> None:
        """Lay a document aside with its reasons; without bytes only the reasons."""
        self.rejected.append(rejected)
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"{len(self.rejected):03}-{re.sub(r'[^A-Za-z0-9._-]', '_', Path(rejected.path).name)[:_LONGEST_NAME]}"
        if raw:
            (self._folder / name).write_bytes(raw)
        reasons = "".join(f"{rejected.path}: {translated(problem, language)}\n" for language in _LANGUAGES for problem in rejected.problems)
        (self._folder / f"{name}.reason.txt").write_text(reasons, encoding="utf-8")
