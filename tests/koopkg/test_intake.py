"""Whatever lies in a folder is accepted, rejected or skipped, and named so."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.errors import DocumentError
from koopkg.export import export
from koopkg.files import find_files, read_bytes, reason_to_pass_over
from koopkg.intake import gather
from koopkg.pipeline import ingest
from koopkg.reading import ENDINGS, document_paths
from koopkg.snapshot import OpenSnapshot
from koopkg.validation import review_documents
from tests.conftest import TINY, Silent, run_koopkg, write_copy
from tests.koopkg import made_files as made
from tests.koopkg.worlds import record


@pytest.fixture
def odd(tmp_path: Path) -> Iterator[Path]:
    """A folder as they are: three documents under unusual names, and much that is none."""
    folder = tmp_path / "odd"
    (folder / "deeper.md").mkdir(parents=True)
    shutil.copy(TINY / "standesamt-lossetal.md", folder / "a.MD")
    shutil.copy(TINY / "buergerbus-kirchhundem.md", folder / "deeper.md" / "b.Markdown")
    shutil.copy(TINY / "dorfladen-crainfeld-eg.md", os.fsdecode(os.fsencode(folder) + b"/um\xfclaut\x1b\n.md"))
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.md")).write_bytes(b"no \xff document")
    (folder / ("x" * 250 + ".md")).write_text("---\n- no document either\n---\n", encoding="utf-8")
    os.mkfifo(folder / "pipe.md")
    os.mkfifo(folder / "pipe.txt")
    (folder / "null.md").symlink_to("/dev/null")
    (folder / "lost.md").symlink_to("nowhere.md")
    (folder / "loop.md").symlink_to("loop.md")
    (folder / "same.md").symlink_to("a.MD")
    (folder / "self").symlink_to(folder)
    for name in ("notes.wpd", "README.md", "Changelog.markdown", ".hidden.md", "x.md.bak", "md"):
        (folder / name).write_text("x", encoding="utf-8")
    (folder / ".git").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(folder / "socket.md"))
        yield folder


_READ = ", ".join(ending.removeprefix(".") for ending in ENDINGS)
_PASSED_OVER = {
    "de": {
        "link.md: ist dieselbe Datei wie gut.md",
        "fern.md: ist ein Verweis; geben Sie an, worauf er zeigt",
        "README.md: beschreibt nur ihren Ordner",
        ".versteckt.md: ist versteckt",
        "alt.doc: ist von einer Art, die nicht gelesen wird (.doc); speichern Sie die Datei als DOCX, ODT oder PDF",
        f"x.bin: ist von einer Art, die nicht gelesen wird; gelesen werden {_READ}",
        "b.txt: hat denselben Inhalt wie a.txt",
        "z.zip/.auch: ist versteckt",
        "z.zip/tabelle.xls: ist von einer Art, die nicht gelesen wird (.xls); speichern Sie die Datei als CSV, mit einer Zeile je Fall",
    },
    "en": {
        "link.md: is the same file as gut.md",
        "fern.md: is a link; give its target itself",
        "README.md: describes its folder",
        ".versteckt.md: is hidden",
        "alt.doc: is of a kind that is not read (.doc); save it as DOCX, ODT or PDF",
        f"x.bin: is of a kind that is not read; read are {_READ}",
        "b.txt: holds the same as a.txt",
        "z.zip/.auch: is hidden",
        "z.zip/tabelle.xls: is of a kind that is not read (.xls); save it as CSV, with a row a case",
    },
}


def everything_in(folder: Path) -> int:
    """Counted by `find`: all that is no folder, less what lies in hidden folders; those count once."""
    found = subprocess.run(
        ["find", folder, "-mindepth", "1", "(", "-type", "d", "-name", ".*", "-prune", "-printf", "x", ")", "-o", "!", "-type", "d", "-printf", "x"],
        capture_output=True,
        check=True,
    )
    return len(found.stdout)


def test_every_file_is_accounted_for(odd: Path, tmp_path: Path, tiny: Settings) -> None:
    data = tmp_path / "data"
    shutil.copytree(tiny.cache_folder, data / "cache")
    done = run_koopkg("ingest", str(odd), "--json", data=data)
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert report["found"] == everything_in(odd) == report["accepted"] + report["drafts"] + len(report["rejected"]) + len(report["skipped"])
    assert report["accepted"] == 3
    reasons = {Path(item["path"]).name: " ".join(item["problems"]) for item in report["rejected"]}
    assert "is a named pipe" in reasons["pipe.md"]
    assert "is a socket" in reasons["socket.md"]
    assert "encoding: byte 0xff at position 3 is not UTF-8" in reasons[r"\xff.md"]
    skipped = {Path(item["path"]).name: item["reason"] for item in report["skipped"]}
    links = {"null.md", "lost.md", "loop.md", "same.md", "self"}
    assert skipped.keys() == links | {"notes.wpd", "README.md", "Changelog.markdown", ".hidden.md", "x.md.bak", "md", ".git"}
    assert {skipped[name] for name in links} == {"is a link; give its target itself"}
    assert (data / "quarantine").is_dir()
    again = run_koopkg("ingest", str(odd), data=data)
    assert f"found: {everything_in(odd)} = 3 accepted + 0 drafts + 5 rejected + 12 skipped" in again.stdout
    assert "unchanged, already published" in again.stdout


def test_no_link_in_a_folder_leads_out_of_it(tiny_copy: Settings, tmp_path: Path) -> None:
    """Neither to a file that is no document and would be laid aside in quarantine, nor to a record, nor to a folder of them; by hand each may be named."""
    folder, outside = tmp_path / "in", tmp_path / "outside"
    for path in (folder, outside):
        path.mkdir()
    (outside / "secret.bin").write_text("secret", encoding="utf-8")
    (outside / "neu.md").write_text(record("neu", body="Ein Text."), encoding="utf-8")
    (folder / "passwd.md").symlink_to(outside / "secret.bin")
    (folder / "record.md").symlink_to(outside / "neu.md")
    (folder / "more").symlink_to(outside)
    report = ingest([folder], tiny_copy, Silent())
    assert (report.accepted, report.kept, report.rejected) == (8, 8, ())
    assert {Path(item.path).name: str(item.reason) for item in report.skipped} == dict.fromkeys(
        ("passwd.md", "record.md", "more"), "is a link; give its target itself"
    )
    assert not tiny_copy.quarantine_folder.exists()
    assert [find_files(path, endings=ENDINGS).documents for path in (folder / "record.md", folder / "more")] == [
        (folder / "record.md",),
        (folder / "more" / "neu.md",),
    ]
    assert ingest([folder / "record.md"], tiny_copy, Silent()).accepted == 9


def test_a_format_that_is_read_is_not_passed_over_for_having_been_once() -> None:
    """What is told to save as another kind is told so only while no row of the formats reads it."""
    before, after = (reason_to_pass_over(PurePosixPath("bericht.wpd"), endings) for endings in (ENDINGS, (*ENDINGS, ".wpd")))
    assert str(before) == "is of a kind that is not read (.wpd); save it as DOCX, ODT or PDF"
    assert after is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [("null.md", "is a device"), ("lost.md", "No such file"), ("loop.md", "Too many levels of symbolic links"), ("same.md", "is the same file as")],
)
def test_a_link_named_by_itself_is_followed(name: str, reason: str, odd: Path) -> None:
    sources = gather([odd / "a.MD", odd / name], max_bytes=1_000_000)
    told = [str(item.reason) for item in sources.skipped]
    for candidate in sources.candidates[1:]:
        with pytest.raises(DocumentError) as refused:
            candidate.load()
        told.append(str(refused.value))
    assert [reason in sentence for sentence in told] == [True]


@pytest.mark.parametrize("command", ["ingest", "validate"])
def test_why_a_file_is_passed_over_is_said_in_the_language_of_its_reader(command: str, tmp_path: Path, tiny: Settings) -> None:
    """One line for each way to be passed over, German unless English is asked for; within an archive too."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "gut.md").write_text(record("gut", body="Ein Text."), encoding="utf-8")
    for name in ("link.md", "fern.md"):
        (folder / name).symlink_to(folder / "gut.md")
    for name in ("README.md", ".versteckt.md", "alt.doc", "x.bin", "a.txt", "b.txt"):
        (folder / name).write_text("Ein Zweckverband der Gemeinden.", encoding="utf-8")
    (folder / "z.zip").write_bytes(made.archive({".auch": "x", "c.txt": "Ein Bauhof.", "tabelle.xls": "x"}))
    shutil.copytree(tiny.cache_folder, tmp_path / "data" / "cache")
    paths = [str(folder), str(folder / "link.md")]
    for language, expected in _PASSED_OVER.items():
        done = run_koopkg(command, *paths, "--language", language, data=tmp_path / "data")
        told = {line.removeprefix("skipped: ").removeprefix(f"{folder}/").replace(f"{folder}/", "") for line in done.stderr.splitlines() if "skipped: " in line}
        assert told == expected


