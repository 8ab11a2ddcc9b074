"""The register is complete, is found by key and by name, and hangs together: each municipality lies in a district or Land that is there."""

from __future__ import annotations

import csv
from collections import Counter
from importlib.resources import files

import pytest

from koopkg.ontology import Ontology
from koopkg.register import Area, Register, folded

FOLDER = files("koopkg_corpus").joinpath("register")
REGISTER = Register.bundled()


def table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(FOLDER.joinpath(name).read_text(encoding="utf-8").splitlines()))


TABLES = {level: table(f"{name}-de.csv") for level, name in (("municipality", "municipalities"), ("district", "districts"), ("association", "associations"))}


def area(key: str) -> Area:
    found = REGISTER.get(key)
    assert found is not None, key
    return found


def test_counts_are_those_of_the_official_file() -> None:
    """GV100AD of 31 August 2025: 10,753 inhabited municipalities, 400 districts, 83,577,140 inhabitants."""
    assert {level: len(rows) for level, rows in TABLES.items()} == {"municipality": 10_753, "district": 400, "association": 1_164}
    assert len(REGISTER) == 10_753 + 400 + 1_164
    for level in ("municipality", "district"):
        assert sum(int(row["population"]) for row in TABLES[level]) == 83_577_140


def test_every_row_becomes_the_record_it_says() -> None:
    for level, rows in TABLES.items():
        for row in rows:
            found = area(row["key"])
            assert (found.level, found.name, found.official_name, found.kind) == (level, row["name"], row["official_name"], row["kind"])
            assert (found.population, found.latitude, found.longitude) == (int(row["population"]), float(row["latitude"]), float(row["longitude"]))
            assert 47 < found.latitude < 55.1
            assert 5.8 < found.longitude < 15.1


def test_every_place_lies_in_one_that_is_there(ontology: Ontology) -> None:
    lands = {territory.ags for territory in ontology.territories.values() if territory.part_of == "DE"}
    for rows in TABLES.values():
        for row in rows:
            found = area(row["key"])
            assert found.land in lands
            assert found.district is None or area(found.district).level == "district"
    assert {area(row["key"]).district for row in TABLES["municipality"]} >= {row["key"] for row in TABLES["district"] if not area(row["key"]).is_city}


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("01002000", "Kiel"),
        ("03457", "Landkreis Leer"),
        ("05566", "Kreis Steinfurt"),
        ("05962", "Märkischer Kreis"),
        ("06440", "Wetteraukreis"),
        ("03241", "Region Hannover"),
        ("10041", "Regionalverband Saarbrücken"),
        ("13072", "Landkreis Rostock"),
        ("06611", "Kassel"),
        ("071315001", "Verbandsgemeinde Adenau"),
        ("010515163", "Amt Burg-St. Michaelisdonn"),
        ("091765118", "Verwaltungsgemeinschaft Nassenfels"),
        ("14625020", "Bautzen"),
        ("12061316", "Lübben (Spreewald)"),
        ("01053083", "Lauenburg/Elbe"),
        ("16073077", "Saalfeld/Saale"),
    ],
)
def test_label_is_what_people_call_it(key: str, label: str) -> None:
    assert area(key).label == label


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("Kiel", ["01002", "01002000"]),
        ("Kiel, Landeshauptstadt", ["01002", "01002000"]),
        ("Leer", ["03457"]),
        ("Muenchen", ["09162", "09162000", "09184"]),
        ("Sankt Ingbert", ["10045117"]),
        ("Bautzen", ["14625", "14625020"]),
        ("Nirgendwo", []),
        ("", []),
    ],
)
def test_names_are_found_in_the_ways_they_are_written(name: str, keys: list[str]) -> None:
    assert sorted(found.key for found in REGISTER.named(name)) == keys


def test_namesakes_are_all_found() -> None:
    """Counted in the table itself."""
    most, count = Counter(row["name"] for row in TABLES["municipality"]).most_common(1)[0]
    assert count == len([found for found in REGISTER.named(most) if found.level == "municipality"]) > 5


@pytest.mark.parametrize("key", ["", "00", "06", "99999999", "0661100", "06611000 "])
def test_a_key_that_is_none_gives_nothing(key: str) -> None:
    assert REGISTER.get(key) is None


def test_everyday_names_are_names_of_the_register_or_of_a_canton(ontology: Ontology) -> None:
    """A word in the list that no place has as its name says nothing."""
    names = {territory.name() for territory in ontology.territories.values()}
    words = [line for line in FOLDER.joinpath("everyday-names.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert words == sorted(words)
    assert [word for word in words if word not in names and not REGISTER.beginning_with(folded(word))] == []
    assert {"Essen", "Halle", "Regen", "Wald"} <= set(words)
    assert REGISTER.is_everyday("halle")
    assert not REGISTER.is_everyday("kassel")


def test_names_in_english_lead_to_their_places() -> None:
    assert {row["name"]: area(row["key"]).name for row in table("other-names.csv")}["Cologne"] == "Köln"
    found = REGISTER.by_other_name("munich")
    assert found is not None
    assert found.key == "09162000"
