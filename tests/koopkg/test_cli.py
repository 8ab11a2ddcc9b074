"""The command line as a user runs it: output, exit codes, one clear message for what is wrong."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.snapshot import OpenSnapshot
from tests.conftest import TINY, run_koopkg


@pytest.fixture
def with_faults(tmp_path: Path) -> Path:
    """The tiny corpus with six documents that cannot be taken in."""
    folder = shutil.copytree(TINY, tmp_path / "corpus")
    good = (TINY / "standesamt-lossetal.md").read_text(encoding="utf-8")
    (folder / "a-broken.md").write_text(good.replace("sectors:", "sectors: [", 1), encoding="utf-8")
    (folder / "b-slug.md").write_text(
        good.replace("id: standesamt-lossetal", "id: b-slug").replace("oeffentlich-rechtliche-vereinbarung-delegierend", "zweckverbund", 1), encoding="utf-8"
    )
    (folder / "z-duplicate.md").write_text(good, encoding="utf-8")
    (folder / "c-empty.md").write_bytes(b"")
    (folder / "d-latin.md").write_bytes("Bürgerbus".encode("latin-1"))
    with (folder / "e-large.md").open("wb") as handle:
        handle.truncate(60_000_000)
    return folder


def test_faulty_documents_are_set_aside_and_the_rest_published(with_faults: Path, tiny_copy: Settings) -> None:
    """Exit code 1; each message names file, field, value and expectation; every document lies in quarantine with its reason."""
    done = run_koopkg("ingest", "--rebuild", str(with_faults), "--language", "en", data=tiny_copy.data)
    assert done.returncode == 1
    assert "documents: 14 = 8 accepted + 0 drafts + 6 rejected" in done.stdout
    for expected in (
        "a-broken.md: front matter: line",
        "b-slug.md: legal_form: 'zweckverbund' is no concept of the scheme legal-form; nearest: 'zweckverband'",
        "z-duplicate.md: id: 'standesamt-lossetal' is already used by",
        "c-empty.md: file: is empty",
        "d-latin.md: encoding: byte 0xfc at position 1 is not UTF-8",
        "e-large.md: size: 60,000,000 bytes; at most 50,000,000 are read",
    ):
        assert expected in done.stderr
    reasons = sorted(path.name for path in tiny_copy.quarantine_folder.glob("*.reason.txt"))
    assert len(reasons) == 6
    assert len(OpenSnapshot(snapshot.open_files(tiny_copy.data), tiny_copy)) == 8


def test_nothing_usable_is_exit_code_2_and_publishes_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text("---\n- no keys\n---\n", encoding="utf-8")
    done = run_koopkg("ingest", str(tmp_path / "x.md"), data=tmp_path / "data")
    assert done.returncode == 2
    assert "none of 1 can be used" in done.stderr
    assert snapshot.current_id(tmp_path / "data") is None


def test_second_ingest_says_that_nothing_was_embedded(tiny_copy: Settings) -> None:
    done = run_koopkg("ingest", str(TINY), data=tiny_copy.data)
    assert done.returncode == 0
    assert "= 0 embedded +" in done.stdout
    assert "unchanged, already published" in done.stdout


def test_search_prints_hits_with_reasons(tiny: Settings) -> None:
    done = run_koopkg("search", "Standesamt zusammenlegen", "--limit", "1", data=tiny.data)
    assert done.returncode == 0
    assert "Standesamt Lossetal" in done.stdout
    assert "    - Gleiche Aufgabe: Standesamt und Meldewesen" in done.stdout


def test_search_prints_json_for_programs(tiny: Settings) -> None:
    done = run_koopkg("search", "Bauhof", "--json", "--state", "Baden-Württemberg", data=tiny.data)
    answer = json.loads(done.stdout)
    assert [hit["id"] for hit in answer["hits"]] == ["bauhof-gruenkraut-bodnegg"]
    assert answer["snapshot"] == snapshot.current_id(tiny.data)


@pytest.mark.parametrize("command", ["search", "similar"])
def test_only_languages_that_we_speak_are_taken(command: str, tiny: Settings) -> None:
    done = run_koopkg(command, "bauhof-gruenkraut-bodnegg", "--language", "fr", data=tiny.data)
    assert done.returncode == 2
    assert "fr" in done.stderr
    assert done.stdout == ""


def test_similar(tiny: Settings) -> None:
    answer = json.loads(run_koopkg("similar", "bauhof-gruenkraut-bodnegg", "--json", data=tiny.data).stdout)
    assert answer["hits"][0]["id"] == "bauhof-hueckeswagen-wipperfuerth"


def test_link_prints_the_contract(tiny: Settings, tmp_path: Path) -> None:
    text = "Der Zweckverband in Wipperfürth betreibt den Bauhof."
    (tmp_path / "x.txt").write_text(text, encoding="utf-8")
    answer = json.loads(run_koopkg("link", str(tmp_path / "x.txt"), "--json", data=tiny.data).stdout)
    assert answer["language"] == "de"
    found = {(item["scheme"], item["slug"]): item for item in answer["concepts"]}
    assert {("legal-form", "zweckverband"), ("sector", "baubetriebshof")} <= set(found)
    mention = found["legal-form", "zweckverband"]["evidence"][0]
    assert text[mention["start"] : mention["end"]] == mention["quote"] == "Zweckverband"
    assert (answer["places"][0]["ags"], answer["places"][0]["state"]) == ("05374052", "Nordrhein-Westfalen")


def test_link_passes_over_front_matter(tiny: Settings) -> None:
    path = TINY / "standesamt-lossetal.md"
    text = path.read_text(encoding="utf-8")
    answer = json.loads(run_koopkg("link", str(path), "--json", data=tiny.data).stdout)
    mentions = [mention for item in (*answer["concepts"], *answer["places"]) for mention in item["evidence"]]
    assert mentions
    assert min(mention["start"] for mention in mentions) > text.index("\n---\n")
    assert all(text[mention["start"] : mention["end"]] == mention["quote"] for mention in mentions)


def test_sparql_in_every_form(tiny: Settings, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("SELECT (COUNT(?c) AS ?n) { ?c a koop:Cooperation }", encoding="utf-8")
    assert run_koopkg("sparql", f"@{tmp_path / 'q.rq'}", "--format", "csv", data=tiny.data).stdout.split() == ["n", "8"]
    assert json.loads(run_koopkg("sparql", "ASK { ?c a koop:Cooperation }", data=tiny.data).stdout)["boolean"] is True
    assert "koop:Cooperation" in run_koopkg("sparql", "DESCRIBE <https://w3id.org/koopkg/case/standesamt-lossetal>", data=tiny.data).stdout


def test_snapshots_and_doctor(tiny_copy: Settings) -> None:
    current = snapshot.current_id(tiny_copy.data)
    assert f"* {current}" in run_koopkg("snapshots", "list", data=tiny_copy.data).stdout
    healthy = run_koopkg("doctor", data=tiny_copy.data)
    assert healthy.returncode == 0, healthy.stdout
    assert healthy.stdout.count("ok ") == 6
    queue = run_koopkg("doctor", "--corpus", "--json", data=tiny_copy.data)
    assert queue.returncode == 0
    cases = json.loads(queue.stdout)
    assert cases
    assert {item["case"] for item in cases} <= {path.stem for path in TINY.glob("*-*.md")}
    assert f"{len(cases)} von 8 Fällen" in run_koopkg("doctor", "--corpus", data=tiny_copy.data).stdout
    assert f"{len(cases)} of 8 cases" in run_koopkg("doctor", "--corpus", "--language", "en", data=tiny_copy.data).stdout
    snapshot.open_files(tiny_copy.data).lexical.joinpath("meta.json").write_text("{}", encoding="utf-8")
    damaged = run_koopkg("doctor", "--json", data=tiny_copy.data)
    assert damaged.returncode == 1
    assert {finding["subject"] for finding in json.loads(damaged.stdout) if not finding["is_ok"]} >= {"checksums"}


@pytest.mark.parametrize("format", ["nq", "ttl", "jsonld", "csv"])
def test_exports_hold_every_case(format: str, tiny: Settings, tmp_path: Path) -> None:
    target = tmp_path / f"export.{format}"
    assert run_koopkg("export", "--format", format, "--output", str(target), data=tiny.data).returncode == 0
    content = target.read_text(encoding="utf-8")
    for path in TINY.glob("*-*.md"):
        assert path.stem in content


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("search", ""), "q: is empty"),
        (("search", "x", "--sector", "bauhof"), "sector: 'bauhof' is no value of this filter; nearest: 'baubetriebshof'"),
        (("similar", "nix"), "'nix' is no case of this snapshot"),
        (("sparql", "SELECT * {"), "syntax error in line 1"),
        (("sparql", "@/no/such/file.rq"), "file: cannot be read"),
        (("link", "/no/such/file.txt"), "file: cannot be read"),
        (("export", "--format", "pdf"), "format: 'pdf' is unknown"),
        (("snapshots", "activate", "nix"), "'nix' is no snapshot"),
        (("eval", "search", "--split", "x"), "split: 'x' is unknown"),
        (("ingest", "/no/such/folder"), "there is no such file or folder"),
    ],
)
def test_unusable_input_is_one_line_and_exit_code_2(arguments: tuple[str, ...], message: str, tiny: Settings) -> None:
    done = run_koopkg(*arguments, data=tiny.data)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_wrong_setting_is_named(tmp_path: Path) -> None:
    done = run_koopkg("doctor", data=tmp_path, KOOPKG_PORT="eighty")
    assert done.returncode == 2
    assert done.stderr.strip() == "koopkg: KOOPKG_PORT: 'eighty' is no number; expected one like 8000"


def test_nothing_published_yet_is_said_so(tmp_path: Path) -> None:
    done = run_koopkg("search", "Bauhof", data=tmp_path)
    assert done.returncode == 2
    assert "no snapshot has been published; run `koopkg ingest`" in done.stderr


def test_validate_passes_and_finds_faults(with_faults: Path, tmp_path: Path) -> None:
    assert run_koopkg("validate", str(TINY), data=tmp_path).returncode == 0
    done = run_koopkg("validate", str(with_faults / "b-slug.md"), data=tmp_path)
    assert done.returncode == 1
    assert "legal_form: 'zweckverbund' ist kein Begriff" in done.stderr
    english = run_koopkg("validate", str(with_faults / "b-slug.md"), "--language", "en", data=tmp_path)
    assert "legal_form: 'zweckverbund' is no concept" in english.stderr
    [told] = json.loads(run_koopkg("validate", str(with_faults / "b-slug.md"), "--json", data=tmp_path).stdout)
    assert "legal_form: 'zweckverbund' is no concept" in told["findings"][0]


def test_validate_finds_what_a_record_says_against_its_text(tmp_path: Path) -> None:
    text = (TINY / "standesamt-lossetal.md").read_text(encoding="utf-8")
    faulty = tmp_path / "standesamt-lossetal.md"
    faulty.write_text(re.sub(r"^population: .*$", "population: 98765", text, flags=re.MULTILINE), encoding="utf-8")
    done = run_koopkg("validate", str(faulty), "--language", "en", data=tmp_path)
    assert done.returncode == 1
    assert "population: 98765 stands nowhere in the text" in done.stderr


def test_searching_imports_neither_torch_nor_rdflib(tiny: Settings) -> None:
    """The query path has to start fast."""
    code = (
        "import sys; from koopkg.config import Settings; from koopkg import snapshot; from koopkg.search import search; "
        f"settings = Settings(data=__import__('pathlib').Path({str(tiny.data)!r})); "
        "search(snapshot.OpenSnapshot(snapshot.open_files(settings.data), settings), 'Bauhof'); "
        "print([name for name in ('torch', 'rdflib', 'pyshacl', 'ranx', 'sentence_transformers') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
