"""A snapshot is published whole or not at all, and stays as it was."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import cast

import pyoxigraph as ox
import pytest

from koopkg import __version__, snapshot
from koopkg.config import Settings
from koopkg.errors import SnapshotError
from koopkg.export import export
from koopkg.namespaces import PREFIXES
from koopkg.pipeline import IngestReport, ingest
from koopkg.snapshot import Catalog
from tests.conftest import TINY, Silent, with_vectors


def test_counts_add_up(tiny_ingest: tuple[Settings, IngestReport]) -> None:
    _, report = tiny_ingest
    assert report.documents == report.accepted + report.drafts + len(report.rejected) == 8
    assert report.texts == report.embedded + report.reused
    assert report.reused == 8, "the English title of each case once more, in the place of the summary that none of them has"
    assert report.embedded > 0


def test_second_ingest_embeds_nothing_and_publishes_nothing(tiny_copy: Settings) -> None:
    before = snapshot.current_id(tiny_copy.data)
    report = ingest([TINY], tiny_copy, Silent())
    assert (report.embedded, report.was_published, report.snapshot) == (0, False, before)


def test_same_documents_elsewhere_give_the_same_graph_byte_for_byte(tiny: Settings, tmp_path: Path, known_vectors: Path) -> None:
    """Another folder, another order of files, an empty cache: the same snapshot id and the same sorted N-Quads."""
    copied = shutil.copytree(TINY, tmp_path / "elsewhere")
    settings = with_vectors(tmp_path / "data", known_vectors)
    report = ingest(sorted(copied.glob("*-*.md"), reverse=True), settings, Silent())
    assert report.snapshot == snapshot.current_id(tiny.data)
    first, second = (export(snapshot.open_files(data), "nq") for data in (tiny.data, settings.data))
    assert first == second
    assert first.count(b"\n") == report.quads


def test_the_default_graph_is_the_set_of_all_triples(tiny: Settings) -> None:
    """Also the times of the run, the only graph that two equal builds do not share."""
    store = ox.Store.read_only(str(snapshot.open_files(tiny.data).graph))
    named = [quad.triple for graph in store.named_graphs() for quad in store.quads_for_pattern(None, None, None, graph)]
    default = [quad.triple for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph())]
    assert set(default) == set(named)
    assert len(default) == len(set(default)) == snapshot.open_files(tiny.data).manifest().counts["triples"]


def test_provenance_names_one_run_with_version_and_time(tiny: Settings) -> None:
    store = ox.Store.read_only(str(snapshot.open_files(tiny.data).graph))
    query = """SELECT ?run ?version ?began ?ended (COUNT(?document) AS ?documents) {
      ?run a koop:Linking, prov:Activity ; prov:wasAssociatedWith/schema:softwareVersion ?version ; prov:used ?document .
      ?run prov:startedAtTime ?began ; prov:endedAtTime ?ended FILTER(?began <= ?ended)
      ?document a koop:CaseDocument FILTER NOT EXISTS { ?mention a koop:Mention ; prov:wasGeneratedBy ?other FILTER(?other != ?run) }
    } GROUP BY ?run ?version ?began ?ended"""
    rows = list(cast(ox.QuerySolutions, store.query(query, prefixes=PREFIXES)))
    assert [(row["version"], row["documents"]) for row in rows] == [(ox.Literal(__version__), ox.Literal(8))]


def test_published_snapshot_has_its_checksums_even_after_use(tiny: Settings) -> None:
    assert snapshot.check(snapshot.open_files(tiny.data)) == []


def test_damage_is_found(tiny_copy: Settings) -> None:
    files = snapshot.open_files(tiny_copy.data)
    files.catalog.write_bytes(files.catalog.read_bytes() + b" ")
    files.analyses.unlink()
    assert snapshot.check(files) == ["analyses.sqlite: is missing", "catalog.sqlite: has changed"]


def test_changed_document_embeds_only_what_changed(tiny_copy: Settings, tmp_path: Path) -> None:
    copied = shutil.copytree(TINY, tmp_path / "tiny")
    case = copied / "standesamt-lossetal.md"
    case.write_text(case.read_text(encoding="utf-8").replace("title_en: 'Lossetal", "title_en: 'New Lossetal"), encoding="utf-8")
    report = ingest([copied], tiny_copy, Silent())
    assert (report.embedded, report.was_published) == (1, True)


def test_documents_of_earlier_runs_stay_until_their_file_goes(tiny_copy: Settings, tmp_path: Path) -> None:
    """Adding a folder keeps what is there; ingesting the folder again without the file withdraws the document."""
    extra = tmp_path / "extra"
    extra.mkdir()
    source = (TINY / "standesamt-lossetal.md").read_text(encoding="utf-8")
    (extra / "neu.md").write_text(source.replace("id: standesamt-lossetal", "id: standesamt-neu"), encoding="utf-8")
    assert ingest([extra], tiny_copy, Silent()).accepted == 9
    (extra / "neu.md").rename(extra / "other.txt")
    assert ingest([extra], tiny_copy, Silent()).accepted == 8


def test_named_document_replaces_the_carried_over_one(tiny_copy: Settings, tmp_path: Path) -> None:
    source = (TINY / "standesamt-lossetal.md").read_text(encoding="utf-8")
    path = tmp_path / "new.md"
    path.write_text(source.replace("title_en: 'Lossetal", "title_en: 'New Lossetal"), encoding="utf-8")
    report = ingest([path], tiny_copy, Silent())
    assert (report.accepted, report.rejected) == (8, ())
    catalog = Catalog(snapshot.open_files(tiny_copy.data).catalog)
    assert catalog.entry(catalog.row_of("standesamt-lossetal")).case.title_en.startswith("New ")


def test_two_files_of_one_id_are_refused_however_they_are_named(tiny_copy: Settings, tmp_path: Path) -> None:
    """Also as two arguments; one file named twice is one document."""
    for name in ("a.md", "b.md"):
        shutil.copy(TINY / "standesamt-lossetal.md", tmp_path / name)
    report = ingest([tmp_path / "a.md", tmp_path / "b.md", tmp_path / "a.md"], tiny_copy, Silent())
    assert [Path(rejected.path).name for rejected in report.rejected] == ["b.md"]
    assert report.accepted == 8


def test_file_replaced_alone_is_withdrawn_with_its_folder(tiny_copy: Settings, tmp_path: Path) -> None:
    """Ingested with a folder, then alone, then gone: the folder's next ingest withdraws it."""
    folder = shutil.copytree(TINY, tmp_path / "tiny")
    ingest([folder], tiny_copy, Silent(), rebuild=True)
    ingest([folder / "standesamt-lossetal.md"], tiny_copy, Silent())
    (folder / "standesamt-lossetal.md").unlink()
    assert ingest([folder], tiny_copy, Silent()).accepted == 7


