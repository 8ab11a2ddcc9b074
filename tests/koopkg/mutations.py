"""Documents that went through something: seeded mutations of a good file, as editors, transfers and attackers leave them."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence

from tests.conftest import DATA

__all__ = ["mutated"]

_TOKENS: list[str] = [*map(json.loads, (DATA / "tokens.txt").read_text(encoding="utf-8").splitlines()), "x" * 300, "ä" * 5000]


def mutated(seeds: Sequence[bytes], count: int, *, seed: int) -> Iterator[bytes]:
    """So many files, each a seed after one to four mutations; the same for the same arguments."""
    generator = random.Random(seed)
    for _ in range(count):
        raw = generator.choice(seeds)
        for _ in range(generator.randint(1, 4)):
            raw = generator.choice(_MUTATORS)(raw, generator, seeds)
        yield raw


def _byte(raw: bytes, generator: random.Random, _: Sequence[bytes]) -> bytes:
    place = generator.randrange(len(raw) + 1)
    return raw[:place] + bytes([generator.randrange(256)]) + raw[place + generator.randrange(2) :]


def _cut(raw: bytes, generator: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = sorted(generator.randrange(len(raw) + 1) for _ in range(2))
    return raw[:start] + raw[generator.choice((end, min(end, start + 5), len(raw))) :]


def _spliced(raw: bytes, generator: random.Random, seeds: Sequence[bytes]) -> bytes:
    other = generator.choice(seeds)
    return raw[: generator.randrange(len(raw) + 1)] + other[generator.randrange(len(other) + 1) :]


def _token(raw: bytes, generator: random.Random, _: Sequence[bytes]) -> bytes:
    place = generator.randrange(min(len(raw), 3000) + 1)
    return raw[:place] + generator.choice(_TOKENS).encode() + raw[place:]


def _value(raw: bytes, generator: random.Random, _: Sequence[bytes]) -> bytes:
    """Something else behind a key or a dash."""
    places = [match.span(1) for match in re.finditer(rb"^[ \w]*(?::|-) (.*)$", raw, re.MULTILINE)]
    start, end = generator.choice(places or [(0, 0)])
    return raw[:start] + generator.choice(_TOKENS).encode() + raw[end:]


def _lines(raw: bytes, generator: random.Random, _: Sequence[bytes]) -> bytes:
    """A line twice, gone, somewhere else, or deeper."""
    lines = raw.split(b"\n")
    line = lines[generator.randrange(len(lines))]
    if generator.random() < 0.5:
        lines.remove(line)
    lines.insert(generator.randrange(len(lines) + 1), generator.choice((b"", line, b"  " + line)))
    return b"\n".join(lines)


def _encoded(raw: bytes, generator: random.Random, _: Sequence[bytes]) -> bytes:
    return raw.decode("utf-8", "replace").encode(generator.choice(("utf-16", "utf-8-sig", "cp1252", "utf-32-le")), "replace")


_MUTATORS: tuple[Callable[[bytes, random.Random, Sequence[bytes]], bytes], ...] = (
    *(_byte, _cut, _spliced, _lines, _encoded),
    *(_token, _token, _value, _value, _value),
)
