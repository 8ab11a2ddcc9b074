"""The record of a case, its text and the law of its Land -> what does not fit together, though each field alone is in order."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from decimal import Decimal

import pyoxigraph as ox

from koopkg.documentation.triples import Triples
from koopkg.effects import without_effect
from koopkg.errors import Problem
from koopkg.figures import figures_in, names_figure
from koopkg.messages import Message
from koopkg.model import Case
from koopkg.namespaces import concept_iri, place_iri
from koopkg.ontology import PRIVATE_LAW, Ontology, bundled_triples
from koopkg.register import Register, folded

__all__ = ["FormLaw", "contradictions"]

_FILES = ("statutes", "legal-forms")
_PHASES: dict[str, Set[str]] = {
    "geplant": {"anbahnung", "konzeption"},
    "pilot": {"konzeption", "umsetzung", "betrieb"},
    "aktiv": {"konzeption", "umsetzung", "aufbau", "betrieb", "weiterentwicklung"},
    "in-fusion-aufgegangen": {"beendigung"},
    "unbekannt": {"anbahnung", "konzeption", "umsetzung", "aufbau", "betrieb", "weiterentwicklung"},
}
"""Status -> the phases that it leaves room for; of what ended or failed, reading sees to that already."""
_HIGHER_LEVELS = frozenset(("land", "bund", "eu", "landkreis", "oeffentliche-hand"))
"""Kinds of actors above municipalities; a district is above those that belong to it."""
_COMPUTED = re.compile(r"\bberechnet\b|\brechnerisch", re.IGNORECASE)
_AMOUNTS = {"results": ("amount",), "costs": ("amount_eur",), "funding": ("amount_eur", "share_percent")}
_LEVELS = {"Gemeinde": ("municipality",), "Stadt": ("municipality",), "Landkreis": ("district",)}
"""Kind of a place -> the levels of the register at which it can stand, where that is certain."""
_KINDS = frozenset(folded(word) for word in "Stadt Gemeinde Landkreis Kreis Amt Verbandsgemeinde Samtgemeinde Verwaltungsgemeinschaft Bad Region".split())
_NEAREST = "nächstliegend"


@dataclass(frozen=True, slots=True)
class FormLaw:
    """Where statutes that were read provide a legal form, and where one excludes it; places by IRI, forms by slug.

    Attributes:
        provided: Form of public law -> the places whose statutes provide it.
        excluded: Form -> the places in which municipalities may not use it.
        kin: Form -> the forms one step above and below it; a statute may name the genus alone.
        countries: Place -> the country it is part of, itself for a country.
    """

    provided: Mapping[str, Set[str]]
    excluded: Mapping[str, Set[str]]
    kin: Mapping[str, Set[str]]
    countries: Mapping[str, str]

    @classmethod
    def bundled(cls, ontology: Ontology) -> FormLaw:
        """The law as the statutes and form statements of the installed ontology have it."""
        store = ox.Store()
        store.extend(ox.Quad(*triple) for triple in bundled_triples(_FILES))
        forms = ontology.schemes["legal-form"]
        kin = {form.slug: {other.slug for other in forms if other.iri in form.broader or form.iri in other.broader} for form in forms}
        countries = {iri: place_iri(territory.part_of) if territory.part_of else iri for iri, territory in ontology.territories.items()}
        private = {ontology.concepts[iri].slug for iri in ontology.with_narrower(PRIVATE_LAW)}
        provided = {form: places for form, places in _by_form(store, _PROVIDED).items() if form not in private}
        return cls(provided, _by_form(store, _EXCLUDED), kin, countries)

    def allows(self, form: str, place: str) -> bool:
        """Whether a form exists in a country, Land or canton.

        What no statute on cooperation provides, such as an association, exists everywhere; of a Land without a statute that was read the country tells.
        """
        if not self.provided.get(form):
            return place not in self.excluded.get(form, ())
        country = self.countries.get(place, place)
        places = {there for name in (form, *self.kin.get(form, ())) for there in self.provided.get(name, ())}
        if place != country and any(place in elsewhere for elsewhere in self.provided.values()):
            return not places.isdisjoint((place, country))
        return any(self.countries.get(other) == country for other in places)


_PROVIDED = "SELECT ?form ?place { ?statute koop:hasProvision/koop:provides ?form ; koop:appliesIn ?place }"
_EXCLUDED = f"""SELECT ?form ?place {{
  ?statement koop:ofForm ?form ; koop:aspect <{concept_iri("form-aspect", "zulaessigkeit")}> ; koop:value <{concept_iri("form-value", "nein")}> ;
    koop:appliesIn ?place }}"""


def contradictions(case: Case, text: str, ontology: Ontology, register: Register, law: FormLaw) -> Iterator[Problem]:
    """What a record says against itself, its text or the law.

    Args:
        text: Of the documents that are about the case, without their front matter and sources.
    """
    yield from _of_the_form(case, ontology, law)
    yield from _of_the_end(case)
    yield from _of_the_places(case, ontology, register)
    if case.phase is not None and case.phase not in _PHASES.get(case.status, {case.phase}):
        expected = ", ".join(sorted(_PHASES[case.status]))
        yield Problem(
            "phase",
            Message(
                "{value!r} contradicts the status {status!r}; expected one of {expected}, or null", value=case.phase, status=case.status, expected=expected
            ),
        )
    if case.initiative == "top-down" and not _HIGHER_LEVELS & {*case.actors, *(participant.kind for participant in case.participants)}:
        yield Problem(
            "initiative",
            Message("'top-down' names no higher level; expected a Land, the federation, the EU, a district or an authority among actors or participants"),
        )
    for statement in case.success_factors:
        if (mere := without_effect(statement.factor, statement.evidence)) is not None:
            yield Problem("success_factors.evidence", mere)
    yield from _of_figures(case, text)


def _of_the_form(case: Case, ontology: Ontology, law: FormLaw) -> Iterator[Problem]:
    if _NEAREST in (case.legal_form_evidence or "").lower():
        yield Problem("legal_form_evidence", Message("says that the form is only the nearest key; expected the form itself, or null"))
    land = ontology.territory_by_name(case.state) if case.state else None
    forms = {"legal_form": {case.legal_form}, "agreements.legal_form": {agreement.legal_form for agreement in case.agreements}}
    for name, form in ((name, form) for name, named in forms.items() for form in sorted(form for form in named if form)):
        if not law.allows(form, land.iri if land else place_iri(case.country)):
            yield Problem(
                name,
                Message(
                    "{form!r} is no form of the law of {place}; expected one that a statute there provides, or null",
                    form=form,
                    place=case.state or case.country,
                ),
            )


def _of_the_end(case: Case) -> Iterator[Problem]:
    """A cooperation that goes on or is planned has no year of its end, and none ends before it began."""
    for name in ("ended", "ended_earliest", "ended_latest"):
        year = getattr(case, name)
        if year is not None and case.status in ("aktiv", "geplant", "pilot"):
            yield Problem(name, Message("{year} contradicts the status {status!r}; expected null, or another status", year=year, status=case.status))
    if case.started and case.ended_latest and case.ended_latest < case.started:
        yield Problem(
            "ended_latest",
            Message("{ended!r} lies before the start in {started!r}; expected a later year or null", ended=case.ended_latest, started=case.started),
        )


def _of_the_places(case: Case, ontology: Ontology, register: Register) -> Iterator[Problem]:
    """A key that the register does not have, or has for a place of another name or kind, and a member that is named twice."""
    seen: set[str] = set()
    for place in case.places:
        if place.ags in seen:
            yield Problem("places", Message("{place!r} has a key that another member has; expected each member once", place=place.name))
        elif place.ags is not None:
            seen.add(place.ags)
            territory, area = ontology.territories.get(place_iri(place.ags)), register.get(place.ags)
            names = {territory.name()} if territory else area.names if area else set()
            if not names:
                yield Problem("places", Message("{key!r} is no key of the register; expected that of {place!r}, or null", key=place.ags, place=place.name))
            elif not _words(*names) & _words(place.name) or (area and area.level not in _LEVELS.get(place.kind, (area.level,)) and not area.is_city):
                there = territory.name() if territory else area.label if area else ""
                message = Message("{key!r} is the key of {there!r}; expected that of {place!r}, or null", key=place.ags, there=there, place=place.name)
                yield Problem("places", message)


def _words(*names: str) -> set[str]:
    """The words by which places are told apart: `Sand a.Main` is `Sand am Main`, `Landkreis Trier-Saarburg` has more than `Trier`."""
    return {word for name in names for word in re.findall(r"\w{3,}", folded(name))} - _KINDS


def _of_figures(case: Case, text: str) -> Iterator[Problem]:
    told = figures_in(" ".join((text, *_texts(case))))
    if case.population is not None and not any(_is_rounded(case.population, number) for number in told):
        yield Problem("population", Message("{value} stands nowhere in the text; expected a figure that it names, or null", value=case.population))
    if case.partner_count is not None and case.partner_count != len(case.places) and Decimal(case.partner_count) not in told:
        yield Problem(
            "partner_count",
            Message("{value} is neither the number of the places nor a figure of the text; expected one of them, or null", value=case.partner_count),
        )
    yield from _of_amounts(case, text)


def _of_amounts(case: Case, text: str) -> Iterator[Problem]:
    entries = [(name, field, entry) for name, fields in _AMOUNTS.items() for entry in getattr(case, name) for field in fields]
    for name, field, entry in entries:
        value, told, own = getattr(entry, field), entry.text, " ".join(_texts(entry))
        if value is None or _COMPUTED.search(own) or names_figure(own, value) or names_figure(text, value):
            continue
        message = Message("{value} stands neither in {text!r} nor in the text; expected the figure there, or 'berechnet' beside it", value=value, text=told)
        yield Problem(f"{name}.{field}", message)


def _texts(record: object) -> Iterator[str]:
    """Every text for people in a record and in the records in it: no address, key, date or slug, whose numbers tell nothing, and nothing of a source."""
    for field in dataclasses.fields(record):  # type: ignore[arg-type]
        if field.metadata.get("line", {}).get("kind") not in ("text", "nested") or field.name in ("id", "url", "sources", "places"):
            continue
        value = getattr(record, field.name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, str):
                yield item
            elif dataclasses.is_dataclass(item):
                yield from _texts(item)


def _is_rounded(value: int, told: Decimal) -> bool:
    """Whether a told number is a value, or that rounded to as many digits as it is told with: 2.300 of 2337, 800 of 782."""
    return told > 0 and Decimal(f"{value:.{len(told.normalize().as_tuple().digits) - 1}e}") == told


def _by_form(store: ox.Store, query: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in Triples(store).rows(query):
        found.setdefault(row["form"].rpartition("/")[2], set()).add(row["place"])
    return found
