"""What people decided of proposals: lines of `reviews/*.jsonl` below the corpus folder, only ever added to, and read in the order of their times."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from koopkg.errors import KoopkgError
from koopkg.messages import Foreign
from koopkg.model import Review

__all__ = ["ReviewError", "Reviews", "add_reviews", "now", "read_reviews"]


class ReviewError(KoopkgError):
    """A line of a review file cannot be used, or a review does not fit what there is."""


class Reviews:
    """The reviews that count: the latest of each document, field and value."""

    def __init__(self, reviews: Iterable[Review] = ()) -> None:
        self._of: dict[str, dict[tuple[str, str], Review]] = {}
        for review in sorted(reviews, key=lambda review: review.at):
            self._of.setdefault(review.document, {})[review.field, str(review.value)] = review

    def __len__(self) -> int:
        return sum(map(len, self._of.values()))

    def of(self, document: str) -> Mapping[tuple[str, str], Review]:
        """Those of a document, by field and value."""
        return self._of.get(document, {})

    def cases_of(self, document: str) -> tuple[str, ...]:
        """The cases that people said a document is about, in order."""
        return tuple(sorted(value for (field, value), review in self.of(document).items() if field == "describes" and review.verdict == "accept"))

    def digest(self, document: str) -> str:
        """What decides what the reviews make of a document; empty where there are none."""
        found = sorted((field, value, review.verdict, str(review.instead)) for (field, value), review in self.of(document).items())
        return hashlib.sha256(json.dumps(found).encode()).hexdigest()[:16] if found else ""

    def all(self) -> list[Review]:
        """All that count, by document, in the order of their times."""
        return [review for name in sorted(self._of) for review in sorted(self._of[name].values(), key=lambda review: review.at)]


def now() -> str:
    """The time as a review has it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_reviews(folder: Path) -> Reviews:
    """All reviews in the files of a folder; none where there is no such folder.

    Raises:
        ReviewError: A line is no review.
    """
    found: list[Review] = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line.strip():
                found.append(_read(line, f"{path}:{number}"))
    return Reviews(found)


def add_reviews(folder: Path, reviews: Sequence[Review]) -> None:
    """Add lines to the file of the month; what was written before stays as it is, whoever writes at the same time.

    Raises:
        OSError: They cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps({key: value for key, value in asdict(review).items() if value is not None}, ensure_ascii=False) + "\n" for review in reviews)
    with (folder / f"{now()[:7]}.jsonl").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(lines.encode())  # one call: of a process that is killed there is all of it or nothing
        file.flush()
        os.fsync(file.fileno())


_REVIEW: TypeAdapter[Review] = TypeAdapter(Review)


def _read(line: str, where: str) -> Review:
    try:
        return _REVIEW.validate_json(line)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        named = ".".join(str(part) for part in detail["loc"]) or "line"
        raise ReviewError(
            "{where}: {name}: is no review ({reason}); expected a line as `koopkg review` writes it", where=where, name=named, reason=Foreign(detail["msg"])
        ) from error
