"""A file that takes its reader over, or ends it, is refused alone; the next one is read."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from koopkg.errors import DocumentError
from koopkg.reading import FORMATS, Format, Isolated, Limits, format_of
from tests.koopkg import made_files as made

TEXT = made.docx("Bauhof", ["Ein Zweckverband trägt ihn."])
LONG = made.html("Bauhof", [f"Absatz {number} nennt den Zweckverband und seine Mitglieder." for number in range(40_000)])
PAGE = format_of(LONG, "x.html", "x.html")
WORD = format_of(TEXT, "x.docx", "x.docx")


@pytest.fixture
def isolated() -> Iterator[Isolated]:
    with Isolated(Limits(seconds=20)) as started:
        yield started


def read(isolated: Isolated) -> str:
    return isolated.read(WORD, TEXT, "x.docx").text


def test_one_process_serves_many_files(isolated: Isolated) -> None:
    assert isolated.pid is None
    pids: set[int | None] = set()
    for _ in range(5):
        assert "Ein Zweckverband" in read(isolated)
        pids.add(isolated.pid)
    assert len(pids) == 1
    assert os.getpid() not in pids


def test_a_process_that_is_killed_between_files_is_replaced_without_a_word(isolated: Isolated) -> None:
    read(isolated)
    first = isolated.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    assert "Ein Zweckverband" in read(isolated)
    assert isolated.pid != first


def test_a_process_that_is_killed_over_a_file_takes_only_that_file_with_it(isolated: Isolated) -> None:
    """`kill -9` while it reads a page that takes some seconds."""
    read(isolated)
    first = isolated.pid
    assert first is not None
    threading.Timer(0.3, os.kill, (first, signal.SIGKILL)).start()
    with pytest.raises(DocumentError, match="the program that reads such files ended over it"):
        isolated.read(PAGE, LONG, "x.html")
    assert "Ein Zweckverband" in read(isolated)


def test_time_is_bounded() -> None:
    with Isolated(Limits(seconds=0.2)) as isolated, pytest.raises(DocumentError, match=r"takes longer to read than 0\.2 seconds"):
        isolated.read(PAGE, LONG, "x.html")


def test_memory_is_bounded() -> None:
    """A Word file whose one part is 60 MB of elements, within the ratio that an archive may have, takes some gigabytes as a tree."""
    noise = "".join(f"<w:p><w:r><w:t>{number:x}</w:t></w:r></w:p>" for number in range(900_000))
    parts = dict(made.parts_of(TEXT))
    body = parts["word/document.xml"].decode().replace("<w:body>", f"<w:body>{noise}")
    raw = made.archive({**parts, "word/document.xml": body.encode()})
    with Isolated(Limits(seconds=60, memory_mib=200)) as isolated:
        with pytest.raises(DocumentError, match=r"needs more memory|is damaged|ended over it"):
            isolated.read(WORD, raw, "x.docx")
        assert "Ein Zweckverband" in read(isolated)


def test_a_reader_can_open_no_socket(isolated: Isolated) -> None:
    """Asked of the process itself: its filter is of the kind that kills."""
    read(isolated)
    status = Path(f"/proc/{isolated.pid}/status").read_text(encoding="utf-8")
    assert "Seccomp:\t2" in status
    assert "NoNewPrivs:\t1" in status


def test_no_library_opens_a_socket_of_its_own_accord(isolated: Isolated) -> None:
    """Not even when it is loaded: a page that is long enough for each way of reading one."""
    raw = made.html("Bauhof", [f"Absatz {number} nennt den Zweckverband und seine Mitglieder." for number in range(60)])
    assert "Absatz 59" in isolated.read(PAGE, raw, "x.html").text


def test_readers_end_with_whoever_started_them(isolated: Isolated) -> None:
    read(isolated)
    pid = isolated.pid
    assert pid is not None
    isolated.__exit__()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_files_in_a_file_come_one_at_a_time(isolated: Isolated) -> None:
    """While one is handed out, others are read; whoever has enough leaves nothing behind."""
    raw = made.archive({"a.txt": "Eins.", "b/ü.txt": "Zwei.", "c.docx": TEXT, ".versteckt": "x"})
    row = format_of(raw, "x.zip", "x.zip")
    members = isolated.members(row, raw, "x.zip")
    found = [(member.name, str(member.skipped or ""), "Ein Zweckverband" in read(isolated)) for member in members]
    assert found == [(".versteckt", "is hidden", True), ("a.txt", "", True), ("b/ü.txt", "", True), ("c.docx", "", True)]
    assert next(isolated.members(row, raw, "x.zip")).name == ".versteckt"
    assert [member.raw for member in isolated.members(row, raw, "x.zip")][1:3] == [b"Eins.", b"Zwei."]


@pytest.mark.parametrize("row", [row for row in FORMATS if row.is_foreign], ids=lambda row: row.endings[0])
def test_whatever_the_bytes_the_process_lives_or_the_file_is_refused(row: Format, isolated: Isolated) -> None:
    """Good files with bytes changed, cut and doubled."""
    import random

    generator = random.Random(7)
    seed = made.MADE.get(row.endings[0], made.pptx)("Bauhof", ["Ein Zweckverband."]) if row.reader else made.archive({"a.txt": "Eins."})
    for _ in range(25):
        raw = bytearray(seed)
        for _ in range(generator.randint(1, 20)):
            raw[generator.randrange(len(raw))] = generator.randrange(256)
        cut = bytes(raw[: generator.randrange(len(raw) // 2, len(raw))] if generator.random() < 0.4 else raw)
        with contextlib.suppress(DocumentError):  # anything else would be a fault
            if row.reader:
                isolated.read(row, cut, "x")
            else:
                list(isolated.members(row, cut, "x"))
    assert "Ein Zweckverband" in read(isolated)
