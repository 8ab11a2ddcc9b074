"""Faults for `make mutants`: each can be planted as it is written down; whether tests see it is another run."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tools.mutants import ROOT, Mutant, faults_of, read_mutants

MUTANTS = read_mutants()


def test_there_are_enough_and_each_has_its_own_name() -> None:
    names = [mutant.id for mutant in MUTANTS]
    assert len(names) >= 60
    assert len(set(names)) == len(names)
    assert len({(mutant.file, mutant.find, mutant.replace) for mutant in MUTANTS}) == len(names)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.id)
def test_a_mutant_can_be_planted_and_is_looked_for(mutant: Mutant) -> None:
    """What it replaces stands once in its file, what it makes of it is still a program, and the tests that should see it are there."""
    assert faults_of(mutant) == []
    assert 1 <= len(mutant.tests) <= 3
    assert mutant.why
    ast.parse((ROOT / mutant.file).read_text(encoding="utf-8").replace(mutant.find, mutant.replace))
    for path, _, name in (test.partition("::") for test in mutant.tests):
        source = (ROOT / path).read_text(encoding="utf-8")
        function, _, parameter = name.partition("[")
        assert f"def {function}" in source
        assert parameter.removesuffix("]") in source  # one that pytest numbers would soon be another's


def test_what_cannot_be_planted_is_told(tmp_path: Path) -> None:
    (tmp_path / "twice.py").write_text("a = 1\nb = 1\n", encoding="utf-8")
    mutant = Mutant(id="x", file="twice.py", find=" 1", replace=" 1", tests=("none.py",), why="")
    assert faults_of(mutant, tmp_path) == [
        "x: there is no none.py",
        "x: what is to be found stands 2 times in twice.py; expected once",
        "x: changes nothing",
    ]
