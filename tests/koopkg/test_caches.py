"""Caches give back what was written or nothing: not what was changed, damaged, cut off or made by something else."""

from __future__ import annotations

import logging
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from koopkg.analyses import Analyses
from koopkg.caches import CheckedTable
from tests.conftest import DATA

VALUES = {f"key-{number}".encode(): f"value {number}".encode() * 10 for number in range(1_500)}
TEXT = (DATA / "tiny" / "standesamt-lossetal.md").read_text(encoding="utf-8")
WORDS = sorted(set(re.findall(r"[^\W\d_]{3,30}", TEXT)))[:120]


@pytest.fixture
def table(tmp_path: Path) -> CheckedTable:
    table = CheckedTable(tmp_path / "cache" / "t.sqlite", "maker 1")
    table.put(VALUES)
    return table


def path_of(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "t.sqlite"


def test_what_was_written_is_there_again(table: CheckedTable, tmp_path: Path) -> None:
    table.close()
    again = CheckedTable(path_of(tmp_path), "maker 1")
    assert again.get([*VALUES, b"other"]) == VALUES
    assert again.get([]) == {}
    assert len(again) == len(VALUES)


@pytest.mark.parametrize(
    "poison",
    [
        "UPDATE entries SET value = CAST('poison' AS BLOB) WHERE key = CAST('key-7' AS BLOB)",
        "UPDATE entries SET value = 'text' WHERE key = CAST('key-7' AS BLOB)",
        "UPDATE entries SET value = substr(value, 1, 3) WHERE key = CAST('key-7' AS BLOB)",
        "UPDATE entries SET digest = x'00' WHERE key = CAST('key-7' AS BLOB)",
        "UPDATE entries SET (value, digest) = (SELECT value, digest FROM entries WHERE key = CAST('key-8' AS BLOB)) WHERE key = CAST('key-7' AS BLOB)",
    ],
)
def test_a_poisoned_entry_is_not_found(poison: str, table: CheckedTable, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    table.close()
    with sqlite3.connect(path_of(tmp_path)) as database:
        assert database.execute(poison).rowcount == 1
    database.close()
    found = CheckedTable(path_of(tmp_path), "maker 1").get(VALUES)
    assert found == {key: value for key, value in VALUES.items() if key != b"key-7"}
    assert "an entry is not as it was written" in caplog.text


def test_what_another_made_is_dropped(table: CheckedTable, tmp_path: Path) -> None:
    table.close()
    assert CheckedTable(path_of(tmp_path), "maker 2").get(VALUES) == {}
    assert len(CheckedTable(path_of(tmp_path), "maker 1")) == 0


@pytest.mark.parametrize("start", [0, 8_192])
def test_a_damaged_file_is_made_anew(start: int, table: CheckedTable, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    table.close()
    size = path_of(tmp_path).stat().st_size
    with path_of(tmp_path).open("r+b") as file:
        file.seek(start)
        file.write(b"\xff" * (size - start))
    damaged = CheckedTable(path_of(tmp_path), "maker 1")
    assert damaged.get(VALUES).items() <= VALUES.items()
    damaged.put(VALUES)
    assert damaged.get(VALUES) == VALUES
    assert "cannot be read" in caplog.text


def test_a_kill_loses_at_most_what_was_not_put(tmp_path: Path) -> None:
    code = f"""
import os, signal
from pathlib import Path
from koopkg.caches import CheckedTable
table = CheckedTable(Path({str(path_of(tmp_path))!r}), "maker 1")
for number in range(20):
    table.put({{f"{{number}}".encode(): b"x" * 1000}})
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == -signal.SIGKILL
    assert len(CheckedTable(path_of(tmp_path), "maker 1").get(f"{number}".encode() for number in range(20))) == 20


def test_a_published_table_is_read_where_nothing_can_be_written(table: CheckedTable, tmp_path: Path) -> None:
    folder = tmp_path / "snapshot"
    folder.mkdir()
    table.save(folder / "t.sqlite")
    before = (folder / "t.sqlite").read_bytes()
    folder.chmod(0o500)
    try:
        published = CheckedTable.published(folder / "t.sqlite")
        assert published.get(VALUES) == VALUES
        published.close()
        assert [path.name for path in folder.iterdir()] == ["t.sqlite"]
        assert (folder / "t.sqlite").read_bytes() == before
    finally:
        folder.chmod(0o700)


def test_a_damaged_published_table_is_refused_and_not_removed(table: CheckedTable, tmp_path: Path) -> None:
    table.save(tmp_path / "t.sqlite")
    content = bytearray((tmp_path / "t.sqlite").read_bytes())
    content[8_192:] = b"\xff" * (len(content) - 8_192)
    (tmp_path / "t.sqlite").write_bytes(content)
    published = CheckedTable.published(tmp_path / "t.sqlite")
    with pytest.raises(sqlite3.DatabaseError):
        published.get(VALUES)
    assert (tmp_path / "t.sqlite").read_bytes() == content
    with pytest.raises(sqlite3.DatabaseError):
        CheckedTable.published(tmp_path / "none.sqlite")


def answers(analyses: Analyses, words: list[str]) -> dict[str, tuple[object, ...]]:
    return {word: (analyses.segments(word), analyses.is_noun(word), analyses.is_name(word), analyses.is_adjective(word)) for word in words}


def test_hantas_answer_does_not_depend_on_what_was_asked_before() -> None:
    from koopkg import analyses

    forwards = answers(Analyses(), WORDS)
    analyses._tagger.cache_clear()
    assert len(WORDS) > 50
    assert answers(Analyses(), [*reversed(WORDS)]) == forwards


def test_analyses_are_the_same_from_cache_and_snapshot_as_from_hanta(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = [*WORDS[:30], "Bauhofgemeinschaft", "Standesamtsbezirk"]
    fresh = answers(Analyses(), words)
    cache = Analyses.cache(tmp_path / "analyses.sqlite")
    assert answers(cache, words) == fresh
    cache.save(tmp_path / "snapshot.sqlite")
    cache.close()
    monkeypatch.setattr("koopkg.analyses._analysed", lambda word: pytest.fail(f"{word} is analysed again"))
    assert answers(Analyses.cache(tmp_path / "analyses.sqlite"), words) == fresh
    assert answers(Analyses.open(tmp_path / "snapshot.sqlite"), words) == fresh


def test_a_poisoned_analysis_decides_nothing(tmp_path: Path) -> None:
    """F1: word splits changed in the cache changed the graph of the same snapshot id."""
    path = tmp_path / "analyses.sqlite"
    cache = Analyses.cache(path)
    right = cache.segments("Bauhofgemeinschaft")
    cache.close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE entries SET value = CAST('Bauhofgemeinschaft\tNN' AS BLOB)")
    database.close()
    assert len(right) > 1
    assert Analyses.cache(path).segments("Bauhofgemeinschaft") == right


def test_analyses_of_another_hanta_are_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    cache = Analyses.cache(tmp_path / "analyses.sqlite")
    cache.segments("Bauhof")
    cache.close()
    monkeypatch.setattr("koopkg.analyses.hanta_identity", lambda: "9.9-0")
    with caplog.at_level(logging.INFO):
        assert len(CheckedTable(tmp_path / "analyses.sqlite", "1-9.9-0")) == 0
    assert "it is made anew" in caplog.text
