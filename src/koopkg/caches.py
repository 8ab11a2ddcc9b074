"""A path -> a table of keys and checked values in SQLite, made anew where it is damaged or made by something else."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

__all__ = ["CheckedTable"]

_LOG = logging.getLogger(__name__)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS made_by (name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY, value BLOB NOT NULL, digest BLOB NOT NULL) WITHOUT ROWID;
"""
_ASKED = 500
"""Keys of one query; SQLite takes at least 999."""
_DIGEST = 8
"""Bytes: enough that no accident passes, in a file that only its owner can write."""


class CheckedTable:
    """Values by key, each with a digest of both: what was changed by anything but this class is not found.

    A process that is killed loses what it wrote since the last `put` at most.
    """

    def __init__(self, path: Path, made_by: str) -> None:
        """Open a table to read and write.

        Args:
            made_by: What computes the values; those of another are dropped.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._made_by, self._is_published = path, made_by, False
        try:
            self._database = self._opened()
        except sqlite3.DatabaseError as error:
            _LOG.warning("%s cannot be read (%s); it is made anew", path, error)
            self._remove()
            self._database = self._opened()

    @classmethod
    def published(cls, path: Path) -> CheckedTable:
        """Open a table that nobody writes any more, whoever made it.

        Raises:
            sqlite3.DatabaseError: There is none, or it is damaged.
        """
        table = cls.__new__(cls)
        table._path, table._is_published = path, True
        table._database = sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True, check_same_thread=False)
        [(table._made_by,)] = table._database.execute("SELECT name FROM made_by")
        return table

    def get(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """The values of those keys that have one."""
        found: dict[bytes, bytes] = {}
        remaining = iter(keys)
        while some := list(islice(remaining, _ASKED)):
            marks = ",".join("?" * len(some))
            rows = self._rows(f"SELECT key, value, digest FROM entries WHERE key IN ({marks})", some)  # noqa: S608 -- question marks alone
            found.update(self._checked(rows))
        return found

    def put(self, values: Mapping[bytes, bytes]) -> None:
        """Set values, all or none."""
        rows = [(key, value, self._digest(key, value)) for key, value in values.items()]
        with self._database:
            self._database.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", rows)

    def save(self, path: Path) -> None:
        """Write all there is to a new file that can be published."""
        self._database.execute("VACUUM INTO ?", (str(path),))

    def __len__(self) -> int:
        [(count,)] = self._database.execute("SELECT COUNT(*) FROM entries")
        return int(count)

    def close(self) -> None:
        self._database.close()

    def _opened(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, check_same_thread=False)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")  # a kill loses nothing; a power cut the last commits, but not the file
            with database:
                database.executescript(_SCHEMA)
                makers = [name for (name,) in database.execute("SELECT name FROM made_by")]
                if makers != [self._made_by]:
                    if makers:
                        _LOG.info("%s was made by %s and not %s; it is made anew", self._path, ", ".join(makers), self._made_by)
                    database.execute("DELETE FROM entries")
                    database.execute("DELETE FROM made_by")
                    database.execute("INSERT INTO made_by VALUES (?)", (self._made_by,))
        except sqlite3.DatabaseError:
            database.close()
            raise
        return database

    def _rows(self, query: str, parameters: Sequence[bytes]) -> list[tuple[bytes, bytes, bytes]]:
        try:
            return self._database.execute(query, parameters).fetchall()
        except sqlite3.DatabaseError as error:
            if self._is_published:
                raise
            _LOG.warning("%s cannot be read (%s); it is made anew", self._path, error)
            self._database.close()
            self._remove()
            self._database = self._opened()
            return []

    def _checked(self, rows: Iterable[tuple[bytes, bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
        for key, value, digest in rows:
            if isinstance(value, bytes) and digest == self._digest(key, value):
                yield key, value
            else:
                _LOG.warning("%s: an entry is not as it was written; it is computed anew", self._path)

    def _digest(self, key: bytes, value: bytes) -> bytes:
        return hashlib.blake2b(value, key=hashlib.sha256(self._made_by.encode() + b"\0" + key).digest(), digest_size=_DIGEST).digest()

    def _remove(self) -> None:
        for name in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + name).unlink(missing_ok=True)
