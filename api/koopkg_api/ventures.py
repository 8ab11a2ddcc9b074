"""What initiatives sent to be advised on, kept for a while under names that nobody can guess, so that no text has to stand in an address."""

from __future__ import annotations

import re
import secrets
import time
from http import HTTPStatus
from pathlib import Path

from koopkg.advising import Profile, profile_from_json, profile_to_json
from koopkg.files import write_whole
from koopkg_api.errors import RequestError

__all__ = ["DAYS", "Ventures"]

DAYS = 30
"""How long a venture is kept."""
_MOST = 2_000
"""Ventures that are kept; where there are more, the oldest go: at 100 kB each, that is as much as a small snapshot."""
_NAME = re.compile(r"[A-Za-z0-9_-]{22}")
_RANDOM_BYTES = 16


class Ventures:
    """Profiles by their names, a file each, which all processes of a server share. Whoever does not know a name cannot come to what it stands for."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "ventures"

    def keep(self, profile: Profile) -> str:
        """Keep a profile under a new name.

        Raises:
            RequestError: The folder cannot be written to.
        """
        name = secrets.token_urlsafe(_RANDOM_BYTES)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._forget()
            write_whole(self._folder / name, profile_to_json(profile))
        except OSError:
            raise RequestError(HTTPStatus.SERVICE_UNAVAILABLE, "this server cannot keep what you sent; ask whoever runs it, or use the search") from None
        return name

    def get(self, name: str) -> Profile:
        """What is kept under a name.

        Raises:
            RequestError: Nothing is, or no more.
        """
        path = self._folder / name
        try:
            if _NAME.fullmatch(name) and not _is_old(path):
                return profile_from_json(path.read_bytes())
        except OSError:
            pass  # nobody kept it, or it has gone
        raise RequestError(HTTPStatus.NOT_FOUND, "there is no venture of this name any more; they are kept for {days} days", days=DAYS)

    def _forget(self) -> None:
        """Remove what is old, and of too many the oldest."""
        kept = []
        for path in self._folder.iterdir():
            if _is_old(path):
                path.unlink(missing_ok=True)
            else:
                kept.append(path)
        for path in sorted(kept, key=lambda path: path.stat().st_mtime)[: max(0, len(kept) - _MOST + 1)]:
            path.unlink(missing_ok=True)


def _is_old(path: Path) -> bool:
    return time.time() - path.stat().st_mtime > DAYS * 86_400
