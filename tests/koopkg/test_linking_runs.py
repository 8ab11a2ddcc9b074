"""`koopkg eval linking`: what it prints adds up, and runs are compared text by text."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest

from koopkg.agreement import Counts, Macro, SchemeScores
from koopkg.analyses import Analyses
from koopkg.annotated import annotated_texts
from koopkg.deciding import Decider
from koopkg.evaluation import EvaluationError
from koopkg.index import EmbeddingCache
from koopkg.linking import Linker
from koopkg.linking_runs import annotations_fingerprint, compare_linking, read_linking_run
from koopkg.ontology import Ontology
from koopkg.reading.passages import plain_passages
from koopkg.register import Register
from koopkg.text import with_whole_words
from tests.conftest import QuickEncoder, run_koopkg
from tests.koopkg.test_agreement import text

TEXTS = [text("a", gold={"sector": ["kita"]}, accept={"sector": ["schule"]}), text("b", gold={"sector": ["abfall"]})]


def scheme(**by_text: Counts) -> SchemeScores:
    return SchemeScores(sum(by_text.values(), Counts()), {}, Macro(0.0, 0.0, 0.0), by_text, None)


def test_a_scheme_is_compared_by_the_f1_of_each_text() -> None:
    """One text gains 1, one loses a third, one has nothing in either run: 2 / 9 in the mean. A scheme that only one run has is left out."""
    old = {"sector": scheme(a=Counts(wrong=1, missed=1), b=Counts(right=1), c=Counts()), "phase": scheme(a=Counts())}
    new = {"sector": scheme(a=Counts(right=1), b=Counts(right=1, wrong=1), c=Counts()), "status": scheme(a=Counts())}
    (found,) = compare_linking(new, old)
    assert (found.system, found.metric, found.topics, found.better, found.worse) == ("sector", "f1", 3, 1, 1)
    assert found.mean == pytest.approx((1 - 1 / 3) / 3)
    assert found.low < 0 < found.high


def test_annotations_have_the_same_name_in_any_order_and_another_for_any_change() -> None:
    known = annotations_fingerprint(TEXTS)
    assert annotations_fingerprint(reversed(TEXTS)) == known
    a, b = TEXTS
    changed = [
        [a],
        [a, text("b", gold={"sector": ["abfall"]}, case="none")],
        [a, text("b", gold={"activity": ["abfall"]})],
        [a, text("b", gold={"sector": ["abfall"]}, accept={"sector": ["kita"]})],
        [text("a", gold={"sector": ["kita", "schule"]}), b],
    ]
    assert len({known, *map(annotations_fingerprint, changed)}) == 1 + len(changed)


def test_a_run_is_only_read_with_its_annotations(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    counts = {"right": 1, "wrong": 0, "missed": 2, "f1": 0.5}
    run = {"split": "dev", "annotations": annotations_fingerprint(TEXTS), "schemes": {"sector": {"by_text": {"a": counts}, "macro": {}}}}
    path.write_text(json.dumps(run), encoding="utf-8")
    assert read_linking_run(path, TEXTS).schemes["sector"].by_text == {"a": Counts(1, 0, 2)}
    with pytest.raises(EvaluationError, match=r"run\.json: was measured on other texts or annotations"):
        read_linking_run(path, TEXTS[:1])
    path.write_text('{"schemes": {}}', encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"run\.json: is no run of linking \(1 faults\)"):
        read_linking_run(path, TEXTS)


def know_vectors(path: Path) -> None:
    """Let a cache know what the command will need of the test half: it would take half a minute to embed that."""
    ontology, analyses = Ontology.bundled(), Analyses()
    linker = Linker(ontology, Register.bundled(), analyses)
    path.parent.mkdir()
    with as_file(files("koopkg_corpus")) as corpus, contextlib.closing(EmbeddingCache(path)) as cache:
        quick = QuickEncoder()
        decider = Decider(linker, ontology, analyses, lambda texts: cache.encode_documents(quick, texts)[0])
        for text in annotated_texts(corpus / "eval" / "links", ["test"]):
            passages = plain_passages(with_whole_words(text.text), text.language)
            decider.decide(passages, linker.link(passages, text.language))


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, Any]]:
    """What the command says of the test half, by the weights that are installed, and a data folder in which its texts are known."""
    data = tmp_path_factory.mktemp("measured")
    know_vectors(data / "cache" / "embeddings.sqlite")
    done = run_koopkg("eval", "linking", "--split", "test", "--json", data=data)
    assert done.returncode == 0, done.stderr
    return data, json.loads(done.stdout)


@pytest.mark.parametrize(("scheme", "floor"), [("sector", 0.85), ("legal-form", 0.82), ("activity", 0.74), ("cooperation-type", 0.89), ("status", 0.88)])
def test_reading_does_not_get_worse(scheme: str, floor: float, measured: tuple[Path, Mapping[str, Any]]) -> None:
    """F1 over the test half, some hundredths below what was measured."""
    assert measured[1]["schemes"][scheme]["counts"]["f1"] >= floor


def test_places_are_right_and_most_texts_without_a_case_are_silent(measured: tuple[Path, Mapping[str, Any]]) -> None:
    told = measured[1]
    assert told["places"]["precision"] >= 0.97
    assert told["places"]["recall"] >= 0.93
    assert told["silent"][0] >= 0.6 * told["silent"][1] > 0
    assert told["lost"][0] <= 0.02 * told["lost"][1]


def test_what_is_printed_adds_up(measured: tuple[Path, Mapping[str, Any]]) -> None:
    """All of a scheme lies in a zone or was never said; concepts sum up to the scheme; deciding is better than labels alone."""
    told = measured[1]
    assert told["split"] == "test"
    for name, row in told["schemes"].items():
        of_zones, by_concept = told["zones"][name], row["by_concept"].values()
        there = row["counts"]["right"] + row["counts"]["missed"]
        assert sum(of_zones[zone]["right"] for zone in ("taken", "asked", "dropped")) + of_zones["unsaid"] == there
        assert [sum(counts[part] for counts in by_concept) for part in ("right", "wrong", "missed")] == [
            row["counts"][part] for part in ("right", "wrong", "missed")
        ]
        assert row["counts"]["precision"] == pytest.approx(row["counts"]["right"] / max(row["counts"]["right"] + row["counts"]["wrong"], 1) or 1)
        by_labels = told["labels"][name]["counts"]
        assert by_labels["right"] + by_labels["missed"] == there
    assert told["votes"]["obstacle"]["taken"]["precision"] >= 0.85
    assert all(row["asked"]["count"] > 50 for row in told["votes"].values())
    above = {item["system"]: item for item in told["above_labels"]}
    assert above["sector"]["low"] > 0


def test_a_run_is_compared_with_an_earlier_one(measured: tuple[Path, Mapping[str, Any]]) -> None:
    """One that found no sector, and was alike else."""
    data, told = measured
    by_text = {name: {"right": 0, "wrong": 1, "missed": 0} for name in told["schemes"]["sector"]["by_text"]}
    worse = {**told, "schemes": {**told["schemes"], "sector": {**told["schemes"]["sector"], "by_text": by_text}}}
    (data / "worse.json").write_text(json.dumps(worse), encoding="utf-8")
    printed = run_koopkg("eval", "linking", "--split", "test", "--concepts", "--against", str(data / "worse.json"), data=data).stdout
    scores, _, rest = printed.partition("by labels alone")
    _, _, rest = rest.partition("by confidence: taken from 0.85, asked about from 0.2, dropped below")
    of_zones, _, rest = rest.partition("against ")
    of_zones, _, of_votes = of_zones.partition("by readers who saw the sentence")
    assert f"{told['votes']['obstacle']['asked']['count']:6}" in of_votes
    compared, _, by_concept = rest.partition("concept ")
    assert f"{told['schemes']['sector']['counts']['f1']:.3f}" in scores
    assert "taken for no case" in scores
    assert f"{told['zones']['sector']['taken']['count']:6}" in of_zones
    assert line(compared, "activity").split()[1:] == "+0.000 [+0.000, +0.000] 0 + 0 -".split()
    assert line(compared, "sector").split()[1].startswith(("+0.8", "+0.9"))
    assert by_concept.count(" sector/") == len(told["schemes"]["sector"]["by_concept"])


def line(printed: str, start: str) -> str:
    return next(found for found in printed.splitlines() if found.startswith(start))


def test_readers_are_compared_too_and_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    done = run_koopkg("eval", "linking", "--split", "dev", "--readers", "--json", data=tmp_path)
    told = json.loads(done.stdout)
    assert "obstacle" in told["schemes"]
    assert told["zones"] == told["labels"] == {}
    (tmp_path / "run.json").write_text(done.stdout, encoding="utf-8")
    refused = run_koopkg("eval", "linking", "--split", "dev", "--against", str(tmp_path / "run.json"), data=tmp_path)
    assert refused.returncode == 2
    assert "run.json: was measured on other texts" in refused.stderr
    refused = run_koopkg("eval", "linking", "--unseen", "--readers", data=tmp_path)
    assert (refused.returncode, refused.stderr) == (2, "koopkg: --unseen learns weights of its own; leave out --weights and --readers\n")
    assert "is unknown; expected dev, test or all" in run_koopkg("eval", "linking", "--split", "x", data=tmp_path).stderr
