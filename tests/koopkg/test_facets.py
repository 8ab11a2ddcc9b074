"""Facets narrow and count as a count over the front matter of the tiny corpus does."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from koopkg.model import CASE_FIELDS, FACETS, LANGUAGES
from koopkg.ontology import Ontology
from koopkg.search import Facet, Filters, field_label, list_cases, search
from koopkg.snapshot import OpenSnapshot
from tests.conftest import TINY

Values = dict[str, set[str]]
"""Facet -> the values that a case has there, those of broader concepts included."""
KEYS = {name: field.name for name, field in FACETS.items()} | {
    "sector": "sectors",
    "legal_form": "legal_form",
    "state": "state",
    "status": "status",
    "country": "country",
    "activity": "activities",
    "obstacle": "obstacles",
    "size_class": "places",
}
"""Facet -> key of the front matter; of those named here by hand, of one that was added by its line."""
SCHEMES = {name: field.scheme for name, field in FACETS.items() if field.scheme} | {
    "sector": "sector",
    "legal_form": "legal-form",
    "status": "status",
    "activity": "activity",
    "obstacle": "obstacle",
    "size_class": "size-class",
}
"""Facet of concepts -> their scheme."""
RECORDS: list[dict[str, Any]] = [yaml.safe_load(path.read_text(encoding="utf-8").split("---\n")[1]) for path in sorted(TINY.glob("*-*.md"))]
INHABITANTS = {
    row["key"]: int(row["population"])
    for row in csv.DictReader(files("koopkg_corpus").joinpath("register", "municipalities-de.csv").read_text(encoding="utf-8").splitlines())
}
TEXTS = ["Gemeinde", "gemeinsamer Bauhof von drei kleinen Gemeinden", "Verein im Dorf", "Zweckverband Hallenbad"]


def broader(scheme: str, slug: str, ontology: Ontology) -> set[str]:
    """A concept and all above it, by the statements of the vocabulary one after the other."""
    pending, found = [ontology.concept(scheme, slug).iri], set[str]()
    while pending:
        iri = pending.pop()
        found.add(iri.rpartition("/")[2])
        pending += ontology.concepts[iri].broader
    return found


def size_by_hand(front: dict[str, Any]) -> list[str]:
    """The size class of a record: of its largest municipality, by the table of municipalities and the bounds in the names of the classes."""
    towns = [place for place in front["places"] if place["kind"] not in ("Ortsteil", "Landkreis")]
    if not towns or any(place["ags"] not in INHABITANTS for place in towns) or (front["partner_count"] or 0) > len(front["places"]):
        return []
    largest = max(INHABITANTS[place["ags"]] for place in towns)
    bounds = {"2000-bis-5000": (2_000, 5_000), "5000-bis-10000": (5_000, 10_000), "10000-bis-20000": (10_000, 20_000), "20000-bis-50000": (20_000, 50_000)}
    return [slug for slug, (least, below) in bounds.items() if least <= largest < below]


def values_of(front: dict[str, Any], key: str) -> list[str]:
    """What a record says at a key; of obstacles their concepts, where they have one; of places their size."""
    if key == "places":
        return size_by_hand(front)
    written = front.get(key) or []
    items = written if isinstance(written, list) else [written]
    return [item["obstacle"] for item in items if isinstance(item, dict) and "obstacle" in item] if key == "obstacles" else items


@pytest.fixture(scope="module")
def records(ontology: Ontology) -> dict[str, Values]:
    """Case -> what its front matter says."""
    said: dict[str, Values] = {}
    for front in RECORDS:
        own = {facet: values_of(front, key) for facet, key in KEYS.items()}
        above = {facet: {name for slug in own[facet] for name in broader(scheme, slug, ontology)} for facet, scheme in SCHEMES.items()}
        said[front["id"]] = {facet: above.get(facet, set(values)) for facet, values in own.items()}
    return said


def passes(values: Values, chosen: Mapping[str, Iterable[str]]) -> bool:
    """Several values of a facet are alternatives; several facets must all hold."""
    return all(any(value in values[facet] for value in wanted) for facet, wanted in chosen.items() if wanted)


def assert_counted(facets: Iterable[Facet], chosen: Mapping[str, tuple[str, ...]], among: dict[str, Values]) -> None:
    """Each facet counts the cases that pass all other facets; what is chosen comes first and is there even without a case."""
    found = {facet.name: facet for facet in facets}
    assert found.keys() == KEYS.keys()
    for name, facet in found.items():
        others = {other: wanted for other, wanted in chosen.items() if other != name}
        counts = Counter(value for values in among.values() if passes(values, others) for value in values[name])
        expected = dict.fromkeys(chosen.get(name, ()), 0) | dict(counts)
        assert {value.value: value.count for value in facet.values} == expected, name
        assert [value.is_selected for value in facet.values] == sorted((value in chosen.get(name, ()) for value in expected), reverse=True)
        free = [value.count for value in facet.values if not value.is_selected]
        assert free == sorted(free, reverse=True)


CHOICES: list[dict[str, tuple[str, ...]]] = [
    {},
    {"state": ("Hessen",)},
    {"state": ("Hessen", "Bayern")},
    {"state": ("Hessen",), "status": ("aktiv",)},
    {"sector": ("friedhof", "kita"), "state": ("Bayern", "Saarland")},
    {"legal_form": ("oeffentlich-rechtliche-vereinbarung",)},
    {"sector": ("stadttechnische-infrastruktur",)},
    {"sector": ("krankenhaus",)},
    {"sector": ("krankenhaus", "friedhof"), "country": ("DE",)},
    {"size_class": ("unter-5000",)},
    {"size_class": ("5000-bis-20000",), "state": ("Hessen", "Bayern")},
]


def test_the_choices_tell_something(records: dict[str, Values]) -> None:
    """Some leave all, some few, one none; a broader concept leaves cases that do not have it themselves."""
    totals = [sum(passes(values, chosen) for values in records.values()) for chosen in CHOICES]
    assert (totals[0], min(totals)) == (8, 0)
    assert len(set(totals)) >= 4
    own = [front["id"] for front in RECORDS if "stadttechnische-infrastruktur" in front["sectors"]]
    assert len(own) < totals[6]


@pytest.mark.parametrize("chosen", CHOICES)
def test_lists_are_narrowed_and_counted_as_by_hand(chosen: dict[str, tuple[str, ...]], opened: OpenSnapshot, records: dict[str, Values]) -> None:
    page = list_cases(opened, Filters(**chosen))
    assert {entry.case.id for entry in page.entries} == {name for name, values in records.items() if passes(values, chosen)}
    assert page.total == len(page.entries)
    assert_counted(page.facets, chosen, records)


@pytest.mark.parametrize("chosen", CHOICES)
@pytest.mark.parametrize("text", TEXTS)
def test_hits_are_narrowed_and_counted_as_by_hand(text: str, chosen: dict[str, tuple[str, ...]], opened: OpenSnapshot, records: dict[str, Values]) -> None:
    """Over the hits of the whole search, in their order, whichever page is shown."""
    whole = [hit.id for hit in search(opened, text).hits]
    result = search(opened, text, Filters(**chosen))
    assert [hit.id for hit in result.hits] == [name for name in whole if passes(records[name], chosen)]
    assert result.total == len(result.hits)
    assert_counted(result.facets, chosen, {name: records[name] for name in whole})
    assert search(opened, text, Filters(**chosen), limit=1, offset=1).facets == result.facets


@given(data=st.data())
def test_any_choice_leaves_and_counts_what_a_count_by_hand_does(data: st.DataObject, opened: OpenSnapshot, records: dict[str, Values]) -> None:
    known = {facet: sorted(set().union(*(values[facet] for values in records.values()))) for facet in KEYS}
    chosen = {facet: tuple(data.draw(st.lists(st.sampled_from(values), max_size=3, unique=True), facet)) for facet, values in known.items() if values}
    page = list_cases(opened, Filters(**chosen))
    assert {entry.case.id for entry in page.entries} == {name for name, values in records.items() if passes(values, chosen)}
    assert_counted(page.facets, {facet: values for facet, values in chosen.items() if values}, records)


def test_fields_are_called_by_what_they_hold(ontology: Ontology) -> None:
    """Also those with lines, which say more than the concept."""
    fields = {field.name: field for field in CASE_FIELDS}
    names = [[field_label(fields[name], ontology, language) for name in ("sectors", "success_factors", "obstacles")] for language in LANGUAGES]
    assert names == [["Sektor", "Erfolgsfaktor", "Hürde"], ["Sector", "Success factor", "Obstacle"]]
