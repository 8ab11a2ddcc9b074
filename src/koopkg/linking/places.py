"""Text -> the places it names, resolved to official keys by the register alone; no other document has a say in it."""

from __future__ import annotations

from collections.abc import Iterable

from koopkg.linking.gazetteer import Candidate, Gazetteer
from koopkg.linking.namesakes import resolve
from koopkg.linking.place_mentions import named_places
from koopkg.linking.place_names import words
from koopkg.model import Mention, Passage, Place, PlaceLink

__all__ = ["link_places", "place_words"]


def link_places(gazetteer: Gazetteer, passages: Iterable[Passage], *, state: str | None = None, own_places: Iterable[Place] = ()) -> list[PlaceLink]:
    """The places that passages name, longest names first.

    Args:
        state: Land of the document; decides between namesakes.
        own_places: What the document's own record names; found by these names even where the register does not have them.

    Returns:
        One link a place, by first mention; without a key where several places have the name and nothing decides.
    """
    own = gazetteer.own_forms(own_places, state)
    named = [found for passage in passages for found in named_places(gazetteer, passage, own)]
    mentions: dict[Candidate, list[Mention]] = {}
    certain: dict[Candidate, float] = {}
    for mention, candidate, confidence in resolve(named, gazetteer, state=state):
        mentions.setdefault(candidate, []).append(mention)
        certain[candidate] = max(confidence, certain.get(candidate, 0))
    links = [PlaceLink(place.name, place.ags, place.state, place.iri, certain[place], tuple(found)) for place, found in mentions.items()]
    return sorted(links, key=lambda link: (link.evidence[0].start, link.name, link.ags or ""))


def place_words(gazetteer: Gazetteer, passages: Iterable[Passage]) -> set[tuple[int, int]]:
    """Where single words stand that are names of places, whether they mean them or not."""
    return {
        (passage.start + word.start, passage.start + word.end)
        for passage in passages
        for word in words(passage.text)
        if any(form.length(passage.text, [word]) for form in gazetteer.forms(word, {}) if not form.is_adjective)
    }
