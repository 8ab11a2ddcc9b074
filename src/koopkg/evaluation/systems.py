"""A snapshot -> the ways of this package to rank its cases: each signal alone, all of them, all but one."""

from __future__ import annotations

from collections.abc import Sequence

from koopkg.evaluation.measures import Rank
from koopkg.search import SIGNALS, ranked
from koopkg.snapshot import OpenSnapshot

__all__ = ["FUSION", "ablations", "own_systems"]

FUSION = "fusion"
_NAMES = tuple(signal.name for signal in SIGNALS)


def own_systems(opened: OpenSnapshot) -> dict[str, Rank]:
    """Each signal by its name, and the fusion of all."""
    return {name: _by_signals(opened, (name,)) for name in _NAMES} | {FUSION: _by_signals(opened, _NAMES)}


def ablations(opened: OpenSnapshot) -> dict[str, Rank]:
    """Name of a signal -> the fusion of the others."""
    return {left_out: _by_signals(opened, [name for name in _NAMES if name != left_out]) for left_out in _NAMES}


def _by_signals(opened: OpenSnapshot, signals: Sequence[str]) -> Rank:
    return lambda topic: [case for case, _ in ranked(opened, topic.text, signals)]
