"""The tasks that a search text names -> how likely it is that it asks for them, by what it means as a whole: what `koopkg train-intent` learned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log
from pathlib import Path

from pydantic import TypeAdapter

from koopkg.files import write_whole
from koopkg.index import Asked
from koopkg.linking.concepts import CONFIDENCE
from koopkg.model import Link, Linked
from koopkg.namespaces import concept_iri
from koopkg.ontology import Ontology
from koopkg.search.scoring import log_odds

__all__ = ["Intent", "less_sure", "likelihoods", "signs_of_tasks"]

_LONGEST = 500
"""Characters up to which names are told apart: it is learned from queries of at most 360, and what a paper names again and again is often its sender."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A logistic model over what speaks for a task that is named being the one asked for.

    Attributes:
        weights: Sign -> what it adds to the log odds.
        least: Probability below which a task is only perhaps meant.
        figures: What cross-validation over the queries gave.
    """

    intercept: float
    weights: Mapping[str, float]
    least: float
    figures: Mapping[str, float]

    @classmethod
    def bundled(cls) -> Intent:
        """What is installed with this package."""
        return _bundled()

    @staticmethod
    def bundled_path() -> Path:
        """Its file, for whoever learns it anew."""
        return Path(__file__).with_name("intent.json")

    def save(self, path: Path) -> None:
        write_whole(path, _INTENT.dump_json(self, indent=1) + b"\n")

    def probability(self, signs: Mapping[str, float]) -> float:
        """That a task with these signs is asked for."""
        return 1 / (1 + exp(-self.intercept - sum(self.weights[name] * sign for name, sign in signs.items())))


def likelihoods(linked: Linked, text: str, asked: Asked, ontology: Ontology) -> dict[str, float]:
    """IRI of each task that a text names -> probability that it is asked for; empty for long texts, and for an encoder that nothing was learned of.

    Args:
        linked: What the text names.
        asked: What it asks for by its meaning.
    """
    is_known = asked.tasks and len(text) <= _LONGEST
    signs = signs_of_tasks(linked, text, asked, ontology) if is_known else {}
    return {iri: Intent.bundled().probability(of_task) for iri, of_task in signs.items()}


def less_sure(likely: Mapping[str, float]) -> frozenset[str]:
    """IRIs of the tasks that may be named in passing alone, as the school that a village shop moves into; the likeliest of all never is one."""
    least = min(Intent.bundled().least, max(likely.values(), default=0.0))
    return frozenset(iri for iri, probability in likely.items() if probability < least)


def signs_of_tasks(linked: Linked, text: str, asked: Asked, ontology: Ontology) -> dict[str, dict[str, float]]:
    """IRI of each sector, activity and service that a text names -> what speaks for and against its being asked for."""
    tasks = [link for link in linked.concepts if link.iri in ontology.sectors]
    shares = _shares_of_sectors(asked, ontology)
    own = {link.iri: max((shares[sector] for sector in ontology.sectors[link.iri]), default=0.0) for link in tasks}
    whole = {"highest": log_odds(max(shares.values(), default=0.0)), "length": log(max(len(text), 1)), "nothing": asked.nothing}
    return {link.iri: whole | _signs(link, tasks, own, len(text), ontology.sectors) for link in tasks}


def _shares_of_sectors(asked: Asked, ontology: Ontology) -> Mapping[str, float]:
    """IRI of a sector -> how likely it is that one of its tasks is asked for."""
    shares: defaultdict[str, float] = defaultdict(float)
    for slug, share in asked.tasks.items():
        for sector in ontology.sectors.get(concept_iri("activity", slug), ()):
            shares[sector] += share
    return shares


def _signs(link: Link, tasks: Sequence[Link], own: Mapping[str, float], length: int, sectors: Mapping[str, frozenset[str]]) -> dict[str, float]:
    """What is said of one task beside others.

    Args:
        own: IRI of a task -> how likely it is that something of its sectors is asked for.
        sectors: As of the ontology.
    """
    others = [other for other in tasks if not sectors[other.iri] & sectors[link.iri]]
    agreeing = [other for other in tasks if other is not link and sectors[other.iri] & sectors[link.iri]]
    return {
        "weak": float(link.confidence < CONFIDENCE["inner"]),
        "own": log_odds(own[link.iri]),
        "others": max((own[other.iri] for other in others), default=0.0),
        "alone": float(not others),
        "agreed": float(bool(agreeing)),
        "repeated": float(len(link.evidence) > 1),
        "place": link.evidence[0].start / max(length, 1),
        "words": float(" " in link.evidence[0].quote),
    }


_INTENT = TypeAdapter(Intent)


@lru_cache(maxsize=1)
def _bundled() -> Intent:
    return _INTENT.validate_json(Intent.bundled_path().read_bytes())
