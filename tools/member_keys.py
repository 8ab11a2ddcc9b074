"""Fill in the official keys of the members of German cases, from `corpus/register/` and only where a key is certain.

    python -m tools.member_keys [--dry-run] [FILE.md...]

A member that has a key keeps it. Another gets one where its name and kind leave a single area of the register in the Länder that its case touches, where
of several one alone lies in a district of the other members, or where the only one in Germany lies near them. What stays open is printed with its reason.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from koopkg.ontology import Ontology
from koopkg.register import Area, Register, kilometres

CASES = Path(__file__).parent.parent / "corpus" / "cases"
Record = dict[str, Any]

TOWN_KINDS = ("Stadt", "große Kreisstadt")
"""Kinds of municipalities that are towns, beside the cities that belong to no district."""
ASSOCIATIONS = {
    "Amt": ("Amt", "Kirchspielslandgemeinde"),
    "Samtgemeinde": ("Samtgemeinde",),
    "Verbandsgemeinde": ("Verbandsgemeinde",),
    "Verwaltungsgemeinschaft": ("Verwaltungsgemeinschaft", "Verwaltungsverband"),
}
"""Kind of a member -> kinds of associations in the register."""
ABBREVIATIONS = (
    (r"\ba\. ?d\. ?", "an der "), (r"\bi\. ?d\. ?", "in der "), (r"\bv\. ?d\. ?", "vor der "), (r"\ba\. ?", "am "),
    (r"\bi\. ?", "im "), (r"\bb\. ?", "bei "), (r"\bSt\. ?", "sankt "),
)  # fmt: skip
NEAR_KM = 60
"""How far a member beyond the Länder of its case may lie from the nearest other: about the length of a large district."""
ABROAD = re.compile(r"\((?:FR|PL|CZ|DK|NL|AT|CH|Polen|Tschechien|Eurométropole)\)\Z")


class Members:
    """Name and kind of a member -> the areas of the register that it can be."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self._areas: dict[tuple[str, str], list[Area]] = {}
        for area in register:
            for form in _forms(area):
                self._areas.setdefault(form, []).append(area)
        self.lands = {territory.name(): str(territory.ags) for territory in Ontology.bundled().territories.values() if territory.ags}

    def find(self, name: str, kind: str) -> list[Area]:
        """All areas in Germany with this name that are of this kind; none for kinds that have no official key.

        The full official name goes before the short one (`Hennef` for `Hennef (Sieg)`), a town before a village where the record says Stadt.
        """
        if ABROAD.search(name):
            return []
        if kind == "Landkreis":
            return self._areas.get(("district", district_name(name)), [])
        if kind in ASSOCIATIONS:
            return [area for area in self._areas.get(("association", association_name(name)), []) if area.kind in ASSOCIATIONS[kind]]
        if kind not in ("Gemeinde", "Stadt"):
            return []
        areas = _unique([*self._areas.get(("full", full_name(name)), []), *self._areas.get(("short", full_name(name)), [])])
        towns = [area for area in areas if area.is_city or area.kind in TOWN_KINDS]
        return towns if kind == "Stadt" and towns else areas

    def fill(self, record: Record, report: Counter[str]) -> list[str]:
        """Give the members of a German record the keys that they lack, each key found being known to the next; returns what stays open and why."""
        missing = [place for place in record["places"] if not place["ags"]] if record["country"] == "DE" else []
        is_changed = True
        while is_changed:
            is_changed = False
            for place in [place for place in missing if not place["ags"]]:
                place["ags"], reason = self._key(place, record)
                if place["ags"]:
                    is_changed = True
                    report[f"key found: {reason}"] += 1
        still_open = [(place, self._key(place, record)[1]) for place in missing if not place["ags"]]
        report.update(f"open: {reason}" for _, reason in still_open)
        return [f"{record['id']}: {place['name']} ({place['kind']}): {reason}" for place, reason in still_open]

    def _key(self, place: Record, record: Record) -> tuple[str | None, str]:
        """The key of a member of a record, and in a word why it has it or has none."""
        found = self.find(place["name"], place["kind"])
        others = [area for other in record["places"] if other["ags"] and (area := self.register.get(other["ags"]))]
        lands = {area.land for area in others} | {self.lands.get(record["state"] or "", "")}
        local = self._by_full_name([area for area in found if area.land in lands], place)
        if len(local) == 1:
            return local[0].key, "the only one in the Länder of the case"
        districts = {area.district or area.key[:5] for area in others}
        beside = [area for area in local if area.district in districts]
        if len(beside) == 1:
            return beside[0].key, "the only one in a district of other members"
        near = [area for area in self._by_full_name(found, place) if any(kilometres(area, other) <= NEAR_KM for other in others)]
        if not local and len(near) == 1:
            return near[0].key, "in another Land, near other members"
        return None, "several have the name" if local or near else "not in the register"

    @staticmethod
    def _by_full_name(areas: Sequence[Area], place: Record) -> list[Area]:
        """Those whose full name it is, where there are such."""
        exact = [area for area in areas if full_name(area.official_name) == full_name(place["name"])]
        return exact or list(areas)


