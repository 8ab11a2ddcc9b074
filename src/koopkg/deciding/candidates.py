"""A text, what it names and what its words speak for -> the concepts that it may be about, each with the features by which that is decided."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from koopkg.deciding.clauses import cues_of, surroundings
from koopkg.deciding.describing import Described
from koopkg.deciding.models import ContextModel, probability
from koopkg.deciding.text import ReadText
from koopkg.linking.concepts import CONFIDENCE
from koopkg.model import Link, Linked, Mention
from koopkg.namespaces import concept_iri
from koopkg.ontology import Ontology

__all__ = ["FEATURES", "Candidate", "Hierarchy", "Named", "candidates_of"]

_LIKELY = 0.03
"""Probability by the text alone from which a concept that it does not name is a candidate."""
_MEANT = 0.1
"""Probability by the meaning alone from which one is, too."""
_DESCRIBED = -2.2
"""Log odds of a stretch from which what it describes is a candidate: one in ten."""
_DOUBTED = -1.0
"""Log odds of a mention below which the stretch around it describes what is named no more than a refusal does."""
_NEVER = -3.0
"""Log odds where there is nothing to rate."""

FEATURES = (
    "text",  # log odds by the words of the text
    "text first",  # the text speaks for no other concept of the scheme as much
    "text rank",  # logarithm of its rank by the text
    "text narrower",  # log odds of the narrower concept that the text speaks most for
    "prior",  # log odds among all texts
    "named",  # it is named at all
    "mentions",  # logarithm of the number of mentions
    "certain",  # how surely the best mention names it
    "early",  # how near the first mention is to the beginning
    "share",  # of all mentions of the scheme
    "refused",  # share of its mentions that speak of a plan, the past, something denied or something else
    "denied",  # all of its mentions are denied
    "narrower",  # logarithm of the mentions of narrower concepts
    "broader",  # of broader ones
    "activities",  # of activities and services that belong to it
    "context",  # log odds of the best mention by what stands around it
    "contexts",  # sum of the probabilities of all mentions
    "context lead",  # log odds that it is ahead of the best mention of another concept
    "context first",  # no mention of the scheme is better
    "context narrower",  # log odds of the best mention of a narrower concept
    "context broader",  # of a broader one
    "meaning",  # log odds by what the beginning of the text means
    "meaning first",  # that means no other concept of the scheme as much
    "meaning rank",  # logarithm of its rank by that
    "described",  # log odds of the stretch that describes it most
    "described first",  # no other concept of the scheme is described as much
    "described lead",  # log odds that it is ahead of any other
    "described narrower",  # log odds of the narrower concept that is described most
)


@dataclass(frozen=True, slots=True)
class Named:
    """A mention of a concept, with the log odds that the cooperation has what is named; a refused one speaks of something else and does not count."""

    slug: str
    mention: Mention
    score: float
    is_refused: bool
    is_denied: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A concept that a text may be about; `features` in the order of `FEATURES`, `mentions` those that count, all where none does.

    Attributes:
        is_weak: Only weak labels name it.
    """

    slug: str
    features: NDArray[np.float32]
    mentions: tuple[Mention, ...]
    is_weak: bool


class Hierarchy:
    """What is broader and narrower within one scheme, and which other concepts stand for one of it; by slug."""

    def __init__(self, ontology: Ontology, scheme: str) -> None:
        self.scheme, self._ontology = scheme, ontology
        self.slugs = tuple(concept.slug for concept in ontology.schemes[scheme] if not concept.is_deprecated)

    @cached_property
    def broader(self) -> dict[str, frozenset[str]]:
        """Slug -> slugs of all above it, without itself."""
        above = {slug: self._ontology.with_broader(concept_iri(self.scheme, slug)) for slug in self.slugs}
        return {slug: frozenset(iri.rpartition("/")[2] for iri in iris) - {slug} for slug, iris in above.items()}

    @cached_property
    def narrower(self) -> dict[str, frozenset[str]]:
        """Slug -> slugs of all below it, without itself."""
        return {slug: frozenset(below for below in self.slugs if slug in self.broader[below]) for slug in self.slugs}

    def activities(self, linked: Linked) -> Counter[str]:
        """How often activities and services that belong to a sector are mentioned; empty for any other scheme."""
        found: Counter[str] = Counter()
        for link in linked.concepts if self.scheme == "sector" else ():
            if link.scheme != self.scheme and link.confidence >= CONFIDENCE["inner"]:
                for sector in self._ontology.sectors.get(link.iri, ()):
                    found[sector.rpartition("/")[2]] += len(link.evidence)
        return found


def _named_in(text: ReadText, links: list[Link], refused_by: frozenset[str], context: ContextModel | None) -> list[Named]:
    """The mentions of links, rated by what stands around each."""
    found = []
    for link in links:
        for mention in link.evidence:
            cues = cues_of(text, mention)
            score = context.score(surroundings(text, mention, link.slug)) if context else 0.0
            found.append(Named(link.slug, mention, score, is_refused=not refused_by.isdisjoint(cues), is_denied="negated" in cues))
    return found


