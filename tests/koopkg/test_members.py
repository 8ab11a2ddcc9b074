"""What follows from the members of a case is what a sum by hand over the official tables gives, and nothing where it cannot be told."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from koopkg.graph.bodies import members_of
from koopkg.graph.places import member_triples
from koopkg.members import inhabitants, lands, size_class
from koopkg.model import Case, Place
from koopkg.namespaces import PREFIXES, case_iri, computed_graph_iri, curated_graph_iri
from koopkg.ontology import Ontology
from koopkg.register import Register
from koopkg.search import Filters, list_cases
from koopkg.snapshot import OpenSnapshot
from tests.koopkg.worlds import record, world

REGISTER = Register.bundled()
TABLES = [
    row
    for name in ("municipalities", "districts", "associations")
    for row in csv.DictReader(files("koopkg_corpus").joinpath("register", f"{name}-de.csv").read_text(encoding="utf-8").splitlines())
]
INHABITANTS = {row["key"]: int(row["population"]) for row in TABLES}
SLUGS = ["unter-1000", "1000-bis-2000", "2000-bis-5000", "5000-bis-10000", "10000-bis-20000", "20000-bis-50000"]
SLUGS += ["50000-bis-100000", "100000-bis-500000", "ab-500000"]

ADENAU, AHRWEILER = "071315001", "07131"
HONERATH, INSUL, ALTENAHR = "07131032", "07131034", "07131003"
"""Of the district of Ahrweiler; the first two belong to the Verbandsgemeinde Adenau."""


def place(key: str | None, kind: str = "Gemeinde") -> Place:
    return Place("Ort", kind, key)  # type: ignore[arg-type]  # any of the kinds


def case(*places: Place, **fields: Any) -> Case:
    required: dict[str, Any] = {
        "id": "fall", "title": "Fall", "title_en": "Case", "country": "DE", "status": "aktiv", "sectors": ("wasser",), "service": "Wasser",
        "cooperation_type": ("interkommunal",),
    }  # fmt: skip
    return Case(**(required | {"places": places} | fields))


def test_the_keys_of_this_file_are_what_it_says() -> None:
    found = {key: REGISTER.get(key) for key in (HONERATH, INSUL, ALTENAHR)}
    assert [area.association == ADENAU for area in found.values() if area] == [True, True, False]
    assert {area.district for area in found.values() if area} == {AHRWEILER}


def test_members_are_summed() -> None:
    assert inhabitants(case(place(HONERATH), place(ALTENAHR)), REGISTER) == INHABITANTS[HONERATH] + INHABITANTS[ALTENAHR]


@pytest.mark.parametrize(
    ("members", "counted"),
    [
        ((HONERATH, HONERATH), (HONERATH,)),
        ((HONERATH, INSUL, ADENAU), (ADENAU,)),
        ((ALTENAHR, ADENAU), (ALTENAHR, ADENAU)),
        ((HONERATH, ALTENAHR, ADENAU, AHRWEILER), (AHRWEILER,)),
        ((AHRWEILER, "05314000"), (AHRWEILER, "05314000")),
        (("08111", "08111000"), ("08111",)),
    ],
)
def test_who_lives_in_two_members_counts_once(members: tuple[str, ...], counted: tuple[str, ...]) -> None:
    assert inhabitants(case(*(place(key) for key in members)), REGISTER) == sum(INHABITANTS[key] for key in counted)


@pytest.mark.parametrize(
    "unknown",
    [
        case(),
        case(place(HONERATH), place(None)),
        case(place(HONERATH), place(None, "Region")),
        case(place(HONERATH), place("10", "Region")),
        case(place(HONERATH), partner_count=2),
    ],
)
def test_what_cannot_be_told_is_not_told(unknown: Case) -> None:
    """No member, one without a key, one that is a Land, or more members than are named."""
    assert (inhabitants(unknown, REGISTER), size_class(unknown, REGISTER)) == (None, None)


def test_the_largest_municipality_decides() -> None:
    """Other members are smaller; a district is no municipality, and a part of a town has no size of its own."""
    small = case(place(HONERATH), place(INSUL), partner_count=2)
    assert max(INHABITANTS[HONERATH], INHABITANTS[INSUL]) < 1_000
    assert size_class(small, REGISTER) == "unter-1000"
    assert size_class(replace(small, places=(*small.places, place(AHRWEILER, "Landkreis"), place(None, "Ortsteil"))), REGISTER) == "unter-1000"
    assert size_class(replace(small, places=(*small.places, place("05314000", "Stadt"))), REGISTER) == "100000-bis-500000"
    assert size_class(case(place(ADENAU, "Verbandsgemeinde"), place(INSUL)), REGISTER) == "10000-bis-20000"
    assert size_class(case(place(AHRWEILER, "Landkreis")), REGISTER) is None


def test_each_municipality_is_in_the_class_whose_name_holds_it(ontology: Ontology) -> None:
    """Over all 10,753, by the figures in the German names of the classes."""
    bounds = {}
    for slug in SLUGS:
        label = ontology.concept("size-class", slug).label("de")
        numbers = [int(number.replace(".", "")) for number in re.findall(r"[\d.]+", label)]
        bounds[slug] = (0, numbers[0]) if label.startswith("unter") else (numbers[0], numbers[1] if len(numbers) > 1 else 10**9)
    narrowest = {concept.slug for concept in ontology.schemes["size-class"] if not ontology.narrower[concept.iri]}
    assert set(SLUGS) == narrowest
    for key in (key for key in INHABITANTS if len(key) == 8):
        least, below = bounds[str(size_class(case(place(key)), REGISTER))]
        assert least <= INHABITANTS[key] < below


def test_a_case_lies_in_every_land_of_its_members(ontology: Ontology) -> None:
    """That of its record first."""
    crossing = case(place("03361001", "Stadt"), place("04011000", "Stadt"), place("03361", "Landkreis"), state="Bremen")
    assert [land.name() for land in lands(crossing, ontology)] == ["Bremen", "Niedersachsen"]
    assert [land.name() for land in lands(case(place("14", "Region"), state="Sachsen-Anhalt"), ontology)] == ["Sachsen-Anhalt", "Sachsen"]
    assert [land.name() for land in lands(case(place(None), state="Zürich", country="CH"), ontology)] == ["Zürich"]


def test_a_member_without_a_key_may_lie_in_any_land_of_its_case(ontology: Ontology) -> None:
    """Where the case touches one Land alone, it lies there."""
    part_of = ox.NamedNode(f"{PREFIXES['dcterms']}isPartOf")

    def land_of_unknown(*members: Place) -> list[str]:
        crossing = case(*members, place(None, "Region"), state="Bremen")
        told = member_triples(crossing, members_of(crossing, ontology, REGISTER), ontology)
        return [str(object_) for _, predicate, object_ in told if predicate == part_of]

    assert land_of_unknown(place("04011000")) == ["<https://w3id.org/koopkg/place/04>"]
    assert land_of_unknown(place("04011000"), place("03361001")) == []


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory, tiny_vectors: Path) -> OpenSnapshot:
    def members(*places: Place) -> list[dict[str, str | None]]:
        return [{"name": member.name, "kind": member.kind, "ags": member.ags} for member in places]

    return world(
        tmp_path_factory,
        tiny_vectors,
        record("grenze", body="Text.", state="Bremen", places=members(place("04011000", "Stadt"), place("03361001", "Stadt")), population=5),
        record("doerfer", body="Text.", state="Rheinland-Pfalz", places=members(place(HONERATH), place(INSUL)), partner_count=2),
        record("offen", body="Text.", state="Rheinland-Pfalz", places=members(place(HONERATH), place(None)), partner_count=2),
    )


@pytest.mark.parametrize(
    ("chosen", "left"),
    [
        ({"state": ("Bremen",)}, {"grenze"}),
        ({"state": ("Niedersachsen",)}, {"grenze"}),
        ({"state": ("Rheinland-Pfalz",)}, {"doerfer", "offen"}),
        ({"size_class": ("unter-5000",)}, {"doerfer"}),
        ({"size_class": ("unter-1000", "ab-100000")}, {"doerfer", "grenze"}),
        ({"size_class": ("5000-bis-20000",)}, set()),
    ],
)
def test_lists_are_narrowed_by_what_was_computed(chosen: dict[str, tuple[str, ...]], left: set[str], three: OpenSnapshot) -> None:
    assert {entry.case.id for entry in list_cases(three, Filters(**chosen)).entries} == left


def test_what_was_computed_stands_apart_from_the_record(three: OpenSnapshot) -> None:
    """A graph of its own, that names the register as its origin; what the record says of inhabitants stays as it is."""
    store = ox.Store.read_only(str(three.files.graph))

    def said(graph: str, property: str, subject: str = case_iri("grenze")) -> set[str]:
        predicate = ox.NamedNode(PREFIXES[property.partition(":")[0]] + property.partition(":")[2])
        return {quad.object.value for quad in store.quads_for_pattern(ox.NamedNode(subject), predicate, None, ox.NamedNode(graph))}  # type: ignore[union-attr]

    computed, curated = computed_graph_iri("grenze"), curated_graph_iri("grenze")
    assert said(computed, "koop:computedPopulation") == {str(INHABITANTS["04011000"] + INHABITANTS["03361001"])}
    assert said(computed, "koop:sizeClass") == {f"{PREFIXES['size-class']}ab-500000"}
    assert said(computed, "koop:land") == {"https://w3id.org/koopkg/place/03"}
    assert said(computed, "prov:wasDerivedFrom", computed) == {curated, f"{PREFIXES['source']}destatis-gv-isys"}
    assert said(curated, "koop:land") == {"https://w3id.org/koopkg/place/04"}
    assert said(curated, "koop:population") == {"5"}
    assert said(computed, "koop:population") == said(curated, "koop:computedPopulation") == set()
    assert said(computed_graph_iri("offen"), "koop:computedPopulation", case_iri("offen")) == set()