def _unique(areas: Iterable[Area]) -> list[Area]:
    return list({area.key: area for area in areas}.values())


def _forms(area: Area) -> Iterator[tuple[str, str]]:
    if area.level == "municipality":
        yield "full", full_name(area.official_name)
        yield "short", short_name(area.official_name)
    elif area.level == "association":
        yield "association", association_name(area.name)
    elif not area.is_city:
        yield "district", district_name(area.name)


def full_name(name: str) -> str:
    """The name without its official suffix, abbreviations written out, folded."""
    base = name.split(",")[0].strip()
    base = re.sub(r"^(Stadt|Gemeinde|Markt|Hansestadt|Landeshauptstadt|Lutherstadt) (?=[A-ZÄÖÜ])", "", base)
    for short, long in ABBREVIATIONS:
        base = re.sub(short, long, base)
    return " ".join(re.sub(r"[-/]", " ", base.casefold()).split())


def short_name(name: str) -> str:
    """The name without what tells it from its namesakes: a bracket, a river, a landscape, a second language."""
    base = re.split(r" ?[(/]|,", name)[0]
    return re.split(r" (?:am|im|an|in|bei|vor|ob|auf) ", full_name(base) + " ")[0].strip()


def district_name(name: str) -> str:
    """The name of a district without its type word, folded."""
    return re.sub(r"^(landkreis|kreis|lkr\.) ", "", re.split(r",| \(", name.casefold())[0].strip().replace("a. inn", "a.inn"))


def association_name(name: str) -> str:
    """The name of an association of municipalities without its type word, folded."""
    base = re.sub(r"^(Verbandsgemeinde|Samtgemeinde|Verwaltungsgemeinschaft|VG|SG|Amt) ", "", re.sub(r" \((?:Amt|\w*gemein\w*)\)\Z", "", name))
    return full_name(re.sub(r" ?\(.*\)\Z", "", base))


def with_keys(text: str, members: Members, report: Counter[str]) -> tuple[str, list[str]]:
    """A corpus file with the keys that its members lack, of which only the lines change; and what stays open."""
    record = yaml.safe_load(text.split("---\n", 2)[1])
    missing = [place for place in record["places"] if not place["ags"]]
    still_open = members.fill(record, report)
    for place in missing:
        if place["ags"]:
            before = f"- name: {_plain(place['name'])}\n  kind: {place['kind']}\n  ags: "
            if f"{before}null\n" not in text:
                raise SystemExit(f"{record['id']}: places: the lines of {place['name']!r} are not written as `make import` writes them")
            text = text.replace(f"{before}null\n", f"{before}'{place['ags']}'\n", 1)
    return text, still_open


def _plain(name: str) -> str:
    """A name as the front matter writes it."""
    return yaml.safe_dump(name, allow_unicode=True).splitlines()[0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE.md")
    parser.add_argument("--dry-run", action="store_true", help="only say what would change")
    arguments = parser.parse_args()
    members = Members(Register.bundled())
    report: Counter[str] = Counter()
    for path in arguments.files or sorted(CASES.glob("*.md")):
        before = path.read_text(encoding="utf-8")
        after, still_open = with_keys(before, members, report)
        print(*still_open, sep="\n", end="\n" * bool(still_open))
        if after != before and not arguments.dry_run:
            path.write_text(after, encoding="utf-8")
    for line, count in sorted(report.items()):
        print(f"{count:6} {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