def test_activate_and_prune(tiny_copy: Settings, tmp_path: Path) -> None:
    first = snapshot.current_id(tiny_copy.data)
    assert first is not None
    ingest([TINY / "standesamt-lossetal.md"], tiny_copy, Silent(), rebuild=True)
    second = snapshot.current_id(tiny_copy.data)
    assert second != first
    snapshot.activate(tiny_copy.data, first)
    assert snapshot.current_id(tiny_copy.data) == first
    newest = snapshot.list_snapshots(tiny_copy.data)[0].id
    removed = snapshot.prune(tiny_copy.data, keep=1)
    assert removed == ([] if newest == second else [second])
    assert snapshot.current_id(tiny_copy.data) == first


def test_unknown_snapshot_cannot_be_activated(tiny_copy: Settings) -> None:
    with pytest.raises(SnapshotError, match="'nix' is no snapshot"):
        snapshot.activate(tiny_copy.data, "nix")


def test_nothing_published_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="no snapshot has been published; run `koopkg ingest`"):
        snapshot.open_files(tmp_path)


def test_two_ingests_at_once_are_refused(tiny_copy: Settings) -> None:
    with snapshot.staging(tiny_copy.data), pytest.raises(SnapshotError, match="another `koopkg ingest` is running"), snapshot.staging(tiny_copy.data):
        pass


def test_killed_ingest_leaves_the_old_snapshot_intact(tiny_copy: Settings) -> None:
    """SIGKILL at random points of a full rebuild, at first with no vectors known: what was published answers as before, and the next run succeeds."""
    old = snapshot.current_id(tiny_copy.data)
    files = snapshot.open_files(tiny_copy.data)
    environment = {**os.environ, "KOOPKG_DATA": str(tiny_copy.data)}
    command = [sys.executable, "-m", "koopkg.cli", "ingest", "--rebuild", str(TINY / "standesamt-lossetal.md"), str(TINY / "buergerbus-kirchhundem.md")]
    generator = random.Random(20261122)
    known = shutil.copytree(tiny_copy.cache_folder, tiny_copy.data / "known")
    for number in range(5):
        shutil.rmtree(tiny_copy.cache_folder, ignore_errors=True)
        if number > 1:
            shutil.copytree(known, tiny_copy.cache_folder)
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            process.wait(timeout=generator.uniform(0.2, 3.0))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        current = snapshot.current_id(tiny_copy.data)
        if current == old:
            assert snapshot.check(files) == []
        else:  # it was through before the signal came: then the new one is whole
            assert snapshot.check(snapshot.open_files(tiny_copy.data)) == []
            snapshot.activate(tiny_copy.data, str(old))
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert finished.returncode == 0, finished.stderr
    assert not list(tiny_copy.snapshots_folder.glob(".building-*"))
