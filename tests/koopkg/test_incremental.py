"""A small change is a small build, and what comes out is what a build from all documents would have given."""

from __future__ import annotations

import hashlib
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from koopkg import identity, snapshot
from koopkg.config import Settings
from koopkg.export import export
from koopkg.model import Review, Verdict
from koopkg.pipeline import ingest
from koopkg.reviews import add_reviews
from koopkg.search import list_cases, search, similar
from koopkg.snapshot import OpenSnapshot
from tests.conftest import TINY, Silent, with_vectors

TEXTS = ("gemeinsamer Bauhof", "joint drinking water supply", "Dorfladen als Genossenschaft", "Standesamt in Hessen", "Bürgerbus und Schwimmbad")
REPORT = "---\nid: {id}\ntitle: Bericht {number}\ndescribes:\n{cases}---\n\n# Bericht {number}\n\nDie Zusammenarbeit beim {word} gilt als gelungen.\n"
FOUND = """Gemeinsamer {word} von Grünkraut und Bodnegg

Die Gemeinden Grünkraut und Bodnegg betreiben seit 2014 einen gemeinsamen {word}. Sie haben dafür einen Zweckverband gegründet, dem beide angehören.
Der Verband beschäftigt {number} Menschen. Die beiden Gemeinden sparen nach eigenen Angaben 60.000 Euro im Jahr, und der Winterdienst ist besser als früher.
"""
WORDS = ("Standesamt", "Bauhof", "Bürgerbus", "Trinkwasser", "Dorfladen", "Schwimmbad")


