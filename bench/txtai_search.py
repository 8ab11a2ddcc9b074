"""How txtai's hybrid search ranks the topics of a split: a peer of `koopkg eval search` that needs an environment of its own.

python bench/txtai_search.py [RUN.json] [--split dev|test|all]

With what `koopkg eval search --split dev --save` kept, compares its fusion topic by topic. txtai is installed into data/txtai, where nothing else sees it, and
indexes the words of each case by its own BM25, without our stop words (it has no stems), and the mean of our vectors of the case (its own model cannot be had
without a server), weighed half and half as it does unless it is told otherwise. Titles and passages each by itself are found worse by it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.evaluation import CONDENSED, JUDGED, METRICS, SystemScores, Topic, case_texts, judgments, measured, read_run, selected, splits_named, topics
from koopkg.evaluation.peers import encoded
from koopkg.index import Matrix
from koopkg.language import FUNCTION_WORDS
from koopkg.pairing import difference
from koopkg.snapshot import OpenSnapshot
from koopkg.text import query_text

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "data" / "txtai"
PYTHON = FOLDER / "venv" / "bin" / "python"
TXTAI = ("txtai==9.14.0", "torch<=2.13.0")
"""torch as bounded as in pyproject.toml, and for the same reason."""
DEEPEST = 100
"""Cases asked for: the measures see twenty, but for the rare first one below."""


def main() -> None:
    """Print what txtai finds, and how our fusion compares."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run", nargs="?", type=Path)
    parser.add_argument("--split", default="dev")
    told = parser.parse_args()
    splits, corpus = splits_named(told.split), ROOT / "corpus" / "eval"
    grades = judgments(corpus / "qrels.txt")
    chosen = selected([topic for topic in topics(corpus / "topics.yaml") if topic.split in splits], grades).ranked
    settings = Settings.from_environment()
    install()
    rankings = searched(OpenSnapshot(snapshot.open_files(settings.data), settings), chosen)
    scores = measured("txtai", lambda topic: rankings[topic.id], chosen, grades)
    print(f"{len(chosen)} topics ({told.split}) by {TXTAI[0]}, hybrid, our vectors")
    for metric in (*METRICS, CONDENSED, JUDGED):
        low, high = scores.intervals[metric]
        print(f"{metric:12}{scores.metrics[metric]:7.3f}  [{low:.3f}, {high:.3f}]")
    if told.run:
        print_beside(scores, next(row for row in read_run(told.run, grades=grades).systems if row.name == "fusion"))


def print_beside(scores: SystemScores, fusion: SystemScores) -> None:
    print("fusion less txtai (mean, 95 % interval, p, topics better and worse)")
    for metric in ("ndcg@10", CONDENSED):
        found = difference("txtai", metric, {topic: fusion.by_topic[topic][metric] for topic in scores.by_topic}, scores.values(metric))
        print(f"{metric:12}{found.mean:+7.3f}  [{found.low:+.3f}, {found.high:+.3f}]{found.p:8.4f}{found.better:5} +{found.worse:5} -")


def install() -> None:
    """Make an environment of its own for txtai, where there is none."""
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PYTHON.parent.parent)], check=True)
        subprocess.run([str(PYTHON), "-m", "pip", "install", "--quiet", "--no-compile", *TXTAI], check=True)


def searched(opened: OpenSnapshot, chosen: Sequence[Topic]) -> dict[str, list[str]]:
    """Id of a topic -> ids of cases, best first."""
    cases = zip(opened.catalog.cases(), case_texts(opened), encoded(opened), strict=True)
    texts = [{"name": case.id, "text": text, "vector": _mean(vectors).tolist()} for case, text, vectors in cases]
    asked = {topic.id: query_text(topic.text, field="q") for topic in chosen}
    queries = [{"name": name, "text": text, "vector": opened.query_vector(text).tolist()} for name, text in asked.items()]
    told = {"texts": texts, "queries": queries, "limit": DEEPEST, "stopwords": sorted(FUNCTION_WORDS)}
    (FOLDER / "asked.json").write_text(json.dumps(told), encoding="utf-8")
    subprocess.run([str(PYTHON), str(ROOT / "bench" / "txtai_commands.py"), "asked.json", "found.json"], cwd=FOLDER, check=True)
    found: dict[str, list[str]] = json.loads((FOLDER / "found.json").read_bytes())
    return found


def _mean(vectors: Matrix) -> Matrix:
    mean = vectors.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


if __name__ == "__main__":
    main()
