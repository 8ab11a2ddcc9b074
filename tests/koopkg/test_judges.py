"""Agreement of judges is Cohen's kappa, over what both judged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koopkg.evaluation import EvaluationError, agreement
from koopkg.evaluation.judges import weighted_kappa
from tests.conftest import run_koopkg


def test_kappa_by_hand() -> None:
    """Yes or no: 35 of 50 alike; by chance .5 * .6 + .5 * .4 = .5, so (.7 - .5) / (1 - .5)."""
    first = [1] * 25 + [0] * 25
    second = [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    assert weighted_kappa(first, second) == pytest.approx(0.4)


GRADE = st.integers(0, 3)
PAIRS = st.lists(st.tuples(GRADE, GRADE), min_size=2, max_size=40).filter(lambda pairs: len({grade for pair in pairs for grade in pair}) > 1)


@given(PAIRS)
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    from sklearn.metrics import cohen_kappa_score  # slow to import, which every process that collects the tests would do

    first, second = ([pair[side] for pair in pairs] for side in (0, 1))
    assert weighted_kappa(first, second) == pytest.approx(cohen_kappa_score(first, second, weights="quadratic", labels=[0, 1, 2, 3]))


def test_judges_who_only_know_one_grade_agree() -> None:
    assert weighted_kappa([0, 0], [0, 0]) == 1


def test_only_pairs_that_both_judged_count() -> None:
    """Of four, three have the same grade; c of t and all of u were judged by one alone."""
    first = {"t": {"a": 3, "b": 0, "c": 2, "d": 1, "e": 0}}
    second = {"t": {"a": 3, "b": 0, "d": 2, "e": 0}, "u": {"a": 1}}
    found = agreement(first, second)
    assert (found.topics, found.pairs, found.same, found.missing) == (1, 4, 0.75, ("u",))
    assert found.kappa == pytest.approx(weighted_kappa([3, 0, 1, 0], [3, 0, 2, 0]))
    assert found.kappa_relevant == pytest.approx(weighted_kappa([1, 0, 0, 0], [1, 0, 1, 0]))


def test_judges_with_nothing_in_common_are_refused() -> None:
    with pytest.raises(EvaluationError, match="no topic and case in common"):
        agreement({"t": {"a": 1}}, {"t": {"b": 1}})


def test_the_command_prints_what_it_gives_as_json(tmp_path: Path) -> None:
    told = json.loads(run_koopkg("eval", "agreement", "--json", data=tmp_path).stdout)
    printed = run_koopkg("eval", "agreement", data=tmp_path).stdout
    assert (told["topics"], told["missing"]) == (30, [])
    for figure in (f"30 topics, {told['pairs']} pairs", f"quadratic weights  {told['kappa']:.3f}", f"relevant or not    {told['kappa_relevant']:.3f}"):
        assert figure in printed
