"""Tables of the official register -> municipalities, districts and associations of municipalities, by key and by name."""

from __future__ import annotations

import csv
import hashlib
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

__all__ = ["POPULATION_DATE", "TERRITORY_DATE", "Area", "Level", "Register", "bundled_hash", "folded", "kilometres"]

TERRITORY_DATE, POPULATION_DATE = "2025-08-31", "2024-12-31"
"""The day whose municipalities the tables list, and the day on which the inhabitants were counted; see `corpus/register/README.md`."""

Level = Literal["municipality", "district", "association"]
_LEVELS: dict[int, Level] = {8: "municipality", 5: "district", 9: "association"}
"""How long the key of an area is -> what it is."""

_WORD = re.compile(r"[^ \-/.,]+")
_ROW = re.compile(rf"^([0-9]+),({_WORD.pattern})(.*)$", re.MULTILINE)
"""Key, first word of the name and the rest of a row; names stand before whatever has a comma in it."""

_TABLES = ("associations-de.csv", "districts-de.csv", "municipalities-de.csv")
_EVERYDAY, _OTHER_NAMES = "everyday-names.txt", "other-names.csv"
_CITIES = frozenset(("kreisfreie Stadt", "Stadtkreis"))
_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class Area:
    """A municipality, district or association of municipalities as the register describes it.

    `land` is the key of its Land; `district` that of its district, None for a district and for a city that belongs to none;
    `association` that of the association of municipalities it belongs to, which the register need not list.
    Coordinates are the centre of the area, of districts and associations the mean of their municipalities weighted by inhabitants.
    `urbanisation` is 01 for densely, 02 for moderately, 03 for thinly populated; it and `area_km2` are known of municipalities alone.
    """

    key: str
    level: Level
    official_name: str
    name: str
    kind: str
    land: str
    district: str | None
    association: str | None
    population: int
    latitude: float
    longitude: float
    urbanisation: str | None
    area_km2: float | None

    @property
    def is_city(self) -> bool:
        """Whether it is a city that belongs to no district, or the district that is such a city."""
        return self.kind in _CITIES

    @property
    def label(self) -> str:
        """The name by which people know it: `Göttingen`, `Landkreis Göttingen`, `Wetteraukreis`, `Verbandsgemeinde Adenau`."""
        says_kind = self.level == "municipality" or self.is_city or any(word in self.name for word in ("kreis", "Kreis", "Region", "region"))
        return self.name if says_kind else f"{self.kind} {self.name}"

    @property
    def names(self) -> frozenset[str]:
        """How it is called, with and without what it is."""
        return frozenset((self.name, self.official_name, self.label, f"{self.kind} {self.name}"))


class Register:
    """The areas of Germany on the reference date of the tables."""

    def __init__(self, tables: Iterable[str], everyday_names: Iterable[str] = (), other_names: str = "") -> None:
        """Index tables as `corpus/register/README.md` describes them; a record is made of a row only when it is asked for."""
        self._rows: dict[str, str] = {}
        self._by_first_word: dict[str, list[str]] = {}
        self._everyday = frozenset(folded(name) for name in everyday_names)
        self._other_names = {folded(row["name"]): row["key"] for row in csv.DictReader(other_names.splitlines())}
        for table in tables:
            for key, word, rest in _ROW.findall(table):
                self._rows[key] = word + rest
                self._by_first_word.setdefault(folded(word), []).append(key)

    @classmethod
    def bundled(cls) -> Register:
        """The register that is installed with this package."""
        return _bundled()

    def get(self, key: str) -> Area | None:
        """The area with this official key."""
        row = self._rows.get(key)
        return _area(key, *next(csv.reader([row]))) if row else None

    def district_of(self, area: Area | None) -> Area | None:
        """The district that an area lies in; None where it lies in none."""
        return self.get(area.district) if area and area.district else None

    def is_everyday(self, name: str) -> bool:
        """Whether a name of one word, folded, is also an everyday word, a first name, a river or a landscape."""
        return name in self._everyday

    def by_other_name(self, word: str) -> Area | None:
        """The area with this name in another language, given in the form of `folded` (cologne)."""
        return self.get(self._other_names.get(word, ""))

    def beginning_with(self, word: str) -> list[Area]:
        """The areas whose names begin with this word, given in the form of `folded`."""
        return [area for key in self._by_first_word.get(word, ()) if (area := self.get(key))]

    def named(self, name: str) -> list[Area]:
        """The areas with this name, with or without titles (`Kiel, Landeshauptstadt`, `Kiel`)."""
        word = _WORD.match(name)
        areas = self.beginning_with(folded(word.group())) if word else []
        return [area for area in areas if folded(name) in (folded(area.name), folded(area.official_name))]

    def __iter__(self) -> Iterator[Area]:
        return (area for key in self._rows if (area := self.get(key)))

    def __len__(self) -> int:
        return len(self._rows)


def folded(text: str) -> str:
    """Text in small letters with umlauts written out, and `Sankt` shortened, so that all ways to write a name are one."""
    text = text.lower()
    if text.startswith(("sankt ", "st.")) or text == "sankt":
        text = f"st {text.removeprefix('sankt').removeprefix('st.').lstrip()}".rstrip()
    return text if text.isascii() else text.translate(_FOLDED)


def kilometres(one: Area, other: Area) -> float:
    """Distance of two centres on the ground, flat enough within Germany."""
    north = (one.latitude - other.latitude) * 111.2
    east = (one.longitude - other.longitude) * 111.2 * math.cos(math.radians((one.latitude + other.latitude) / 2))
    return math.hypot(north, east)


def bundled_hash() -> str:
    """SHA-256 over the tables of the installed register and the list of names that are words too."""
    digest = hashlib.sha256()
    for name in (*_TABLES, _EVERYDAY, _OTHER_NAMES):
        digest.update(name.encode() + b"\0" + files("koopkg_corpus").joinpath("register", name).read_bytes())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _bundled() -> Register:
    folder = files("koopkg_corpus").joinpath("register")
    tables = (folder.joinpath(name).read_text(encoding="utf-8") for name in _TABLES)
    words = folder.joinpath(_EVERYDAY).read_text(encoding="utf-8").splitlines()
    return Register(tables, (word for word in words if not word.startswith("#")), folder.joinpath(_OTHER_NAMES).read_text(encoding="utf-8"))


def _area(
    key: str,
    name: str,
    official_name: str,
    kind: str,
    population: str,
    latitude: str,
    longitude: str,
    urbanisation: str = "",
    ars: str = "",
    area_km2: str = "",
    *_: str,
) -> Area:
    level = _LEVELS[len(key)]
    district = None if level == "district" or kind in _CITIES else key[:5]
    numbers = int(population), float(latitude), float(longitude)
    return Area(
        key, level, official_name, name, kind, key[:2], district, ars[:9] or None, *numbers, urbanisation or None, float(area_km2) if area_km2 else None
    )
