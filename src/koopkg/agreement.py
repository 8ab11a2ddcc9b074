"""Two sets of answers about the same texts, found and gold, or of two readers -> precision, recall and F1 for each scheme, calibration, places, cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from koopkg.annotated import AnnotatedText, JudgedSentence
from koopkg.model import Decided, Decision, Fact, Linked, PlaceLink
from koopkg.zoning import Zones, error_of, said_of, votes_of, zones_of

__all__ = ["Counts", "LinkingScores", "Macro", "Read", "SchemeScores", "as_read", "by_labels", "deviations", "scored", "voted", "zones"]


@dataclass(frozen=True, slots=True)
class Read:
    """What was read in a text: the decisions and the places."""

    decided: Decided
    places: tuple[PlaceLink, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many answers were right, wrong, and missing."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    @property
    def precision(self) -> float:
        """1 where nothing was answered."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """1 where nothing was asked."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        found = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / found if found else 1.0


@dataclass(frozen=True, slots=True)
class Macro:
    """Means over the concepts that gold has, of which a concept that is never rightly found has 0 each."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class SchemeScores:
    """How one scheme was decided.

    Attributes:
        counts: Over all texts.
        by_concept: Slug -> counts.
        by_text: Id of a text -> its counts, to compare two runs by.
        calibration_error: Of the confidences of everything that was found, over ten bins; None where there are none.
    """

    counts: Counts
    by_concept: Mapping[str, Counts]
    macro: Macro
    by_text: Mapping[str, Counts]
    calibration_error: float | None


@dataclass(frozen=True, slots=True)
class LinkingScores:
    """How a set of texts was read.

    Attributes:
        schemes: By name.
        facts: Field of a case record -> counts.
        places: Keys of places.
        whole: Share of the texts about one case of which sectors and legal form are exactly right.
        silent: Texts without a case of which nothing is said to be about, and how many there are.
        lost: Texts about a case of which nothing is said to be about, and how many there are.
        no_case: Texts that are taken to have no case, by the probability that they have one.
        several: Texts that are taken to speak of several cases.
    """

    texts: int
    schemes: Mapping[str, SchemeScores]
    facts: Mapping[str, Counts]
    places: Counts
    whole: float
    silent: tuple[int, int]
    lost: tuple[int, int]
    no_case: Counts
    several: Counts


def as_read(text: AnnotatedText) -> Read:
    """What a reader annotated, as if it had been found, to measure one reader by another."""
    concepts = tuple(Decision("", scheme, slug, "about", 1.0, ()) for scheme in text.gold for slug in sorted(text.right(scheme)))
    facts = tuple(Fact(field, value, 1.0, ()) for field, value in text.numbers().items())
    places = tuple(PlaceLink(place.name, place.ags, None, None, 1.0, ()) for place in text.places)
    is_several = text.case == "several"
    return Read(Decided(float(text.case != "none"), concepts, facts, float(is_several), _SOME if is_several else None), places)


def by_labels(linked: Linked) -> Read:
    """What is found by labels alone: whatever a text names, its cooperation has."""
    concepts = tuple(Decision(link.iri, link.scheme, link.slug, "about", link.confidence, link.evidence) for link in linked.concepts)
    return Read(Decided(1.0, concepts, ()), linked.places)


_SOME = 2
"""What stands for a number of cooperations that nobody counted."""
_WHOLE = ("sector", "legal-form")
_LIKELY = 0.5
"""Probability from which a text rather has a case than not."""


def scored(texts: Sequence[AnnotatedText], read: Callable[[AnnotatedText], Read], schemes: Iterable[str]) -> LinkingScores:
    """Read each text and compare.

    Texts about several cases count for places alone: which of the cases has what is no question that one answer fits.
    """
    found = {text.id: read(text) for text in texts}
    single = [text for text in texts if text.case != "several"]
    of_scheme = {scheme: _of_scheme(scheme, single, found) for scheme in schemes}
    none = [text for text in texts if text.case == "none"]
    ones = [text for text in texts if text.case == "one"]
    exact = [text for text in ones if all(_is_exact(of_scheme[scheme].by_text[text.id]) for scheme in _WHOLE if scheme in of_scheme)]
    return LinkingScores(
        texts=len(texts),
        schemes=of_scheme,
        facts={field: _of_fact(field, ones, found) for field in ("started", "ended", "partner_count")},
        places=sum((_of_places(text, found[text.id].places) for text in texts), Counts()),
        whole=len(exact) / max(len(ones), 1),
        silent=(sum(not _about(found[text.id]) for text in none), len(none)),
        lost=(sum(not _about(found[text.id]) for text in ones), len(ones)),
        no_case=sum((_of_case(text, found[text.id]) for text in single), Counts()),
        several=sum((_of_several(text, found[text.id]) for text in texts), Counts()),
    )


def zones(texts: Iterable[AnnotatedText], read: Callable[[AnnotatedText], Read], schemes: Iterable[str], *, taken: float, asked: float) -> dict[str, Zones]:
    """What would be taken, asked about and dropped by confidence in each scheme, over all texts but those about several cases.

    Args:
        taken: Confidence from which something is taken.
        asked: Confidence from which something is asked about.
    """
    decided = [(text, read(text).decided) for text in texts if text.case != "several"]

    def of_scheme(scheme: str) -> Zones:
        said = [item for text, of_text in decided for item in said_of(text, of_text, scheme)]
        return zones_of(said, sum(len(text.right(scheme)) for text, _ in decided), taken=taken, asked=asked)

    return {scheme: of_scheme(scheme) for scheme in schemes}


def voted(
    texts: Iterable[AnnotatedText],
    read: Callable[[AnnotatedText], Read],
    schemes: Iterable[str],
    judged: Sequence[JudgedSentence],
    *,
    taken: float,
    asked: float,
) -> dict[str, Zones]:
    """The same of what is told rather than named, by the votes of readers who saw the sentence of each suggestion.

    Args:
        judged: What they said; a suggestion that none of them saw is left out.
    """
    decided = [(text, read(text).decided) for text in texts if text.case != "several"]
    votes = {scheme: [vote for text, of_text in decided for vote in votes_of(text, of_text, scheme, judged)] for scheme in schemes}
    return {scheme: zones_of(said, sum(vote.is_right for vote in said), taken=taken, asked=asked) for scheme, said in votes.items()}


def deviations(text: AnnotatedText, read: Read, schemes: Iterable[str]) -> Iterator[str]:
    """What was read otherwise than the annotation says, a line each."""
    about = _about(read)
    if (read.decided.cooperations is not None) != (text.case == "several"):
        yield f"case {text.case}: several {read.decided.several:.2f}"
    if text.case == "several":
        return
    for scheme in schemes:
        found = {slug for of, slug in about if of == scheme}
        confidence = {item.slug: item.confidence for item in read.decided.concepts if item.scheme == scheme}
        for slug in sorted(found - text.right(scheme) - text.doubtful(scheme)):
            yield f"wrong {scheme}/{slug} {confidence[slug]:.2f}"
        for slug in sorted(text.right(scheme) - found):
            yield f"missed {scheme}/{slug} {confidence.get(slug, 0):.2f}"
    if (read.decided.is_case >= _LIKELY) != (text.case == "one"):
        yield f"case {text.case}: {read.decided.is_case:.2f}"
    named = {place.ags: place.name for place in read.places}
    gold = {place.ags: place.name for place in text.places}
    for key in sorted({key for key in named if key and len(key) >= _DISTRICT_KEY} ^ {key for key in gold if key}):
        yield f"place {key} {named.get(key)} instead of {gold.get(key)}"


def _about(read: Read) -> set[tuple[str, str]]:
    return {(item.scheme, item.slug) for item in read.decided.concepts if item.decision == "about"}


def _is_exact(counts: Counts) -> bool:
    return not counts.wrong and not counts.missed


def _of_scheme(scheme: str, texts: Sequence[AnnotatedText], found: Mapping[str, Read]) -> SchemeScores:
    by_concept: dict[str, Counts] = {}
    by_text: dict[str, Counts] = {}
    said = [item for text in texts for item in said_of(text, found[text.id].decided, scheme)]
    for text in texts:
        right, doubtful = text.right(scheme), text.doubtful(scheme)
        about = {slug for of, slug in _about(found[text.id]) if of == scheme} - doubtful
        for slug in about | right:
            counts = Counts(int(slug in about & right), int(slug not in right), int(slug not in about))
            by_concept[slug] = by_concept.get(slug, Counts()) + counts
        by_text[text.id] = Counts(len(about & right), len(about - right), len(right - about))
    return SchemeScores(sum(by_text.values(), Counts()), dict(sorted(by_concept.items())), _macro(by_concept.values()), by_text, error_of(said))


def _macro(by_concept: Iterable[Counts]) -> Macro:
    asked = [counts for counts in by_concept if counts.right + counts.missed]
    concepts = max(len(asked), 1)
    return Macro(
        precision=sum(counts.precision for counts in asked if counts.right) / concepts,
        recall=sum(counts.recall for counts in asked) / concepts,
        f1=sum(counts.f1 for counts in asked) / concepts,
    )


def _of_case(text: AnnotatedText, read: Read) -> Counts:
    is_none, is_told = text.case == "none", read.decided.is_case < _LIKELY
    return Counts(int(is_none and is_told), int(is_told and not is_none), int(is_none and not is_told))


def _of_several(text: AnnotatedText, read: Read) -> Counts:
    is_several, is_told = text.case == "several", read.decided.cooperations is not None
    return Counts(int(is_several and is_told), int(is_told and not is_several), int(is_several and not is_told))


def _of_fact(field: str, texts: Iterable[AnnotatedText], found: Mapping[str, Read]) -> Counts:
    counts = Counts()
    for text in texts:
        right = text.numbers().get(field)
        told = next((fact.value for fact in found[text.id].decided.facts if fact.field == field), None)
        is_right = told is not None and told == right
        counts += Counts(int(is_right), int(told is not None and not is_right), int(right is not None and not is_right))
    return counts


def _of_places(text: AnnotatedText, places: Iterable[PlaceLink]) -> Counts:
    """By key; a place without one asks for none."""
    gold = Counter({place.ags for place in text.places if place.ags})
    named = Counter({place.ags for place in places if place.ags and len(place.ags) >= _DISTRICT_KEY})
    right = sum((gold & named).values())
    return Counts(right, sum((named - gold).values()), sum((gold - named).values()))


_DISTRICT_KEY = 5
"""Digits of the key of a district; that of a Land has fewer and is no place here."""