class Folder:
    """A folder of documents that somebody works on."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path, self._random, self._number = path, random.Random(seed), 0
        shutil.copytree(TINY, path)

    def edit(self) -> str:
        """One change at random; returns what it was."""
        self._number += 1
        edits: list[Callable[[], None]] = [
            *(self._reword, self._restate, self._copy, self._withdraw, self._rename, self._report, self._move_report),
            *(self._find, self._find_again, self._lose, self._say),
        ]
        chosen = self._random.choice(edits)
        chosen()
        return f"{self._number} {chosen.__name__}"

    def _records(self) -> list[Path]:
        return sorted(path for path in self.path.glob("*.md") if not path.stem.startswith(("README", "bericht")))

    def _any(self) -> Path:
        return self._random.choice(self._records())

    def _reword(self) -> None:
        path = self._any()
        path.write_text(path.read_text(encoding="utf-8") + f"\n\nNachtrag {self._number}: mehr {self._random.choice(WORDS)}.\n", encoding="utf-8")

    def _restate(self) -> None:
        """Another Land, year or title in the record."""
        path = self._any()
        lines = path.read_text(encoding="utf-8").splitlines()
        at = next(number for number, line in enumerate(lines) if line.startswith("started:"))
        lines[at] = f"started: {self._random.randrange(1950, 1990)}"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _copy(self) -> None:
        """A further case, like one that is there."""
        path = self._any()
        name = f"neu-{self._number}"
        text = path.read_text(encoding="utf-8").replace(f"id: {path.stem}", f"id: {name}", 1)
        (self.path / f"{name}.md").write_text(text, encoding="utf-8")

    def _withdraw(self) -> None:
        """A case goes, with the reports about it; some always stay."""
        if len(self._records()) > 5:
            gone = self._any()
            gone.unlink()
            for report in self.path.glob("bericht*.md"):
                if f"- {gone.stem}\n" in report.read_text(encoding="utf-8"):
                    report.unlink()

    def _rename(self) -> None:
        """The file alone is called otherwise; or the case is."""
        path = self._any()
        path.rename(path.with_name(f"{path.stem}.markdown")).rename(path)

    def _report(self) -> None:
        cases = "".join(f"- {path.stem}\n" for path in self._random.sample(self._records(), 2))
        text = REPORT.format(id=f"bericht-{self._number}", number=self._number, cases=cases, word=self._random.choice(WORDS))
        (self.path / f"bericht-{self._number}.md").write_text(text, encoding="utf-8")

    def _move_report(self) -> None:
        """A report is about another case from now on."""
        reports = sorted(self.path.glob("bericht*.md"))
        if reports:
            path = self._random.choice(reports)
            lines = path.read_text(encoding="utf-8").splitlines()
            at = next(number for number, line in enumerate(lines) if line.startswith("- "))
            lines[at] = f"- {self._any().stem}"
            path.write_text("\n".join(dict.fromkeys(lines[:5])) + "\n" + "\n".join(lines[5:]) + "\n", encoding="utf-8")

    def _find(self) -> None:
        """A text without a record."""
        text = FOUND.format(word=self._random.choice(WORDS), number=self._number)
        (self.path / f"fund-{self._number}.txt").write_text(text, encoding="utf-8")

    def _found(self) -> list[Path]:
        return sorted(self.path.glob("fund-*.txt"))

    def _find_again(self) -> None:
        """Nearly the same text once more."""
        for path in self._found()[:1]:
            text = path.read_text(encoding="utf-8") + f"Stand: {self._number}.\n"
            (self.path / f"fund-{self._number}.txt").write_text(text, encoding="utf-8")

    def _lose(self) -> None:
        for path in self._found()[:1]:
            path.unlink()

    def _say(self) -> None:
        """Somebody says what a text is about, or that a value is right or wrong."""
        for path in self._random.sample(found := self._found(), min(1, len(found))):
            document = f"{path.stem}-{hashlib.sha256(path.read_bytes()).hexdigest()[:8]}"
            choices: list[tuple[str, str | int]] = [("describes", self._any().stem), ("sectors", "baubetriebshof"), ("is_case", "true"), ("started", 2014)]
            field, value = self._random.choice(choices)
            verdict: Verdict = self._random.choice(["accept", "refuse"])
            said = Review(at=f"2026-01-01T00:00:{self._number:06}Z", document=document, field=field, value=value, verdict=verdict)
            add_reviews(self.path.with_name("corpus") / "reviews", [said])


def everything(settings: Settings) -> object:
    """What can be seen of a snapshot: its graph, and what searches, lists and comparisons answer."""
    files = snapshot.open_files(settings.data)
    assert snapshot.check(files) == []
    opened = OpenSnapshot(files, settings)
    listed = list_cases(opened, limit=100)
    answers = [search(opened, text) for text in TEXTS]
    drafts = [(opened.catalog.draft(name), opened.catalog.alike(name), opened.catalog.offers(name)) for name in sorted(opened.catalog.drafts())]
    answers += [search(opened.drafts, text) for text in TEXTS] if opened.drafts else []
    return (
        drafts,
        list(opened.catalog.questions()),
        opened.id,
        export(files, "nq"),
        files.manifest().counts,
        listed,
        answers,
        [similar(opened, entry.case.id) for entry in listed.entries[:4]],
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_edits_one_by_one_equal_a_build_from_all(seed: int, tmp_path: Path, tiny_vectors: Path, request: pytest.FixtureRequest) -> None:
    edits = request.config.getoption("--edits") // 2
    folder, settings = Folder(tmp_path / "in", seed), with_vectors(tmp_path / "data", tiny_vectors)
    ingest([folder.path], settings, Silent())
    done = []
    for number in range(1, edits + 1):
        done.append(folder.edit())
        report = ingest([folder.path], settings, Silent())
        assert report.rejected == (), done[-1]
        if number in (edits // 3, edits):
            anew = with_vectors(tmp_path / f"anew-{number}", settings.cache_folder / "embeddings.sqlite", with_words=False)
            ingest([folder.path], anew, Silent())
            assert everything(settings) == everything(anew), done


def test_only_what_changed_is_embedded_and_the_rest_is_shared(tiny_copy: Settings, tmp_path: Path) -> None:
    """One word in one document: one text is embedded, and files of the store are the very same."""
    before = snapshot.open_files(tiny_copy.data)
    folder = Path(shutil.copytree(TINY, tmp_path / "in"))
    path = folder / "standesamt-lossetal.md"
    path.write_text(path.read_text(encoding="utf-8").replace("title_en: 'Lossetal", "title_en: 'New Lossetal"), encoding="utf-8")
    report = ingest([folder], tiny_copy, Silent())
    assert (report.embedded, report.was_published) == (1, True)
    after = snapshot.open_files(tiny_copy.data)
    shared = {file.stat().st_ino for file in before.graph.glob("*.sst")} & {file.stat().st_ino for file in after.graph.glob("*.sst")}
    assert shared
    assert snapshot.check(before) == snapshot.check(after) == []


def test_graphs_go_with_their_document(tmp_path: Path, tiny_vectors: Path) -> None:
    """One of eight goes: the graph is changed, not built anew, and none of its three graphs is left."""

    def graphs() -> set[bytes]:
        lines = export(snapshot.open_files(settings.data), "nq").splitlines()
        return {line.rsplit(b" ", 2)[1] for line in lines if line.endswith(b"standesamt-lossetal> .")}

    folder, settings = shutil.copytree(TINY, tmp_path / "in"), with_vectors(tmp_path / "data", tiny_vectors)
    ingest([folder], settings, Silent())
    assert len(graphs()) == 4
    (folder / "standesamt-lossetal.md").unlink()
    ingest([folder], settings, Silent())
    assert graphs() == set()


def test_a_snapshot_made_by_other_code_is_no_base(tiny: Settings, tiny_copy: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an update everything is made anew, under another id, and nothing is left of what the libraries before it made."""
    with monkeypatch.context() as patch:
        patch.setattr(identity, "library_versions", lambda: {"HanTa": "0.0.1"})
        forget_what_is_in_use()
        before = ingest([TINY], tiny_copy, Silent())
    forget_what_is_in_use()
    after = ingest([TINY], tiny_copy, Silent())
    assert (before.was_published, after.was_published) == (True, True)
    assert before.snapshot != after.snapshot == snapshot.current_id(tiny.data)
    assert export(snapshot.open_files(tiny_copy.data), "nq") == export(snapshot.open_files(tiny.data), "nq")


