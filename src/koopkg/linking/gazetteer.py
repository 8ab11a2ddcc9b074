"""Register and ontology -> what the words at a position of a text can name: municipalities, districts, associations, Länder, cantons, countries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from koopkg.linking.place_cues import kind_of_word
from koopkg.linking.place_names import PlaceName, Word, length_of_match, parsed, words
from koopkg.model import Place
from koopkg.namespaces import PLACE, place_iri
from koopkg.ontology import Ontology, Territory
from koopkg.register import Area, Level, Register, folded

__all__ = ["Candidate", "Form", "Forms", "Gazetteer"]

_ADJECTIVE = re.compile(r"[a-zäöüß-]+isch\Z")
_INFLECTED = re.compile(r"(isch)e[nrsm]?\Z")
_ABROAD = re.compile(r"\((?!(?:BW|BY|BE|BB|HB|HH|HE|MV|NI|NW|RP|SL|SN|ST|SH|TH)\))[A-Z]{1,2}\)\Z")
_LEVEL_OF_KIND: dict[str, Level] = {
    "Gemeinde": "municipality",
    "Stadt": "municipality",
    "Landkreis": "district",
    "Verbandsgemeinde": "association",
    "Samtgemeinde": "association",
    "Verwaltungsgemeinschaft": "association",
    "Amt": "association",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a name can stand for; `area` is its entry in the register, `land` the key of its Land or territory, `is_own` whether the record names it."""

    name: str
    ags: str | None
    state: str | None
    iri: str | None
    land: str | None = None
    area: Area | None = None
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write a name; `as_written` where only these letters are meant (NRW), `is_adjective` where it stands in small letters (hessisch)."""

    name: PlaceName
    candidate: Candidate
    as_written: str | None = None
    is_adjective: bool = False

    def length(self, text: str, following: Sequence[Word]) -> int:
        """How many of the words that follow are this form, 0 for none."""
        first = following[0].surface
        if self.is_adjective:
            plain = [Word(word.start, word.end, word.surface, _INFLECTED.sub(r"\1", word.folded)) for word in following[: len(self.name.base)]]
            return length_of_match(self.name, text, plain)
        length = length_of_match(self.name, text, following) if first[0].isupper() or first[0].isdigit() else 0
        if length and self.as_written and text[following[0].start : following[length - 1].end] != self.as_written:
            return 0
        return length


Forms = Mapping[str, Sequence[Form]]
"""First word of a name, folded -> the forms that begin with it."""


class Gazetteer:
    """Names of places -> what they can stand for, the same whatever documents there are."""

    def __init__(self, register: Register, ontology: Ontology) -> None:
        self.register, self._ontology = register, ontology
        self._lands = {territory.ags: territory.name() for territory in ontology.territories.values() if territory.ags}
        self._territories = _by_first_word(form for territory in ontology.territories.values() for form in _territory_forms(territory))
        self._landscapes = frozenset(name.casefold() for region in ontology.regions.values() for _, name in region.names)
        self._register_forms: dict[str, list[Form]] = {}

    def forms(self, word: Word, own: Forms) -> list[Form]:
        """The forms that can begin with a word of a text, also one in the genitive (Witzenhausens, Wetteraukreises) or an adjective (hessische, Märkischen)."""
        found: list[Form] = []
        for first in _first_words(word):
            found += [*own.get(first, ()), *self._territories.get(first, ())]
            if word.surface[0].isupper():
                found += self._areas(first)
        return found

    def is_everyday(self, word: str) -> bool:
        """Whether a name of one word is also an everyday word."""
        return self.register.is_everyday(word) or (word.endswith("s") and self.register.is_everyday(word[:-1]))

    def is_landscape(self, word: str) -> bool:
        """Whether a name of a municipality is that of a landscape, too: whoever puts an article before it means that (im Vogelsberg)."""
        return word.casefold() in self._landscapes

    def territory(self, name: str | None) -> Territory | None:
        return self._ontology.territory_by_name(name) if name else None

    def country_of(self, land: str) -> str:
        """The country of a Land, canton or country, given by its key."""
        territory = self._ontology.territories.get(place_iri(land))
        return (territory.part_of if territory else None) or land

    def own_forms(self, places: Iterable[Place], state: str | None) -> Forms:
        """The forms of the places that the record of a document names, with what the register knows of them."""
        forms = []
        for place in places:
            if place.ags and place_iri(place.ags) in self._ontology.territories:
                continue  # a Land has its forms in any text
            area = self._area_of(place, state)
            name = re.sub(r" ?\((?:[A-Z]{1,2}|\w*[Gg]emeinde|\w*gemeinschaft|Amt|Landkreis|Kreis)\)\Z", "", place.name)
            first, _, rest = name.partition(" ")
            name = rest if rest and kind_of_word(first).levels else name
            candidate = self._candidate(area, is_own=True) if area else Candidate(place.name, place.ags, state, None, is_own=True)
            forms.append(Form(parsed(name), candidate))
        return _by_first_word(forms)

    def _areas(self, first: str) -> list[Form]:
        if first not in self._register_forms:
            areas, other = self.register.beginning_with(first), self.register.by_other_name(first)
            if not areas and not other:
                return []
            forms = [Form(name, self._candidate(area)) for area in areas for name in _names(area)]
            self._register_forms[first] = forms + ([Form(PlaceName((first,)), self._candidate(other))] if other else [])
        return self._register_forms[first]

    def _candidate(self, area: Area, *, is_own: bool = False) -> Candidate:
        return Candidate(area.label, area.key, self._lands[area.land], place_iri(area.key), area.land, area, is_own)

    def _area_of(self, place: Place, state: str | None) -> Area | None:
        """What the register has for a place of a record: by its key, else the only one of its kind with this name in its Land or in Germany."""
        if place.ags:
            return self.register.get(place.ags)
        territory, level = self.territory(state), _LEVEL_OF_KIND.get(place.kind)
        if level is None or _ABROAD.search(place.name) or (territory and territory.part_of not in (None, "DE")):
            return None
        first, _, rest = place.name.partition(" ")
        name = re.sub(r" ?\(\w*gemein\w*\)\Z", "", rest if rest and kind_of_word(first).levels else place.name)
        areas = [area for area in self.register.named(name) if area.level == level and not (level == "district" and area.is_city)]
        local = [area for area in areas if territory and area.land == territory.ags]
        return next((found[0] for found in (local, areas) if len(found) == 1), None) if len(local) < 2 else None


def _first_words(word: Word) -> Iterator[str]:
    yield word.folded
    if word.folded.endswith("kreises"):
        yield word.folded[:-2]
    elif word.folded.endswith("s"):
        yield word.folded[:-1]
    elif _INFLECTED.search(word.folded):
        yield _INFLECTED.sub(r"\1", word.folded)
        yield _INFLECTED.sub(r"\1er", word.folded)


def _names(area: Area) -> Iterator[PlaceName]:
    yield parsed(area.name)
    if "er Kreis" in area.name:
        yield parsed(area.name.replace("er Kreis", "en Kreis"))


def _territory_forms(territory: Territory) -> Iterator[Form]:
    candidate = Candidate(
        territory.name(), territory.ags, territory.name() if territory.part_of else None, territory.iri, territory.ags or territory.iri.removeprefix(PLACE)
    )
    for _, name in territory.names:
        yield Form(PlaceName(tuple(word.folded for word in words(name))), candidate)
    for name in territory.other_names:
        is_adjective = bool(_ADJECTIVE.match(name))
        yield Form(PlaceName(tuple(word.folded for word in words(name))), candidate, None if is_adjective else name, is_adjective)


def _by_first_word(forms: Iterable[Form]) -> dict[str, list[Form]]:
    found: dict[str, list[Form]] = {}
    for form in forms:
        if form.name.base:
            found.setdefault(folded(form.name.base[0]), []).append(form)
    return found
