"""Documents that went through something: seeded mutations of a good file, as editors, transfers and attackers leave them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence

__all__ = ["mutated"]

_TOKENS = (
    "\0|\x1b[31m|\x7f|\x85|\ufeff|\u200b|\u202e|\u2028|\ufffe|\uffff|a\u0308|\ud7ff|\U0001f6b2|\U0010ffff|\r|\r\n|\n|\t|\n---\n|\n...\n|--- x\n|%YAML 1.1\n|%TAG ! tag:x,1:\n"
    "|!!int |!!binary |!!python/name:os.system |!!python/object/apply:os.system ['id']|!!timestamp |! |!x |&a |*a|<<: *a\n|? |? [a, b]: c\n|- - - - -|: |# |#|@|`|%"
    "|{|}|[|]|[[[[[[[[[[|{a: {b: {c: {d: {e: {f: {g: h}}}}}}}}|, |'|\"|\"\\0\"|\"\\ud83d\"|\"\\U0010FFFF\"|\"\\x1b\"|\"\\e\"|\"\\u200b\"| >\n  |\n|- |null|~|NULL|yes|no|on|.inf|-.nan"
    "|0x1F|0o17|017|1_000|12.000|1e3|190:20:30|2019-02-30|2001-12-14t21:59:43.10-05:00|-5|+5|99999999999999999999|=|<<|id: x\n|title: x\n|sources: []\n|url: javascript:alert(1)\n"
    "|https://[::1|http://a b|http://x:99999/|../../etc/passwd|" + "x" * 300 + "|" + "ä" * 5000
).split("|")


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


_MUTATORS: tuple[Callable[[bytes, random.Random, Sequence[bytes]], bytes], ...] = (_byte, _cut, _spliced, _token, _token, _value, _value, _value, _lines, _encoded)