def forget_what_is_in_use() -> None:
    """As in a process that starts with other code or libraries."""
    identity.made_by.cache_clear()
    identity.linking_hash.cache_clear()


def test_poisoned_analyses_of_words_cannot_give_another_graph_under_one_id(tiny: Settings, tiny_copy: Settings) -> None:
    """Each word said to be no compound, in the cache of earlier runs: what was changed by hand is not believed."""
    with closing(sqlite3.connect(tiny_copy.cache_folder / "analyses.sqlite")) as cache, cache:
        changed = cache.execute("UPDATE entries SET value = CAST(CAST(key AS TEXT) || char(9) || 'XY' AS BLOB)").rowcount
    assert changed > 100
    report = ingest([TINY], tiny_copy, Silent(), rebuild=True)
    assert report.snapshot == snapshot.current_id(tiny.data)
    assert export(snapshot.open_files(tiny_copy.data), "nq") == export(snapshot.open_files(tiny.data), "nq")


def test_poisoned_vectors_cannot_give_other_searches_under_one_id(tiny: Settings, tiny_copy: Settings) -> None:
    with closing(sqlite3.connect(tiny_copy.cache_folder / "embeddings.sqlite")) as cache, cache:
        assert cache.execute("UPDATE entries SET value = zeroblob(1536) WHERE key IN (SELECT key FROM entries ORDER BY key LIMIT 30)").rowcount == 30
    ingest([TINY], tiny_copy, Silent(), rebuild=True)
    assert everything(tiny_copy) == everything(tiny)
