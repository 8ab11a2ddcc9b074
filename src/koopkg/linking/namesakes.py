"""Names in a text with what each can stand for -> the place that is meant, by the other places of the same text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace

from koopkg.linking.gazetteer import Candidate, Gazetteer
from koopkg.model import Mention, Passage
from koopkg.ontology import Territory
from koopkg.register import Area, kilometres

__all__ = ["Named", "resolve"]

UNIQUE, OWN, BY_NEIGHBOUR, BY_LAND, BY_DISTANCE, BY_SIZE, OPEN = 0.98, 0.99, 0.96, 0.95, 0.93, 0.8, 0.5
"""How certain a link is by what decided."""
_NAMED_WITH = re.compile(r"\W{0,3}(?:(?:im|in|aus|of|in the)?\W?(?:dem |der )?(?:Land|Landkreis|LK|Kreis)?)\W{0,2}\Z")
_ADJECTIVE_BEFORE = re.compile(r"\s(?:Stadt |Gemeinde |Kreisstadt |Kleinstadt |Marktgemeinde )?\Z")
_NEAR_KM, _FAR_KM, _MARGIN_KM = 50.0, 100.0, 5.0
_TIMES_FARTHER = 2.0
_LARGE, _TIMES_LARGER = 100_000, 8
_TOWN, _VILLAGE = 20_000, 2_000
"""Inhabitants from which a town is named far from home, and below which a village is not even named a little way off."""


@dataclass(frozen=True, slots=True)
class Named:
    """A name in a passage with what it can stand for; `rivals` are the districts, associations and Länder that have the name of a town named without a cue.

    `is_listed` after another place (`Leer, Aurich`), `is_weak` if it is an everyday word that needs company.
    """

    passage: Passage
    mention: Mention
    candidates: tuple[Candidate, ...]
    rivals: tuple[Candidate, ...] = ()
    is_listed: bool = False
    is_weak: bool = False


@dataclass(frozen=True, slots=True)
class _Text:
    """What a text as a whole says: its Land, the Länder, districts and associations it names, the places it names without doubt."""

    territory: Territory | None
    is_abroad: bool
    lands: frozenset[str]
    districts: frozenset[str]
    associations: frozenset[str]
    anchors: tuple[Area, ...]


def resolve(named: Sequence[Named], gazetteer: Gazetteer, *, state: str | None) -> Iterator[tuple[Mention, Candidate, float]]:
    """Each name with the place meant and how certain that is; a name that proves to be an everyday word is left out."""
    territory = gazetteer.territory(state)
    named = _like_their_lists(named)
    chosen: list[tuple[Candidate, float] | None] = [_alone(entry) for entry in named]
    for _ in range(2):
        text = _text(named, chosen, gazetteer, territory)
        chosen = [before or _choose(named, number, text) for number, before in enumerate(chosen)]
        chosen = _same_name_same_place(named, chosen)
    text = _text(named, chosen, gazetteer, territory)
    for number, entry in enumerate(named):
        decided = chosen[number]
        if decided and _is_doubtful(decided[0], text, has_neighbour=_has_neighbour(named, chosen, number)):
            decided = None
        if entry.is_weak and not (decided and _has_company(decided[0], text)):
            continue
        if decided:
            yield entry.mention, *decided
        else:
            yield entry.mention, _open(entry, territory), OPEN


def _like_their_lists(named: Sequence[Named]) -> list[Named]:
    """Names without a cue beside one that only a district has are districts too, beside a Land Länder (Hameln-Pyrmont, Holzminden; Niedersachsen/Bremen)."""
    lists: list[list[Named]] = []
    for entry in named:
        if lists and entry.is_listed and entry.passage is lists[-1][-1].passage:
            lists[-1].append(entry)
        else:
            lists.append([entry])
    levels = [{_level(other) for other in entries if set(other.candidates) <= set(other.rivals)} for entries in lists]
    return [_of_level(entry, found) for entries, found in zip(lists, levels, strict=True) for entry in entries]


def _of_level(entry: Named, levels: Set[str | None]) -> Named:
    """The name as one of a district, association or Land, if it has one of these levels."""
    meant = tuple(place for place in entry.rivals if (place.area.level if place.area else None) in levels)
    return replace(entry, candidates=meant) if meant and not any(place.is_own for place in entry.candidates) else entry


def _level(entry: Named) -> str | None:
    area = entry.candidates[0].area
    return area.level if area else None


def _alone(entry: Named) -> tuple[Candidate, float] | None:
    """The place that the record names, or the only candidate."""
    own = [candidate for candidate in entry.candidates if candidate.is_own]
    if len(own) == 1:
        return own[0], OWN if own[0].iri else OPEN
    return (entry.candidates[0], UNIQUE) if len(entry.candidates) == 1 else None


def _text(named: Sequence[Named], chosen: Sequence[tuple[Candidate, float] | None], gazetteer: Gazetteer, territory: Territory | None) -> _Text:
    certain = {decided[0] for entry, decided in zip(named, chosen, strict=True) if decided and not entry.is_weak}
    lands = {candidate.land for candidate in certain if candidate.land and not candidate.area}
    countries = {gazetteer.country_of(land) for land in lands}
    is_abroad = territory.part_of not in (None, "DE") if territory else bool(countries) and "DE" not in countries
    areas = sorted((candidate.area for candidate in certain if candidate.area), key=lambda area: area.key)
    districts, associations = (frozenset(area.key for area in areas if area.level == level) for level in ("district", "association"))
    return _Text(territory, is_abroad, frozenset(land for land in lands if land.isdigit()), districts, associations, tuple(areas))


def _choose(named: Sequence[Named], number: int, text: _Text) -> tuple[Candidate, float] | None:
    """The candidate meant: by district or Land beside the name, district or Land of the text, distance to its other places, size."""
    candidates = named[number].candidates
    areas = [candidate for candidate in candidates if candidate.area]
    if not areas or (text.is_abroad and len(areas) < len(candidates)):
        home = [candidate for candidate in candidates if candidate.land and candidate.land.isdigit() != text.is_abroad]
        return (home[0], BY_LAND) if len(home) == 1 else None
    if len(areas) == 1:
        return areas[0], BY_LAND
    for neighbour in _neighbours(named, number):
        within = [candidate for candidate in areas if _lies_in(candidate, {neighbour})]
        if len(within) == 1:
            return within[0], BY_NEIGHBOUR
        areas = within or areas
    for groups in (text.associations, text.districts):
        within = [candidate for candidate in areas if _lies_in(candidate, groups)]
        if len(within) == 1:
            return within[0], BY_NEIGHBOUR
    lands = frozenset((text.territory.ags,)) if text.territory and text.territory.ags else text.lands
    local = [candidate for candidate in areas if candidate.land in lands]
    if len(local) == 1:
        return local[0], BY_LAND
    nearest = _nearest(local or areas, text.anchors)
    if nearest:
        return nearest, BY_DISTANCE
    largest = sorted((candidate for candidate in local or areas), key=_population, reverse=True)
    if _population(largest[0]) >= _LARGE and _population(largest[0]) >= _TIMES_LARGER * _population(largest[1]):
        return largest[0], BY_SIZE
    return None


def _lies_in(candidate: Candidate, keys: Iterable[str]) -> bool:
    return candidate.area is not None and any(key in (candidate.area.land, candidate.area.district, candidate.area.association) for key in keys)


def _has_neighbour(named: Sequence[Named], chosen: Sequence[tuple[Candidate, float] | None], number: int) -> bool:
    decided = chosen[number]
    return decided is not None and any(_lies_in(decided[0], {key}) for key in _neighbours(named, number))


def _neighbours(named: Sequence[Named], number: int) -> Iterator[str]:
    """Keys of the district or Land that stands right behind a name (`Neustadt (HE)`, `Au im Landkreis X`) or as an adjective before it."""
    for (left, right), between in (((number, number + 1), _NAMED_WITH), ((number - 1, number), _ADJECTIVE_BEFORE)):
        other = right if left == number else left
        if not 0 <= other < len(named) or named[other].passage is not named[number].passage:
            continue
        begin, passage = named[left].mention.end, named[number].passage
        gap = passage.text[begin - passage.start : named[right].mention.start - passage.start]
        if not between.match(gap) or (other == left and not named[left].mention.quote[0].islower()):
            continue
        for candidate in named[other].candidates:
            if candidate.land and (candidate.area is None or candidate.area.level == "district"):
                yield candidate.area.key if candidate.area else candidate.land


def _same_name_same_place(named: Sequence[Named], chosen: Sequence[tuple[Candidate, float] | None]) -> list[tuple[Candidate, float] | None]:
    """A name that is open here is what a longer form of it, or the same form, was elsewhere in the text."""
    known = [decided for decided in chosen if decided and decided[0].area]
    filled = list(chosen)
    for number, entry in enumerate(named):
        if filled[number] is None:
            fitting = {decided[0].iri: decided for decided in known if any(decided[0].iri == candidate.iri for candidate in entry.candidates)}
            if len(fitting) == 1:
                filled[number] = next(iter(fitting.values()))
    return filled


def _nearest(candidates: Sequence[Candidate], anchors: Sequence[Area]) -> Candidate | None:
    """The candidate that lies near the places named without doubt, if no other lies nearly as near."""
    if not anchors:
        return None
    distances = sorted((_typical_distance(candidate.area, anchors), candidate.iri or "", candidate) for candidate in candidates if candidate.area)
    if distances[0][0] > _NEAR_KM or (len(distances) > 1 and distances[1][0] < _TIMES_FARTHER * distances[0][0] + _MARGIN_KM):
        return None
    return distances[0][2]


def _typical_distance(area: Area, anchors: Sequence[Area]) -> float:
    """Mean distance in km to the two nearest anchors: one alone may be a namesake itself."""
    nearest = sorted(kilometres(area, anchor) for anchor in anchors)[:2]
    return sum(nearest) / len(nearest)


def _is_doubtful(candidate: Candidate, text: _Text, *, has_neighbour: bool) -> bool:
    """Whether the only bearer of a name is hardly meant: a small place far from all others, mostly a part of a town, or one of another country."""
    area = candidate.area
    if area is None or candidate.is_own or has_neighbour or area.level != "municipality" or area.population >= _LARGE:
        return False
    if text.is_abroad:
        return True
    others = [anchor for anchor in text.anchors if anchor.key != area.key]
    is_local = bool(text.territory and area.land == text.territory.ags) or area.land in text.lands
    if is_local or area.population >= _TOWN or not (text.territory or others):
        return False
    far = _FAR_KM if area.population >= _VILLAGE else _NEAR_KM / 2
    return not others or min(kilometres(area, other) for other in others) > far


def _has_company(candidate: Candidate, text: _Text) -> bool:
    """Whether an everyday word is confirmed as a place: a town of some size, in the Land of the text, or near its other places."""
    area = candidate.area
    if area is None or area.population >= _LARGE or (text.territory and text.territory.ags == area.land):
        return True
    return any(kilometres(area, anchor) <= _NEAR_KM for anchor in text.anchors if anchor.key != area.key)


def _open(entry: Named, territory: Territory | None) -> Candidate:
    """The bare name, with the Land of the document where it has a bearer there."""
    is_local = territory is not None and any(candidate.state == territory.name() for candidate in entry.candidates)
    return Candidate(entry.mention.quote, None, territory.name() if territory and is_local else None, None)


def _population(candidate: Candidate) -> int:
    return candidate.area.population if candidate.area else 0