def candidates_of(
    text: ReadText,
    linked: Linked,
    hierarchy: Hierarchy,
    *,
    refused_by: frozenset[str],
    by_text: Mapping[str, float],
    by_meaning: Mapping[str, float],
    priors: Mapping[str, float],
    context: ContextModel | None,
    described: Described,
) -> list[Candidate]:
    """The concepts of a scheme that a text names, that its words speak for, or whose activities it names; by slug.

    Args:
        refused_by: Cues that make a mention speak of something else.
        by_text: Slug -> log odds by the words of the text, of those concepts that enough cases have.
        by_meaning: The same by what its beginning means.
        priors: Slug -> log odds among all texts; a concept that no text has may be missing.
        context: What rates mentions; none for a scheme of which no text names anything.
        described: What each stretch of the text describes.
    """
    links = [link for link in linked.concepts if link.scheme == hierarchy.scheme and link.slug in hierarchy.broader]
    scene = _Scene(text, links, _named_in(text, links, refused_by, context), hierarchy, by_text, by_meaning, priors, hierarchy.activities(linked), described)
    likely = {slug for slug, score in by_text.items() if probability(score) >= _LIKELY}
    likely |= {slug for slug, score in by_meaning.items() if probability(score) >= _MEANT}
    likely |= {below for link in links for below in hierarchy.narrower[link.slug] & by_text.keys()}
    likely |= {slug for slug, score in scene.described.items() if score >= _DESCRIBED}
    return [scene.candidate(slug) for slug in sorted({link.slug for link in links} | likely | set(scene.activities) & set(hierarchy.slugs))]


class _Scene:
    """All that is known of one text for one scheme."""

    def __init__(
        self,
        text: ReadText,
        links: list[Link],
        named: list[Named],
        hierarchy: Hierarchy,
        by_text: Mapping[str, float],
        by_meaning: Mapping[str, float],
        priors: Mapping[str, float],
        activities: Counter[str],
        described: Described,
    ) -> None:
        self._text, self._hierarchy, self._priors, self.activities = text, hierarchy, priors, activities
        self._by_text, self._by_meaning = by_text, by_meaning
        self._links = {link.slug: link for link in links}
        self._named: dict[str, list[Named]] = {}
        self._refused: Counter[str] = Counter()
        self._denied = {mention.slug for mention in named} - {mention.slug for mention in named if not mention.is_denied}
        for mention in named:
            if mention.is_refused:
                self._refused[mention.slug] += 1
            else:
                self._named.setdefault(mention.slug, []).append(mention)
        self._ranks, self._meant_ranks = _ranks(by_text), _ranks(by_meaning)
        self._all = sum(map(len, self._named.values()))
        doubted: dict[str, list[int]] = {}
        for mention in named:
            if mention.is_refused or mention.score < _DOUBTED:
                doubted.setdefault(mention.slug, []).append(mention.mention.start)
        self.described = described.best(doubted)

    def candidate(self, slug: str) -> Candidate:
        own = self._named.get(slug, [])
        kin = self._hierarchy.narrower[slug] | self._hierarchy.broader[slug] | {slug}
        best = max((mention.score for mention in own), default=_NEVER)
        others = [mention.score for other, mentions in self._named.items() if other not in kin for mention in mentions]
        narrower = [mention.score for below in self._hierarchy.narrower[slug] for mention in self._named.get(below, ())]
        broader = [mention.score for above in self._hierarchy.broader[slug] for mention in self._named.get(above, ())]
        rank, meant_rank = (ranks.get(slug, len(ranks)) for ranks in (self._ranks, self._meant_ranks))
        values = (
            self._by_text.get(slug, _NEVER),
            float(bool(self._by_text) and rank == 0),
            math.log1p(rank),
            max((self._by_text.get(below, _NEVER) for below in self._hierarchy.narrower[slug]), default=_NEVER),
            self._priors.get(slug, 2 * _NEVER),
            float(bool(own)),
            math.log1p(len(own)),
            self._links[slug].confidence if own else 0.0,
            1 - (own[0].mention.start - self._text.start) / self._text.length if own else 0.0,
            len(own) / max(self._all, 1),
            self._refused[slug] / max(self._refused[slug] + len(own), 1),
            float(slug in self._denied),
            math.log1p(self._count(self._hierarchy.narrower[slug])),
            math.log1p(self._count(self._hierarchy.broader[slug])),
            math.log1p(self.activities[slug]),
            best,
            sum(float(probability(mention.score)) for mention in own),
            best - max(others) if own and others else 0.0,
            float(bool(own) and best >= max(others, default=_NEVER)),
            max(narrower, default=_NEVER),
            max(broader, default=_NEVER),
            self._by_meaning.get(slug, 2 * _NEVER),
            float(bool(self._by_meaning) and meant_rank == 0),
            math.log1p(meant_rank),
            told := self.described.get(slug, _NEVER),
            float(told >= max(self.described.values(), default=_NEVER)),
            told - max((score for other, score in self.described.items() if other not in kin), default=_NEVER),
            max((self.described.get(below, _NEVER) for below in self._hierarchy.narrower[slug]), default=_NEVER),
        )
        mentions = tuple(mention.mention for mention in own) or self._links[slug].evidence if slug in self._links else ()
        is_weak = bool(mentions) and self._links[slug].confidence < CONFIDENCE["inner"]
        return Candidate(slug, np.array(values, dtype=np.float32), mentions, is_weak)

    def _count(self, slugs: frozenset[str]) -> int:
        return sum(len(self._named.get(slug, ())) for slug in slugs)


def _ranks(scores: Mapping[str, float]) -> dict[str, int]:
    """Slug -> its place by what speaks for it, the most first."""
    return {slug: rank for rank, slug in enumerate(sorted(scores, key=lambda slug: (-scores[slug], slug)))}
