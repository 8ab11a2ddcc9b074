"""A document belongs to the folder that it was last found in, whether or not it changed on the way there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.export import export
from koopkg.pipeline import ingest
from tests.conftest import TINY, Silent

MOVED = "standesamt-lossetal.md"


@pytest.fixture
def folders(tiny_copy: Settings, tmp_path: Path) -> tuple[Path, Path]:
    """All documents lie in the first folder and were ingested there; the second is empty."""
    first, second = shutil.copytree(TINY, tmp_path / "a"), tmp_path / "b"
    second.mkdir()
    ingest([first], tiny_copy, Silent())
    return first, second


def files_of(settings: Settings) -> dict[str, bytes]:
    folder = snapshot.open_files(settings.data).folder
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_document_that_was_moved_is_not_withdrawn_with_its_old_folder(folders: tuple[Path, Path], tiny_copy: Settings) -> None:
    """And goes with its new one; meanwhile nothing is published, and what was published stays as it is."""
    first, second = folders
    before, nquads = files_of(tiny_copy), export(snapshot.open_files(tiny_copy.data), "nq")
    (first / MOVED).rename(second / MOVED)
    reports = [ingest([folder], tiny_copy, Silent()) for folder in (second, first, first)]
    assert [(report.accepted, report.was_published) for report in reports] == [(8, False)] * 3
    assert (files_of(tiny_copy), export(snapshot.open_files(tiny_copy.data), "nq")) == (before, nquads)
    (second / MOVED).unlink()
    assert ingest([first], tiny_copy, Silent()).accepted == 8
    assert ingest([second], tiny_copy, Silent()).accepted == 7


def test_a_folder_that_was_renamed_twice_still_has_its_documents(folders: tuple[Path, Path], tiny_copy: Settings, tmp_path: Path) -> None:
    folder = folders[0]
    for name in ("a2", "a3"):
        folder = folder.rename(tmp_path / name)
        assert not ingest([folder], tiny_copy, Silent()).was_published
    (folder / MOVED).unlink()
    assert ingest([folder], tiny_copy, Silent()).accepted == 7


def test_moves_go_into_the_next_snapshot(folders: tuple[Path, Path], tiny_copy: Settings) -> None:
    """Those before it and those with it; and one said of an earlier snapshot with the same id counts no more."""
    first, second = folders
    other = "buergerbus-kirchhundem.md"
    (first / MOVED).rename(second / MOVED)
    ingest([second], tiny_copy, Silent())
    text = (first / "dorfladen-crainfeld-eg.md").read_text(encoding="utf-8")
    (second / "dorfladen-crainfeld-eg.md").write_text(text + "\n\nNachtrag.\n", encoding="utf-8")
    (first / other).rename(second / other)
    assert ingest([second], tiny_copy, Silent()).was_published
    (first / "dorfladen-crainfeld-eg.md").unlink()
    assert ingest([first], tiny_copy, Silent()).accepted == 8
    for name in (MOVED, other):
        (second / name).rename(first / name)
    (second / "dorfladen-crainfeld-eg.md").rename(first / "dorfladen-crainfeld-eg.md").write_text(text, encoding="utf-8")
    assert ingest([first], tiny_copy, Silent()).was_published
    assert ingest([second], tiny_copy, Silent()).accepted == 8


def test_a_list_of_moves_that_cannot_be_read_is_passed_over(folders: tuple[Path, Path], tiny_copy: Settings, caplog: pytest.LogCaptureFixture) -> None:
    first, second = folders
    (first / MOVED).rename(second / MOVED)
    ingest([second], tiny_copy, Silent())
    (tiny_copy.data / "moved.json").write_bytes(b"\xff{")
    assert ingest([second], tiny_copy, Silent()).accepted == 8
    assert "moved.json cannot be read" in caplog.text
    assert ingest([first], tiny_copy, Silent()).accepted == 8
