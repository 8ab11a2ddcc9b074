"""The tool that fills in official keys takes what is certain, leaves namesakes open and changes nothing else."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import pytest
import yaml
from tools.member_keys import Members, with_keys

from koopkg.register import Register


@cache
def members() -> Members:
    return Members(Register.bundled())


def filled(state: str, *places: tuple[str, str, str | None], country: str = "DE") -> list[str | None]:
    record: dict[str, Any] = {
        "id": "fall",
        "country": country,
        "state": state,
        "places": [dict(zip(("name", "kind", "ags"), place, strict=True)) for place in places],
    }
    members().fill(record, Counter())
    return [place["ags"] for place in record["places"]]


@pytest.mark.parametrize(
    ("state", "place", "key"),
    [
        ("Hessen", ("Eschwege", "Stadt", None), "06636003"),
        ("Nordrhein-Westfalen", ("Hennef", "Stadt", None), "05382020"),
        ("Bayern", ("Breitbrunn a. Chiemsee", "Gemeinde", None), "09187121"),
        ("Niedersachsen", ("Samtgemeinde Aue", "Samtgemeinde", None), "033605408"),
        ("Bayern", ("Ostheim vor der Rhön (Verwaltungsgemeinschaft)", "Verwaltungsgemeinschaft", None), "096735639"),
        ("Mecklenburg-Vorpommern", ("Landkreis Rostock", "Landkreis", None), "13072"),
        ("Bayern", ("Bergen", "Gemeinde", None), None),
        ("Bayern", ("Eschwege", "Stadt", None), None),
        ("Brandenburg", ("Słubice (PL)", "Stadt", None), None),
        ("Hessen", ("Eschwege", "Ortsteil", None), None),
    ],
)
def test_a_name_alone_gives_a_key_where_one_place_of_its_land_has_it(state: str, place: tuple[str, str, str | None], key: str | None) -> None:
    """Bergen is in two districts of Bayern; Eschwege is in Hessen; a part of a town has no key."""
    assert filled(state, place) == [key]


def test_a_namesake_is_told_by_the_district_of_other_members() -> None:
    assert filled("Bayern", ("Grassau", "Gemeinde", "09189120"), ("Bergen", "Gemeinde", None)) == ["09189120", "09189113"]
    between = filled("Bayern", ("Grassau", "Gemeinde", "09189120"), ("Weißenburg i.Bay.", "Stadt", "09577177"), ("Bergen", "Gemeinde", None))
    assert between == ["09189120", "09577177", None]


def test_a_member_beyond_the_land_is_found_near_the_others_alone() -> None:
    assert filled("Bremen", ("Bremen", "Stadt", "04011000"), ("Achim", "Stadt", None)) == ["04011000", "03361001"]
    assert filled("Bremen", ("Bremen", "Stadt", "04011000"), ("Eschwege", "Stadt", None)) == ["04011000", None]


def test_a_key_in_the_record_wins() -> None:
    assert filled("Hessen", ("Eschwege", "Stadt", "06636000")) == ["06636000"]


def test_other_countries_are_left_alone() -> None:
    assert filled("Salzburg", ("Eschwege", "Stadt", None), country="AT") == [None]


def test_only_the_lines_of_keys_change_and_they_are_quoted() -> None:
    record = {"id": "fall", "country": "DE", "state": "Hessen", "places": [{"name": name, "kind": "Stadt", "ags": None} for name in ("Eschwege", "Kassel")]}
    before = f"---\n{yaml.safe_dump(record, sort_keys=False)}---\n\n# Fall\n\nText: ags: null\n"
    after, still_open = with_keys(before, members(), Counter())
    assert after == before.replace("ags: null", "ags: '06636003'", 1).replace("ags: null", "ags: '06611000'", 1)
    assert still_open == []
