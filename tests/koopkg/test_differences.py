"""What is made of a difference equals what is made of everything: columns of cases, the graph of places."""

from __future__ import annotations

import random
from collections.abc import Mapping

import numpy as np
import pytest

from koopkg import graph
from koopkg.index import Columns, ColumnsBuilder
from koopkg.ontology import Ontology
from koopkg.register import Register

ONTOLOGY, REGISTER = Ontology.bundled(), Register.bundled()
KEYS = ("09471115", "09471133", "09471152", "09471", "09461000", "06435", "11000000", "99999999", "03457013", "03457")


def gathered(cases: Mapping[int, Mapping[str, float]]) -> Columns:
    builder = ColumnsBuilder()
    for row in sorted(cases):
        builder.add(row, cases[row])
    return builder.columns()


def content(columns: Columns) -> object:
    return list(columns.keys), dict(columns.numbers), columns.starts.tolist(), columns.rows.tolist(), columns.values.tolist()


@pytest.mark.parametrize("seed", range(20))
def test_merged_columns_are_those_of_all_cases(seed: int) -> None:
    """Cases go, change and come at any place, with keys that nobody had or nobody has any more."""
    drawn = random.Random(seed)

    def case() -> dict[str, float]:
        return {f"key-{drawn.randrange(12)}": drawn.random() for _ in range(drawn.randrange(5))}

    before = {name: case() for name in drawn.sample(range(40), 15)}
    after = {name: entries for name, entries in before.items() if drawn.random() < 0.7}
    fresh = {name: case() for name in [*drawn.sample(range(40), 5), *drawn.sample(sorted(after), 2)]}
    rows = {name: row for row, name in enumerate(sorted(after | fresh))}
    moved = np.array([rows[name] if name in after and name not in fresh else -1 for name in sorted(before)], dtype=np.int32)
    old = gathered({row: before[name] for row, name in enumerate(sorted(before))})
    added = gathered({rows[name]: entries for name, entries in fresh.items()})
    assert content(old.merged(moved, added)) == content(gathered({rows[name]: entries for name, entries in (after | fresh).items()}))


@pytest.mark.parametrize("seed", range(20))
def test_changed_places_are_those_of_all_keys(seed: int) -> None:
    """A district stays as long as a place in it is named, and goes with the last."""
    drawn = random.Random(seed)
    before, after = (set(drawn.sample(KEYS, drawn.randrange(len(KEYS)))) for _ in range(2))
    lost, present = graph.place_changes(before ^ after, after, ONTOLOGY, REGISTER)
    changed = set(graph.place_quads(before, ONTOLOGY, REGISTER)) - set(lost) | set(present)
    assert changed == set(graph.place_quads(after, ONTOLOGY, REGISTER))