def test_reports_for_programs_name_a_reason_by_a_key_that_stays(tmp_path: Path, tiny_copy: Settings) -> None:
    """The English template, which is the key of its translations, with its values beside it."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("alt.doc", "leer.md"):
        (folder / name).write_text("x" if name == "alt.doc" else "", encoding="utf-8")
    for language in ("de", "en"):
        report = json.loads(run_koopkg("ingest", str(folder), "--language", language, "--json", data=tiny_copy.data).stdout)
        [skipped], [rejected] = report["skipped"], report["rejected"]
        assert skipped == {
            "path": str(folder / "alt.doc"),
            "reason": "is of a kind that is not read (.doc); save it as DOCX, ODT or PDF",
            "reason_de": "ist von einer Art, die nicht gelesen wird (.doc); speichern Sie die Datei als DOCX, ODT oder PDF",
            "key": "is of a kind that is not read ({ending}); save it as {instead}",
            "values": {"ending": ".doc", "instead": "DOCX, ODT or PDF"},
        }
        assert rejected["problems"][0].startswith("file: is empty")
        assert rejected["problems_de"][0].startswith("file: ist leer")


def test_validate_counts_alike(odd: Path, tmp_path: Path) -> None:
    counts, review = review_documents([odd], max_bytes=1_000_000, data=tmp_path, corpus=TINY)
    assert (counts.found, counts.accepted, counts.drafts, counts.rejected, len(counts.skipped)) == (everything_in(odd), 3, 0, 5, 12)
    assert len(review.findings) == 5


def test_counts_are_printed_even_if_nothing_is_usable(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.md").write_text("", encoding="utf-8")
    (tmp_path / "in" / "y.bak").write_text("", encoding="utf-8")
    done = run_koopkg("ingest", str(tmp_path / "in"), data=tmp_path / "data")
    assert done.returncode == 2
    assert "found: 2 = 0 accepted + 0 drafts + 1 rejected + 1 skipped" in done.stdout
    assert "x.md: file: ist leer" in done.stderr
    assert "y.bak: ist von einer Art, die nicht gelesen wird; gelesen werden md, " in done.stderr
    assert "x.md: file: is empty" in run_koopkg("ingest", str(tmp_path / "in"), "--language", "en", data=tmp_path / "data").stderr


def test_documents_of_earlier_runs_are_counted_apart(tiny_copy: Settings, tmp_path: Path) -> None:
    text = (TINY / "standesamt-lossetal.md").read_text(encoding="utf-8")
    (tmp_path / "neu.md").write_text(text.replace("id: standesamt-lossetal", "id: standesamt-neu"), encoding="utf-8")
    done = run_koopkg("ingest", str(tmp_path / "neu.md"), data=tiny_copy.data)
    assert "found: 9 = 9 accepted + 0 drafts + 0 rejected + 0 skipped" in done.stdout
    assert "documents: 9 = 9 accepted + 0 drafts + 0 rejected, 8 of them from earlier runs" in done.stdout


def test_a_document_about_cases_that_there_are_not_is_set_aside(tiny_copy: Settings, tmp_path: Path) -> None:
    """With the cases that are missing; once their records come, it is taken in."""
    text = "---\nid: bericht\ntitle: Bericht\ndescribes: [standesamt-lossetal, standesamt-neu, nirgends]\n---\n\n# Bericht\n\nDie Zusammenarbeit gelingt.\n"
    (tmp_path / "bericht.md").write_text(text, encoding="utf-8")
    done = run_koopkg("ingest", str(tmp_path / "bericht.md"), "--language", "en", data=tiny_copy.data)
    assert done.returncode == 1
    assert "bericht.md: describes: 'nirgends', 'standesamt-neu': there is no such case" in done.stderr
    assert "found: 9 = 8 accepted + 0 drafts + 1 rejected + 0 skipped" in done.stdout
    (tmp_path / "bericht.md").write_text(text.replace(", standesamt-neu, nirgends", ""), encoding="utf-8")
    assert "9 accepted + 0 drafts + 0 rejected" in run_koopkg("ingest", str(tmp_path / "bericht.md"), data=tiny_copy.data).stdout


def test_validate_says_of_cases_that_there_are_not_what_ingest_says(tiny: Settings, tmp_path: Path) -> None:
    """A case is there in a document given or in the published snapshot; before the first ingest the bundled corpus stands for that."""
    told = "have such a case; expected the ids of cases whose records are taken in before or with it"
    text = "---\nid: {id}\ntitle: Bericht\ndescribes: [{cases}]\n---\n\n# Bericht\n\nDie Zusammenarbeit gelingt.\n"
    (tmp_path / "neu.md").write_text(record("neu", body="Ein Text."), encoding="utf-8")
    for name, cases in {"gut": "neu, standesamt-lossetal", "schlecht": "neu, amtsbauhof-bad-doberan-land, nirgends"}.items():
        (tmp_path / f"{name}.md").write_text(text.format(id=name, cases=cases), encoding="utf-8")
    assert "amtsbauhof-bad-doberan-land" not in {path.stem for path in TINY.iterdir()}
    found = run_koopkg("validate", str(tmp_path), "--language", "en", data=tiny.data)
    expected = f"schlecht.md: describes: 'amtsbauhof-bad-doberan-land', 'nirgends': neither the documents given nor the published snapshot {told}\n"
    assert (found.returncode, found.stderr.count("describes:"), found.stderr.endswith(expected)) == (1, 1, True)
    assert "found: 3 = 2 accepted + 0 drafts + 1 rejected + 0 skipped" in found.stdout
    before = run_koopkg("validate", str(tmp_path / "schlecht.md"), "--language", "en", data=tmp_path / "none")
    expected = f"schlecht.md: describes: 'neu', 'nirgends': neither the documents given nor the bundled corpus (nothing is published yet) {told}\n"
    assert (before.returncode, before.stderr.endswith(expected)) == (1, True)


def test_a_record_that_would_be_replaced_is_not_counted_on(tiny: Settings, tmp_path: Path) -> None:
    """Nor one in a document that is itself about nothing."""
    text = (TINY / "standesamt-lossetal.md").read_text(encoding="utf-8").partition("---\n")[2].partition("---\n")
    held = "".join(f"    {line}\n" for line in text[0].splitlines()).replace("    id:", "  - id:", 1)
    report = "---\nid: {id}\ntitle: Bericht\n{about}---\n\n# Bericht\n\nEin Text.\n"
    (tmp_path / "a.md").write_text(report.format(id="standesamt-lossetal", about="describes: [buergerbus-kirchhundem]\n"), encoding="utf-8")
    (tmp_path / "b.md").write_text(report.format(id="b", about="describes: [standesamt-lossetal]\n"), encoding="utf-8")
    counts, review = review_documents([tmp_path], max_bytes=1_000_000, data=tiny.data, corpus=TINY)
    assert (counts.accepted, [str(finding).partition(": neither")[0].rpartition("/")[2] for finding in review.findings]) == (
        1,
        ["b.md: describes: 'standesamt-lossetal'"],
    )
    (tmp_path / "a.md").write_text(report.format(id="a", about=f"describes: [nirgends]\ncases:\n{held}"), encoding="utf-8")
    counts, review = review_documents([tmp_path], max_bytes=1_000_000, data=tmp_path, corpus=tmp_path / "a.md")
    assert (counts.accepted, len(review.findings)) == (0, 2), review.findings


def test_a_relation_to_a_case_that_is_nowhere_is_refused_by_the_review(tmp_path: Path) -> None:
    """One that is given too, even in a file with another fault of this kind, or is in the corpus, is a case; no id is fine as well."""
    (tmp_path / "in").mkdir()
    related = {"a": "nirgends", "b": "a", "c": "standesamt-lossetal", "d": None}
    for name, other in related.items():
        relations = [{"relation": "vorbild", "name": "Ein Vorbild", "case": other}]
        (tmp_path / "in" / f"{name}.md").write_text(record(name, body="Ein Text.", relations=relations), encoding="utf-8")
    counts, review = review_documents([tmp_path / "in"], max_bytes=1_000_000, data=tmp_path, corpus=TINY)
    [finding] = map(str, review.findings)
    assert "a.md: relations.case: 'nirgends': neither the documents given nor the bundled corpus (nothing is published yet) have such a case" in finding
    assert (counts.accepted, counts.rejected) == (3, 1)


def test_what_the_shapes_refuse_is_set_aside_and_nowhere_to_be_found(tiny_copy: Settings, tmp_path: Path) -> None:
    """Reading lets these pass; the sound one beside them is published, and they are in no graph and no list."""
    folder = tmp_path / "in"
    folder.mkdir()
    faulty = {name: {"success_factors": [{"factor": "vertrauen", "evidence": name[0]}]} for name in ("ohne-beleg", "wieder-ohne-beleg")}
    for name, fields in {**faulty, "in-ordnung": {}}.items():
        (folder / f"{name}.md").write_text(record(name, body="Ein Text.", **fields), encoding="utf-8")
    report = ingest([folder], tiny_copy, Silent())
    assert {Path(rejected.path).stem: str(rejected.problems[0]).partition(":")[0] for rejected in report.rejected} == dict.fromkeys(faulty, "graph")
    assert (report.accepted, report.kept) == (9, 8)
    files = snapshot.open_files(tiny_copy.data)
    listed, quads = {entry.case.id for entry in OpenSnapshot(files, tiny_copy).catalog.entries()}, export(files, "nq").decode()
    for name in (*faulty, "in-ordnung"):
        assert (name in listed, f"/{name}" in quads) == (name not in faulty, name not in faulty)


def test_a_document_named_anew_replaces_one_that_is_no_longer_read(tiny_copy: Settings) -> None:
    """What was published once and would be rejected today is not held against the file that mends it."""
    write_copy(snapshot.open_files(tiny_copy.data), "standesamt-lossetal", b"no front matter")
    report = ingest([TINY / "standesamt-lossetal.md"], tiny_copy, Silent())
    assert (report.found, report.accepted, report.rejected) == (8, 8, ())


@pytest.mark.parametrize("name", ["pipe.md", "null.md", "socket.md", "deeper.md"])
def test_only_regular_files_are_opened(name: str, odd: Path, tiny: Settings) -> None:
    """By any command that takes a file; nothing waits for the other end of a pipe."""
    with pytest.raises(DocumentError, match="expected a regular file"):
        read_bytes(odd / name, max_bytes=100)
    for arguments in (["link", str(odd / name)], ["sparql", f"@{odd / name}"]):
        assert "expected a regular file" in run_koopkg(*arguments, data=tiny.data).stderr


def test_a_file_that_says_nothing_of_its_size_is_bounded() -> None:
    """Files below /proc have the size 0 and content all the same."""
    with pytest.raises(DocumentError, match="at most 10 are read"):
        read_bytes(Path("/proc/self/status"), max_bytes=10)


def test_names_can_be_shown_and_two_roots_count_once(odd: Path) -> None:
    """Also those that cannot be opened, which shows when they are read."""
    sources = gather([odd, odd / "deeper.md", odd / "a.MD"], max_bytes=1_000_000)
    names = [candidate.name for candidate in sources.candidates]
    assert len(names) == len(set(names)) == 8
    assert all(name.isprintable() for name in names)
    assert any(name.endswith(r"um\xfclaut\x1b\n.md") for name in names)


def test_the_data_folder_is_not_taken_for_documents(tiny_copy: Settings) -> None:
    """It holds copies of all documents; `koopkg ingest .` beside it finds the folder and passes over it."""
    folder = tiny_copy.data.parent
    shutil.copytree(TINY, folder / "tiny")
    sources = gather([folder], max_bytes=1_000_000, leave_out=tiny_copy.data)
    assert len(sources.candidates) == 8
    assert {Path(item.path).name: str(item.reason) for item in sources.skipped} == {
        "README.md": "describes its folder",
        "data": "holds the data of koopkg itself",
    }


def test_a_file_named_by_itself_is_a_document_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "README.txt").write_text("x", encoding="utf-8")
    assert document_paths(tmp_path / "README.txt") == [tmp_path / "README.txt"]
    assert find_files(tmp_path, endings=ENDINGS).documents == ()
