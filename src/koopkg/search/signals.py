"""The signals of the ranking, a row each: words, meaning, concepts, tasks. Search, comparison, evaluation and pages use them by this table alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from koopkg.errors import QueryError
from koopkg.index import Rows
from koopkg.messages import Message
from koopkg.model import TASK_SCHEMES, Link, PlaceLink
from koopkg.search.fitting import suiting
from koopkg.search.question import Question
from koopkg.search.scoring import Scores

__all__ = ["OUTCOMES", "SIGNALS", "Answers", "Signal", "signals_named"]

_MOST_BY_WORDS = 2_000
"""Cases that words say something of; what so many have more of tells nothing any more."""
_CANDIDATES = 500
"""What each signal proposes where not every case is compared: five times the largest page."""
_LEAST_SHARE = 0.002
"""Probability of a task that is worth a look: all below add up to too little to move a case."""
_MOST_NAMES, _NAMES_CONCEPTS = 5, 0.7
"""Words of a text that may be a name, and what is left of a score where some of them name concepts."""
_PLACES = ("land", "region")
"""Kinds of slots that a short text may consist of and still be nothing but names."""
OUTCOMES = {"ended": ("status/beendet", "status/gescheitert"), "planned": ("status/geplant",)}
"""What is asked for -> facet values of the cases of which that came."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a signal says to one question.

    Attributes:
        candidates: Rows of the cases that it finds worth a look.
        scores: Rows of cases -> float32 array (n_rows,) in [0, 1], in their order.
    """

    candidates: Rows
    scores: Callable[[Rows], Scores]


@dataclass(frozen=True, slots=True)
class Signal:
    """One way to tell that a case answers a question.

    Attributes:
        label: Its name for people.
        ask: Question -> answers; None where the question has nothing that this signal could go by.
    """

    name: str
    label: Message
    ask: Callable[[Question], Answers | None]


def _words(question: Question) -> Answers:
    opened = question.opened
    rows, scores = opened.lexical.search(question.text, question.language, limit=_MOST_BY_WORDS)
    every = np.zeros(len(opened), dtype=np.float32)
    every[rows] = scores
    return Answers(rows, lambda asked: every[asked])


def _meaning(question: Question) -> Answers:
    vectors, direction = question.opened.vectors, question.meaning.direction
    return Answers(vectors.candidates(direction, limit=_CANDIDATES), lambda asked: vectors.scores(direction, asked))


def _tasks(question: Question) -> Answers | None:
    """How likely it is that a case has the task that is meant: the root of the probabilities of its activities, shared among all that it has.

    Breadth is no merit: a case that does exactly this beats one that also does it.
    """
    opened = question.opened
    likely = {slug: share for slug, share in question.meaning.tasks.items() if share >= _LEAST_SHARE}
    if not likely:
        return None
    every = np.zeros(len(opened), dtype=np.float32)
    for slug, share in likely.items():
        every[opened.facets.rows_of(f"activity/{slug}")] += np.float32(share)
    every = np.sqrt(every / np.sqrt(np.maximum(opened.activities, 1)), dtype=np.float32)
    return _best(every)


def _concepts(question: Question) -> Answers | None:
    """Share of what is asked for that a case offers, over the SKOS hierarchy."""
    total = sum(question.asked.values())
    if not total:
        return None
    every = np.zeros(len(question.opened), dtype=np.float32)
    for iri, weight in question.asked.items():
        every[question.opened.matches.rows_of(iri)] += np.float32(weight / total) * question.opened.matches.values_of(iri)
    return _best(every)


def _outcome(question: Question) -> Answers | None:
    """Whether a case came to the end that is asked for, or has not begun where that is."""
    wanted = [status for slot in question.slots if slot.kind == "outcome" for status in OUTCOMES[slot.value]]
    if not wanted:
        return None
    every = np.zeros(len(question.opened), dtype=np.float32)
    for value in wanted:
        every[question.opened.facets.rows_of(value)] = 1
    return _best(every)


def _fit(question: Question) -> Answers | None:
    """How well a case suits what else is said of partners, size and form."""
    suits = suiting(question.opened, question.slots)
    return None if suits is None else _best(suits)


def _named(question: Question) -> Answers | None:
    """Whether a case has all that a short text consists of, where that names no task: every place, every word, and a concept for each word that names some.

    Who writes nothing but a name, or a form, or an obstacle, looks for all that have it; what is meant by a task the other signals know better.
    """
    opened, linked = question.opened, question.linked
    if linked is None or any(slot.kind not in _PLACES for slot in question.slots) or any(link.scheme in TASK_SCHEMES for link in linked.concepts):
        return None
    found: dict[tuple[int, int], list[str]] = {}
    named: tuple[Link | PlaceLink, ...] = (*linked.concepts, *linked.places)
    links = [link for link in named if link.iri in opened.frequencies]
    for link in links:
        for mention in link.evidence:
            found.setdefault((mention.start, mention.end), []).append(str(link.iri))
    rest = list(question.text)
    for start, end in found:
        start, end = _whole_words(question.text, start, end)  # a concept may be named by a part of a compound
        rest[start:end] = " " * (end - start)
    words = opened.lexical.with_all("".join(rest), most=_MOST_NAMES)
    if words is None and ("".join(rest).strip() or not found):
        return None
    every = np.zeros(len(opened), dtype=np.float32)
    every[slice(None) if words is None else words] = _NAMES_CONCEPTS if any(link.iri in opened.ontology.concepts for link in links) else 1
    for iris in found.values():
        has = np.zeros(len(opened), dtype=np.float32)
        for iri in iris:
            has[opened.matches.rows_of(iri)[opened.matches.values_of(iri) >= 1]] = 1
        every *= has
    return _best(every)


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """A stretch with the rest of the words in which it begins and ends."""
    while start and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    return start, end


def _best(every: Scores) -> Answers:
    """The answers of a signal that scores all cases at once."""
    found = np.flatnonzero(every)
    if len(found) > _CANDIDATES:
        found = found[np.argpartition(-every[found], _CANDIDATES)[:_CANDIDATES]]
    return Answers(found.astype(np.int32), lambda asked: every[asked])


SIGNALS = (
    Signal("lexical", Message("words"), _words),
    Signal("dense", Message("meaning"), _meaning),
    Signal("concepts", Message("features"), _concepts),
    Signal("tasks", Message("task"), _tasks),
    Signal("outcome", Message("outcome"), _outcome),
    Signal("named", Message("names"), _named),
    Signal("fit", Message("partners and size"), _fit),
)
"""The table; what each weighs stands in `scoring.json`."""


def signals_named(names: Sequence[str] | None) -> tuple[Signal, ...]:
    """The signals with these names, all without any.

    Raises:
        QueryError: There is no such signal.
    """
    known = {signal.name: signal for signal in SIGNALS}
    for name in names or ():
        if name not in known:
            raise QueryError("{value!r} is no signal; expected some of {known}", field="signals", value=name, known=", ".join(known))
    return tuple(known[name] for name in names) if names else SIGNALS
