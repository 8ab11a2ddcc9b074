"""What was said of texts with which confidence, and whether it was right -> three zones with the share that was right, and how far confidence is from that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from koopkg.annotated import AnnotatedText, JudgedSentence
from koopkg.deciding.fitting import calibration_error
from koopkg.model import Decided

__all__ = ["Said", "ZoneCounts", "Zones", "error_of", "said_of", "votes_of", "zones_of"]


@dataclass(frozen=True, slots=True)
class Said:
    """A confidence that was told, and whether the text has what it was told of."""

    confidence: float
    is_right: bool


@dataclass(frozen=True, slots=True)
class ZoneCounts:
    """What lies in a zone: how much, how much of that is right, and how much would be if confidences were exact."""

    count: int
    right: int
    expected: float

    @property
    def precision(self) -> float | None:
        """None where nothing lies in the zone."""
        return self.right / self.count if self.count else None


@dataclass(frozen=True, slots=True)
class Zones:
    """What is taken, asked about and dropped.

    Attributes:
        unsaid: What is right and of which nothing was said at all.
        sure_from: Lowest confidence from which as much is right as the zone `taken` promises; None where there is none.
    """

    taken: ZoneCounts
    asked: ZoneCounts
    dropped: ZoneCounts
    unsaid: int
    sure_from: float | None


def said_of(text: AnnotatedText, decided: Decided, scheme: str) -> Iterator[Said]:
    """Everything that was said of a text in a scheme, but for what counts neither way."""
    right, doubtful = text.right(scheme), text.doubtful(scheme)
    return (Said(item.confidence, item.slug in right) for item in decided.concepts if item.scheme == scheme and item.slug not in doubtful)


def votes_of(text: AnnotatedText, decided: Decided, scheme: str, judged: Iterable[JudgedSentence]) -> Iterator[Said]:
    """What was said of a text in a scheme, once for each reader who saw the sentence that it was said for, and whether that one accepted it."""
    votes = {(item.concept, item.sentence): item.accepted for item in judged if (item.text, item.scheme) == (text.id, scheme)}
    for item in decided.concepts:
        if item.scheme == scheme:
            yield from (Said(item.confidence, vote) for mention in item.evidence for vote in votes.get((item.slug, mention.quote), ()))


def zones_of(said: Sequence[Said], right: int, *, taken: float, asked: float) -> Zones:
    """Divide by confidence.

    Args:
        right: How much there is to find.
        taken: Confidence from which something is taken; it promises that at least this share is right.
        asked: Confidence from which something is asked about.
    """
    return Zones(
        taken=_counted(item for item in said if item.confidence >= taken),
        asked=_counted(item for item in said if asked <= item.confidence < taken),
        dropped=_counted(item for item in said if item.confidence < asked),
        unsaid=right - sum(item.is_right for item in said),
        sure_from=_sure_from(said, taken),
    )


def error_of(said: Sequence[Said]) -> float | None:
    """Calibration error over ten bins; None where nothing was said."""
    if not said:
        return None
    confidences, right = np.array([item.confidence for item in said]), np.array([item.is_right for item in said])
    return calibration_error(confidences, right, np.ones(len(said)))


def _counted(said: Iterable[Said]) -> ZoneCounts:
    items = list(said)
    return ZoneCounts(len(items), sum(item.is_right for item in items), round(sum(item.confidence for item in items), 3))


def _sure_from(said: Sequence[Said], share: float) -> float | None:
    found = [least for least in {item.confidence for item in said} if (_counted(item for item in said if item.confidence >= least).precision or 0) >= share]
    return min(found, default=None)
