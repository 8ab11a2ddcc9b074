"""Reasons repeat neither each other nor themselves."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from koopkg import snapshot
from koopkg.pipeline import ingest
from koopkg.search import search, similar
from koopkg.snapshot import OpenSnapshot
from tests.conftest import TINY, Silent, with_vectors
from tests.koopkg.worlds import hits_for

WIDE, NARROW = "bauhof-gruenkraut-bodnegg", "bauhof-allein"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, known_vectors: Path) -> OpenSnapshot:
    """The tiny corpus, in it a case with several tasks, and one more with only one of them."""
    folder, settings = tmp_path_factory.mktemp("pair") / "cases", with_vectors(tmp_path_factory.mktemp("data"), known_vectors)
    shutil.copytree(TINY, folder)
    front = (TINY / f"{WIDE}.md").read_text(encoding="utf-8").split("---\n")[1].replace(f"id: {WIDE}", f"id: {NARROW}")
    front = front.replace("- friedhof\n", "").replace("- strassen-wege\n", "")
    text = "Lager und Silo stehen bereit.\n\n## Ausblick\n\nGetrennte Fuhrparks kosten mehr. Deshalb wird nicht mehr getrennt gekauft."
    (folder / f"{NARROW}.md").write_text(f"---\n{front}---\n\n# Ein Hof\n\n## Betrieb\n\n{text}\n", encoding="utf-8")
    ingest([folder], settings, Silent())
    return OpenSnapshot(snapshot.open_files(settings.data), settings)


def test_a_task_that_is_shared_is_not_also_called_related(pair: OpenSnapshot) -> None:
    """Of a case with depot, graves and roads and one with the depot alone: the depot is the same task, not one close to graves."""
    entry = pair.catalog.entry(pair.catalog.row_of(WIDE))
    assert {"baubetriebshof", "friedhof"} <= set(entry.case.sectors)
    hit = next(hit for hit in similar(pair, WIDE).hits if hit.id == NARROW)
    assert "shared-sector" in {reason.kind for reason in hit.reasons}
    assert "related-sector" not in {reason.kind for reason in hit.reasons}


def test_a_task_close_to_the_one_asked_for_is_named(pair: OpenSnapshot) -> None:
    hit = hits_for(pair, "Friedhof in Grünkraut")[NARROW]
    related = next(reason for reason in hit.reasons if reason.kind == "related-sector")
    assert related.values == {"label": "Baubetriebshof", "asked": "Friedhof"}
    both = hits_for(pair, "Friedhof in Grünkraut")[WIDE]
    assert "shared-sector" in {reason.kind for reason in both.reasons}
    assert "related-sector" not in {reason.kind for reason in both.reasons}


def test_a_word_is_named_once_however_it_is_written(pair: OpenSnapshot) -> None:
    hit = next(hit for hit in search(pair, "getrennte Lager mit Silo").hits if hit.id == NARROW)
    words = next(reason.values["words"] for reason in hit.reasons if reason.kind == "words").split(", ")
    assert words == ["Getrennte"]
