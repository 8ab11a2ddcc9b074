"""A snapshot, topics and grades -> everything that `koopkg eval search` says of the search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from koopkg.evaluation.measures import CONDENSED, Rank, SystemScores, measured
from koopkg.evaluation.peers import peers
from koopkg.evaluation.reliability import Reliability, reliability
from koopkg.evaluation.systems import FUSION, ablations, own_systems
from koopkg.evaluation.topics import Grades, Selection, Topic
from koopkg.evaluation.variants import VARIANTS, variants
from koopkg.morphology import Morphology
from koopkg.pairing import Difference, difference
from koopkg.search import search
from koopkg.snapshot import OpenSnapshot

__all__ = ["Refusals", "Report", "Twins", "measure_search", "refusals", "twins"]

_MAIN = "ndcg@10"
"""The metric that differences are told in."""


@dataclass(frozen=True, slots=True)
class Twins:
    """How well English topics do beside the German ones that say the same, in nDCG@10; `share` is English over German."""

    pairs: int
    english: float
    german: float
    share: float


@dataclass(frozen=True, slots=True)
class Refusals:
    """Where the search says that nothing fits.

    Attributes:
        nothing: How many topics no case answers, and `refused` of them, without a hit.
        real: How many topics have a relevant case, and `lost` of them, without a hit.
    """

    nothing: int
    refused: int
    real: int
    lost: int


@dataclass(frozen=True, slots=True)
class Report:
    """How good the search is.

    Attributes:
        own: Each signal alone, then the fusion.
        peers: What it is compared with.
        by_kind: The fusion over the topics of each kind.
        twins: None without any.
        variants: What the fusion loses by each way of writing, over the topics that it changes.
        ablation: What it loses without each signal.
        beside_peer: The fusion less the best peer by nDCG@10, and by that of what was judged.
        reliability: Whether the scores of the fusion are probabilities.
    """

    own: tuple[SystemScores, ...]
    peers: tuple[SystemScores, ...]
    by_kind: tuple[SystemScores, ...]
    twins: Twins | None
    variants: tuple[Difference, ...]
    ablation: tuple[Difference, ...]
    beside_peer: tuple[Difference, ...]
    refusals: Refusals
    reliability: Reliability

    @property
    def systems(self) -> tuple[SystemScores, ...]:
        """What a run keeps."""
        return self.own + self.peers


def measure_search(opened: OpenSnapshot, chosen: Selection, grades: Grades) -> Report:
    """Measure the search of a snapshot; minutes for a hundred topics.

    Raises:
        EvaluationError: No topic can be ranked.
        ConfigurationError: The extra `eval` is not installed.
    """
    own, others = (_scores(systems, chosen.ranked, grades) for systems in (own_systems(opened), peers(opened)))
    fusion = next(scores for scores in own if scores.name == FUSION)
    kinds = dict.fromkeys(topic.kind for topic in chosen.ranked)
    return Report(
        own=own,
        peers=others,
        by_kind=tuple(fusion.over([topic.id for topic in chosen.ranked if topic.kind == kind], kind) for kind in kinds),
        twins=twins(fusion, chosen.ranked),
        variants=tuple(_losses_by_variant(opened, fusion, chosen.ranked, grades)),
        ablation=tuple(_beside(without.name, without, fusion) for without in _scores(ablations(opened), chosen.ranked, grades)),
        beside_peer=tuple(_beside_best(fusion, others, metric) for metric in (_MAIN, CONDENSED)),
        refusals=refusals(opened, chosen),
        reliability=reliability(opened, chosen.ranked, grades),
    )


def twins(scores: SystemScores, chosen: Sequence[Topic]) -> Twins | None:
    """Compare English topics with the German ones that they translate, where both are among the topics measured."""
    values = scores.values(_MAIN)
    pairs = [(values[topic.id], values[topic.twin]) for topic in chosen if topic.twin in values]
    if not pairs:
        return None
    english, german = (sum(column) / len(pairs) for column in zip(*pairs, strict=True))
    return Twins(len(pairs), english, german, english / german if german else float("nan"))


def refusals(opened: OpenSnapshot, chosen: Selection) -> Refusals:
    """Ask the search as people do, where what scores too low is no hit."""
    without = [[not search(opened, topic.text, limit=1, explain=False, drafts=0).total for topic in asked] for asked in (chosen.nothing, chosen.ranked)]
    return Refusals(len(without[0]), sum(without[0]), len(without[1]), sum(without[1]))


def _scores(systems: Mapping[str, Rank], chosen: Sequence[Topic], grades: Grades) -> tuple[SystemScores, ...]:
    return tuple(measured(name, rank, chosen, grades) for name, rank in systems.items())


def _losses_by_variant(opened: OpenSnapshot, fusion: SystemScores, chosen: Sequence[Topic], grades: Grades) -> list[Difference]:
    german, rank = Morphology("de", opened.analyses), own_systems(opened)[FUSION]
    written = [variants(topic, german) for topic in chosen]
    losses = []
    for name in VARIANTS:
        if changed := [found[name] for found in written if name in found]:
            losses.append(_beside(name, measured(name, rank, changed, grades), fusion))
    return losses


def _beside_best(fusion: SystemScores, others: Sequence[SystemScores], metric: str) -> Difference:
    best = max(others, key=lambda scores: scores.metrics[metric])
    return _beside(best.name, fusion, best, metric)


def _beside(name: str, new: SystemScores, old: SystemScores, metric: str = _MAIN) -> Difference:
    return difference(name, metric, new.values(metric), old.values(metric))
