"""The tasks that a search text names -> those it is about, without what only says where something stands or happens."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from koopkg.linking.concepts import CONFIDENCE
from koopkg.model import TASK_SCHEMES, Link, Mention

__all__ = ["in_focus"]

_BOUNDARY = re.compile(r"[.;:!?]|\b(?:und|oder|sowie|and|or)\b", re.IGNORECASE)
"""What parts a search text into what may be several needs."""
_PART = r"(?:dach|keller|parkplatz|hof|gelände|grundstück|gebäude|fassade|eingang|saal|garten|zaun|roof|cellar|car park|site|grounds|building)"
"""Parts of a building or a site: what is done on the roof of a school is no schooling."""
_ADJECTIVE = r"(?:(?-i:[a-zäöü])\w*(?:en|er|es) |new |old |local |former )?"
_DATIVE = r"(?:dem|der|einem|einer|unsere[mr]|(?:ihre|seine|jede|diese)[mr])"
_GENITIVE = r"(?:des|der|eines|einer|unsere[rs])"
_ARTICLE = r"(?:the|an?|our|another)"
_PLACED = re.compile(
    rf"\b(?:(?:am|vom|(?:aus|von|an|vor|neben|hinter|auf|über|unter|gegenüber|nahe|unweit) {_DATIVE}|(?:vor|neben|hinter|auf|gegenüber) den"
    rf"|(?:from|near|outside|beside|behind|past|opposite|next to|in front of|around|at)(?: {_ARTICLE})?"
    rf"|(?:stra(?:ß|ss)e|\w*weg|bus|taxi|fahrt\w*|fahren|rad|zug|bis) zu[mr]"
    rf"|\w*{_PART}(?:e?s? (?:{_GENITIVE}|vom|von(?: {_DATIVE})?)|s? of(?: {_ARTICLE})?)) {_ADJECTIVE}"
    rf"|(?:alt|ehemalig|leerstehend|leer stehend|früher|verlassen|stillgelegt)e?[nmrs]? |(?:former|old|disused|derelict|abandoned|empty|vacant) )\Z",
    re.IGNORECASE,
)
"""What stands before a name that says where something is, or what a building was."""
_LONGEST_PLACE = 80
"""Letters before a name that are looked at, more than any of these expressions has."""
_HOUSED = re.compile(rf"[ -]?{_PART}s?\b", re.IGNORECASE)
"""What stands behind a name that only says whose roof or yard it is."""


def in_focus(links: Sequence[Link], text: str) -> Iterator[Link]:
    """Without tasks that are less plain than others: a weak name beside a plain one means that (youth work at the *bus stop*), and so do a place and an actor.

    What stands in another sentence or behind an `und` is another need: in `Laden und Kita` both are meant. Where one word names several tasks, it is plain
    if it is so for one of them (a sector and its activity).
    """
    ends = [boundary.start() for boundary in _BOUNDARY.finditer(text)]
    actors = {mention for link in links if link.scheme == "actor-type" for mention in link.evidence}
    named = [(link, mention) for link in links if link.scheme in TASK_SCHEMES for mention in link.evidence]
    ranks = {(link.iri, mention): _rank(link, mention, text, is_actor=mention in actors) for link, mention in named}
    shared: dict[Mention, int] = {}
    highest: dict[int, int] = {}
    for link, mention in named:
        rank, part = ranks[link.iri, mention], bisect_left(ends, mention.end)
        highest[part] = max(highest.get(part, 0), rank)
        if len(link.evidence) == 1:  # else the confidence may be that of another word
            shared[mention] = max(shared.get(mention, 0), rank)
    plain = {link.iri for link, mention in named if max(ranks[link.iri, mention], shared.get(mention, 0)) >= highest[bisect_left(ends, mention.end)]}
    return (link for link in links if link.scheme not in TASK_SCHEMES or link.iri in plain)


def _rank(link: Link, mention: Mention, text: str, *, is_actor: bool) -> int:
    """How plainly a mention says what a text is about: 3 for a plain name, 2 for a weak one, less for those that only say who or where."""
    is_weak = is_actor or link.confidence < CONFIDENCE["inner"]
    is_place = _PLACED.search(text, max(mention.start - _LONGEST_PLACE, 0), mention.start) or _HOUSED.match(text, mention.end)
    return (1 if is_place else 3) - is_weak
