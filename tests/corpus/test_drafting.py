"""What `koopkg.drafting` states of places holds in the corpus: how often one that an account names is a member, and in which Land the case lies."""

from __future__ import annotations

from collections import Counter

import pytest

from koopkg.drafting import LAND, MEMBER
from koopkg.members import lands
from koopkg.namespaces import place_iri
from koopkg.register import Register
from koopkg.snapshot import OpenSnapshot

LAND_DIGITS = 2


@pytest.fixture(scope="module")
def named(full: OpenSnapshot) -> list[tuple[Counter[str], set[str], set[str]]]:
    """Of each German case: how often its account names which place, its members, its Länder."""
    found = []
    for entry in full.catalog.entries():
        document, linked = entry.texts[0].document, entry.texts[0].linked
        section = next(passage.section for passage in document.passages if not passage.is_title)
        account = [passage for passage in document.passages if passage.is_title or passage.section == section]
        counts = Counter[str]()
        for place in linked.places:
            if place.ags and len(place.ags) > LAND_DIGITS:
                counts[place.ags] += sum(any(passage.start <= mention.start < passage.end for passage in account) for mention in place.evidence)
        if entry.case.country == "DE":
            members = {place.ags for place in entry.case.places if place.ags}
            found.append((+counts, members, {land.iri for land in lands(entry.case, full.ontology)}))
    return found


@pytest.mark.parametrize(
    ("level", "times"), [("municipality", 1), ("municipality", 2), ("municipality", 3), ("district", 1), ("district", 2), ("association", 1)]
)
def test_so_many_of_the_named_places_are_members(level: str, times: int, named: list[tuple[Counter[str], set[str], set[str]]]) -> None:
    register, right, every = Register.bundled(), 0, 0
    for counts, members, _ in named:
        for key, count in counts.items():
            area = register.get(key)
            if area is not None and area.level == level and min(count, len(MEMBER[level])) == times:
                every, right = every + 1, right + (key in members)
    assert every >= 30
    assert right / every == pytest.approx(MEMBER[level][times - 1], abs=0.08)


def test_where_all_places_lie_in_one_land_that_is_the_land(named: list[tuple[Counter[str], set[str], set[str]]]) -> None:
    right, every = 0, 0
    for counts, _, own in named:
        keys = {place_iri(key[:LAND_DIGITS]) for key in counts}
        if len(keys) == 1:
            every, right = every + 1, right + (keys <= own)
    assert every >= 300
    assert right / every == pytest.approx(LAND[0][1], abs=0.01)
