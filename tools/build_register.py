"""Turn two files of the official register of municipalities into the tables of `corpus/register/`.

    python tools/build_register.py GV100AD_31082025.txt AuszugGV4QAktuell.csv

The first is the GV100AD of Destatis (fixed width; names, keys, kinds, population), the second its quarterly extract of 2020 joined by key
(coordinates, degree of urbanisation), both as `corpus/register/README.md` describes them. Unlike the tables, `everyday-names.txt` is edited by hand.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

REGISTER = Path(__file__).parent.parent / "corpus" / "register"

KINDS = {
    "41": "kreisfreie Stadt", "42": "Stadtkreis", "43": "Kreis", "44": "Landkreis", "45": "Regionalverband",
    "51": "Amt", "52": "Samtgemeinde", "53": "Verbandsgemeinde", "54": "Verwaltungsgemeinschaft", "55": "Kirchspielslandgemeinde", "56": "Verwaltungsverband",
    "60": "Markt", "61": "kreisfreie Stadt", "62": "Stadtkreis", "63": "Stadt", "64": "Gemeinde", "65": "gemeindefreies Gebiet", "67": "große Kreisstadt",
}  # fmt: skip
"""Text keys of the records that are taken over. Not taken: municipalities without inhabitants (66) and those that are their own association (50, 58)."""

FORMED_SINCE = {
    "03153019": ("51.938286", "10.335897"), "07132502": ("50.667508", "7.583962"), "07232503": ("49.972619", "6.291372"),
    "14522275": ("51.20038", "13.16347"), "16061119": ("51.362336", "10.074366"), "16063105": ("50.977287", "10.322388"),
    "16065089": ("51.228102", "10.944013"), "16076094": ("50.753247", "12.16472"),
}  # fmt: skip
"""Coordinates of municipalities formed after 2020: those of the predecessor with the seat, for Jahnatal those of GeoNames."""

SORBIAN_DISTRICTS = ("12052", "12061", "12066", "12071")
"""Districts of Brandenburg where a slash stands before the Sorbian name; elsewhere a river or landscape follows it."""
_OFFICE = re.compile(r"(?:VVG|VG|GVV|EG) (?:der (?:Stadt|Gemeinde) )?")


@dataclass(frozen=True, slots=True)
class Centre:
    """Where a municipality lies, and its degree of urbanisation (01 densely, 02 moderately, 03 thinly populated)."""

    latitude: str
    longitude: str
    urbanisation: str


def short_name(key: str, name: str) -> str:
    """The name without title (`, Landeshauptstadt`), Sorbian name, kind (`GVV`, `(VGem)`) and stray blanks."""
    name = name.partition(",")[0].split(" / ")[0].removeprefix("Landkreis ")
    if key[:5] in SORBIAN_DISTRICTS and name != "Lübbenau/Spreewald" and not name.endswith("/Spreewald") and not name.endswith("/Spree"):
        name = name.split("/")[0]
    return re.sub(r"/ ", "/", _OFFICE.sub("", name, count=1)).removesuffix(" (VGem)").strip()


def centres(path: Path) -> dict[str, Centre]:
    """Official key -> centre of the area."""
    found = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["satzart"] == "60" and row["breitengrad"]:
                key = row["land"] + row["rb"] + row["kreis"] + row["gemeinde"]
                found[key] = Centre(row["breitengrad"].replace(",", "."), row["laengengrad"].replace(",", "."), row["verstaedterungschluessel"])
    return found | {key: Centre(latitude, longitude, "") for key, (latitude, longitude) in FORMED_SINCE.items()}


def weighted(members: Iterable[Sequence[str]]) -> list[str]:
    """Population, latitude and longitude of the municipalities together: the sum, and the mean of their centres weighted by inhabitants."""
    points = [(int(row[4]), float(row[5]), float(row[6])) for row in members]
    total = sum(inhabitants for inhabitants, _, _ in points)
    return [str(total), *(f"{sum(point[0] * point[axis] for point in points) / total:.5f}" for axis in (1, 2))]


def municipalities(lines: Iterable[str], places: dict[str, Centre]) -> list[list[str]]:
    rows = []
    for line in lines:
        if line[:2] == "60" and line[122:124] in KINDS:
            key, name = line[10:18], line[22:72].strip()
            centre = places[key]
            area = f"{int(line[128:139]) / 100:.2f}"
            where = [centre.latitude, centre.longitude, centre.urbanisation]
            ars = key[:5] + line[18:22] + key[5:]
            rows.append([key, short_name(key, name), name, KINDS[line[122:124]], str(int(line[139:150])), *where, ars, area, line[165:170]])
    return rows


def groups(lines: Iterable[str], record: str, key_end: int, members: dict[str, list[list[str]]]) -> list[list[str]]:
    """Districts (record type 40) or associations (50) that have members."""
    rows = []
    for line in lines:
        key, name = (line[10:15] + line[18:22])[:key_end], line[22:72].strip()
        if line[:2] == record and line[122:124] in KINDS and key in members:
            rows.append([key, short_name(key, name), name, KINDS[line[122:124]], *weighted(members[key])])
    return rows


def write(name: str, header: str, rows: Iterable[list[str]]) -> None:
    with (REGISTER / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows(sorted(rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gv100ad", type=Path)
    parser.add_argument("extract", type=Path)
    arguments = parser.parse_args()
    lines = arguments.gv100ad.read_text(encoding="utf-8-sig").splitlines()
    rows = municipalities(lines, centres(arguments.extract))
    by_district, by_association = defaultdict(list), defaultdict(list)
    for row in rows:
        by_district[row[0][:5]].append(row)
        by_association[row[8][:9]].append(row)
    write("municipalities-de.csv", "key name official_name kind population latitude longitude urbanisation ars area_km2 postcode", rows)
    write("districts-de.csv", "key name official_name kind population latitude longitude", groups(lines, "40", 5, by_district))
    write("associations-de.csv", "key name official_name kind population latitude longitude", groups(lines, "50", 9, by_association))


if __name__ == "__main__":
    main()
