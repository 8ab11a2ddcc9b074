"""A folder as it lies on a desk: one command takes in what can be read, says of the rest why not, and the sum adds up."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.export import export
from koopkg.pipeline import ingest
from koopkg.snapshot import Catalog, OpenSnapshot
from tests.conftest import Silent, run_koopkg
from tests.koopkg import made_files as made
from tests.koopkg.worlds import record

TITLE, PARAGRAPHS = "Gemeinsamer Bauhof", ("Die Gemeinden Grünkraut und Bodnegg betreiben ihn.", "Träger ist ein Zweckverband.")
ROW = {
    "id": "liste-eins",
    "title": "Vorhaben aus der Liste",
    "title_en": "Project of the list",
    "country": "DE",
    "status": "unbekannt",
    "sectors": "tourismus;wasser",
    "service": "Angebot",
    "cooperation_type": "regional",
    "sources": json.dumps([{"title": "Amtsblatt", "url": "https://example.org/a", "publisher": None, "year": 2024}]),
    "started": "2010",
    "text": "Ein Zweckverband trägt das Angebot.",
}
GOOD = {
    **{f"gut{ending}": make(f"{TITLE} {ending[1:]}", PARAGRAPHS) for ending, make in made.MADE.items()},
    "folien.pptx": made.pptx(TITLE, PARAGRAPHS),
    "macro.docm": made.with_macros(made.docx(f"{TITLE} mit Makro", PARAGRAPHS)),
    "skript.html": made.html(f"{TITLE} mit Skript", PARAGRAPHS, around="<script>alert('Feuerwehr')</script>"),
    "falsch.docx": made.printed(f"{TITLE} unter falschem Namen", PARAGRAPHS, columns=1),
    "alt.txt": "Bauhöfe in Grünkraut – früher".encode("cp1252"),
}
BAD: dict[str, bytes | Callable[[], bytes]] = {
    "gesperrt.pdf": made.locked_pdf(),
    "scan.pdf": made.scan(),
    "leer.docx": b"",
    "lang.pdf": partial(made.pages_pdf, 5_000),
    "bombe.zip": made.archive({"x.txt": b"\0" * 120_000_000}),
    "kaputt.docx": made.docx(TITLE, PARAGRAPHS)[:4_000],
    "kein.txt": bytes(range(256)) * 40,
}
INSIDE: dict[str, str | bytes] = {"a.txt": "Noch ein Zweckverband.", "ordner/leer.txt": "", "b.bin": "x", "innen.zip": made.archive({"c.txt": "x"})}


def table(*rows: dict[str, str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(ROW), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    folder = tmp_path / "Schreibtisch"
    folder.mkdir()
    for name, raw in {**GOOD, **BAD}.items():
        (folder / name).write_bytes(raw() if callable(raw) else raw)
    (folder / "archiv.zip").write_bytes(made.archive(INSIDE))
    (folder / "liste.csv").write_bytes(table(ROW, {**ROW, "id": "liste-zwei", "status": "zuende"}))
    (folder / "fall.md").write_text(record("fall", body="Ein Text."), encoding="utf-8")
    (folder / "foto.jpg").write_bytes(b"\xff\xd8\xff")
    (folder / "brief.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    return folder


def test_one_command_takes_in_what_can_be_read(desk: Path, tiny_copy: Settings) -> None:
    done = run_koopkg("ingest", str(desk), "--json", data=tiny_copy.data)
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    files, inside, rows = len(GOOD) + len(BAD) + 3, len(INSIDE), 2
    assert report["found"] == files + inside + rows + 8
    assert report["found"] == report["accepted"] + report["drafts"] + len(report["rejected"]) + len(report["skipped"])
    assert (report["accepted"], report["kept"], report["drafts"]) == (8 + 2, 8, len(GOOD) + 1)
    rejected = {item["path"].partition("Schreibtisch/")[2]: " ".join(item["problems"]) for item in report["rejected"]}
    assert rejected.keys() == BAD.keys() | {"archiv.zip/ordner/leer.txt", "archiv.zip/innen.zip", "liste.csv/2.json"}
    assert "'zuende' is no concept of the scheme status" in rejected["liste.csv/2.json"]
    assert "(line 3)" in rejected["liste.csv/2.json"]
    assert {item["path"].partition("Schreibtisch/")[2] for item in report["skipped"]} == {"foto.jpg", "brief.doc", "archiv.zip/b.bin"}
    reasons = [path.read_text(encoding="utf-8") for path in tiny_copy.quarantine_folder.glob("*.reason.txt")]
    assert len(reasons) == len(rejected)
    assert any("ist mit einem Passwort gesperrt" in reason for reason in reasons)
    hits = json.loads(run_koopkg("search", "Vorhaben aus der Liste", "--json", data=tiny_copy.data).stdout)["hits"]
    assert hits[0]["id"] == "liste-eins"
    printed = run_koopkg("ingest", str(desk), data=tiny_copy.data).stdout
    counted = f"{report['accepted']} accepted + {report['drafts']} drafts + {len(report['rejected'])} rejected"
    assert f"found: {report['found']} = {counted} + 3 skipped" in printed
    assert "unchanged, already published" in printed


def test_a_document_without_a_record_is_no_case(desk: Path, tiny_copy: Settings) -> None:
    """It is in the catalog and the graph with what it says of itself, and counts as no case anywhere; rebuilding changes nothing."""
    report = ingest([desk], tiny_copy, Silent())
    files = snapshot.open_files(tiny_copy.data)
    opened = OpenSnapshot(files, tiny_copy)
    assert (len(opened), files.manifest().counts["drafts"]) == (10, report.drafts)
    catalog = Catalog(files.catalog)
    drafts = {document.document.title: document.document for document in map(catalog.document, catalog.drafts())}
    letter = drafts[f"{TITLE} eml"]
    assert (letter.date, letter.media_type, letter.describes) == ("2024-03-05", "message/rfc822", ())
    graph = export(files, "nq").decode()
    told = [line for line in graph.splitlines() if f"/document/{letter.id}> <http://purl.org/dc/terms/" in line]
    assert any('date> "2024-03-05"^^<http://www.w3.org/2001/XMLSchema#date>' in line for line in told)
    assert not any("license" in line or "CaseDocument" in line for line in told)
    pdf = drafts[f"{TITLE} pdf"]
    assert f"/document/{pdf.id}#text-" in graph
    assert any(f"/document/{pdf.id}#text-" in line and 'pageStart> "1"' in line for line in graph.splitlines())
    again = ingest([desk, Path("tests/data/tiny")], tiny_copy, Silent(), rebuild=True)
    assert (again.snapshot, again.drafts) == (report.snapshot, report.drafts)


def test_the_same_file_twice_is_one_document(tiny_copy: Settings, tmp_path: Path) -> None:
    """Under whatever name; another text under the same name is another one, and what goes from the folder goes from the snapshot."""
    for name in ("a", "b"):
        (tmp_path / "in" / name).mkdir(parents=True)
    (tmp_path / "in" / "a" / "x.txt").write_text("Ein Zweckverband.", encoding="utf-8")
    (tmp_path / "in" / "b" / "x.txt").write_text("Ein Verein.", encoding="utf-8")
    (tmp_path / "in" / "kopie.txt").write_text("Ein Zweckverband.", encoding="utf-8")
    report = ingest([tmp_path / "in"], tiny_copy, Silent())
    assert (report.drafts, [str(item.reason).rpartition("/")[2] for item in report.skipped]) == (2, ["x.txt"])
    assert str(report.skipped[0].reason).startswith("holds the same as")
    (tmp_path / "in" / "a" / "x.txt").unlink()
    (tmp_path / "in" / "kopie.txt").rename(tmp_path / "in" / "umbenannt.txt")
    assert ingest([tmp_path / "in"], tiny_copy, Silent()).drafts == 2
    documents = {row.id.rpartition("-")[0] for row in Catalog(snapshot.open_files(tiny_copy.data).catalog).documents()}
    assert {"umbenannt", "x"} <= documents
    assert "kopie" not in documents


def test_files_in_an_archive_are_kept_like_others(tiny_copy: Settings, tmp_path: Path) -> None:
    """Not read again, not lost by the next ingest of something else, and gone with the archive."""
    path = tmp_path / "archiv.zip"
    path.write_bytes(made.archive({"a.txt": "Ein Zweckverband.", "b.txt": "Ein Verein."}))
    first = ingest([path], tiny_copy, Silent())
    assert (first.drafts, first.kept, first.found) == (2, 8, 10)
    assert not ingest([path], tiny_copy, Silent()).was_published
    (tmp_path / "c.txt").write_text("Eine Genossenschaft.", encoding="utf-8")
    beside = ingest([tmp_path / "c.txt"], tiny_copy, Silent())
    assert (beside.drafts, beside.kept) == (3, 10)
    path.write_bytes(made.archive({"a.txt": "Ein Zweckverband."}))
    assert ingest([path], tiny_copy, Silent()).drafts == 2


def test_what_is_attached_to_a_letter_is_read_by_itself(tiny_copy: Settings, tmp_path: Path) -> None:
    attached = {"satzung.pdf": made.pages_pdf(2), "unterschrift.png": b"\x89PNG", "wetter.txt": b"Ein Verein."}
    (tmp_path / "brief.eml").write_bytes(made.eml(TITLE, PARAGRAPHS, attached=attached))
    report = ingest([tmp_path / "brief.eml"], tiny_copy, Silent())
    assert (report.found, report.drafts, len(report.skipped), report.rejected) == (8 + 4, 3, 1, ())
    assert report.skipped[0].path.endswith("brief.eml/unterschrift.png")


LISTS = {
    "x.json": json.dumps(
        [{**ROW, "sectors": ["tourismus"], "sources": json.loads(ROW["sources"]), "started": 2010, "cooperation_type": ["regional"]}]
    ).encode(),
    "x.csv": table(ROW),
    "y.csv": table(ROW).decode("utf-8-sig").encode("cp1252"),
}


@pytest.mark.parametrize("name", LISTS)
def test_each_row_of_a_list_is_a_case(name: str, tiny_copy: Settings, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(LISTS[name])
    report = ingest([tmp_path / name], tiny_copy, Silent())
    assert (report.accepted, report.rejected) == (9, ())
    opened = OpenSnapshot(snapshot.open_files(tiny_copy.data), tiny_copy)
    entry = opened.catalog.entry(opened.catalog.row_of("liste-eins"))
    assert (entry.case.started, entry.case.sources[0].year, "tourismus" in entry.case.sectors) == (2010, 2024, True)
    assert [passage.text for passage in entry.texts[0].document.passages] == [ROW["title"], ROW["text"]]
    assert not ingest([tmp_path / name], tiny_copy, Silent()).was_published


def test_cases_that_were_exported_can_be_taken_in_again(tiny: Settings, tmp_path: Path) -> None:
    """The lossless form for programs: a record a line."""
    exported = export(snapshot.open_files(tiny.data), "jsonl")
    (tmp_path / "cases.jsonl").write_bytes(exported)
    done = run_koopkg("validate", str(tmp_path / "cases.jsonl"), data=tmp_path / "none")
    assert "found: 8 = 8 accepted + 0 drafts + 0 rejected + 0 skipped" in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("name", "raw", "told"),
    [
        ("x.csv", b"Name;Ort\nBauhof;See\n", "whose first row has not the keys of a case"),
        ("x.csv", table(), "is a table without rows"),
        ("x.csv", table(ROW) + b"a;b;c;d;e;f;g;h;i;j;k;l\n", "has 12 cells; expected 11 as in the first row (line 3)"),
        ("x.csv", table({**ROW, "sources": "[1,"}), "sources: begins like JSON and is none"),
        ("x.json", b"[1, 2", "is no JSON"),
        ("x.json", b"[" * 100_000, "is no JSON"),
        ("x.json", b"[]", "has no records"),
        ("x.json", b"[17]", "is no record"),
        ("x.json", json.dumps([{**ROW, "id": "a\x00b"}]).encode(), "has the character '\\x00', which is no text"),
    ],
)
def test_what_is_wrong_with_a_list_or_a_row_of_it_is_said(name: str, raw: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(raw)
    done = run_koopkg("validate", str(tmp_path / name), "--language", "en", data=tmp_path / "none")
    assert done.returncode == 1
    assert told in done.stderr
