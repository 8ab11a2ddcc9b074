"""Comparable cases and what an initiative needs -> the legal forms that come into question, each with where the law provides it and what is known of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from koopkg.advising.advice import Fit, FormOption, LegalBasis, Need, Option
from koopkg.advising.profile import Profile
from koopkg.documentation import Documentation, FormProperty, Notes, Provision
from koopkg.model import Case, Language
from koopkg.namespaces import BASE, concept_iri, place_iri
from koopkg.ontology import PRIVATE_LAW, Ontology
from koopkg.references import Citations

__all__ = ["excluded_forms", "forms_of", "legal_forms"]

_MOST_FORMS, _MOST_EXAMPLES = 5, 3
_FEDERATION = place_iri("DE")
_ALLOWED, _PRIVATE, _STAFF = (concept_iri("form-aspect", slug) for slug in ("zulaessigkeit", "private-mitglieder", "personal"))
_AGAINST = tuple(concept_iri("form-aspect", slug) for slug in ("schwaechen", "gruendungsaufwand", "aufsicht", "umsatzsteuer", "vergaberecht"))
"""Aspects that speak against a form, or that have to be looked at before it is chosen."""
_YES, _PARTLY, _NO, _OPEN = (concept_iri("form-value", slug) for slug in ("ja", "bedingt", "nein", "unbekannt"))
_BY_OPTION: dict[Option, int] = {"statute": 0, "federal": 0, "unknown": 0, "unnamed": 1, "elsewhere": 2, "forbidden": 2}
_BY_FIT: dict[Fit, int] = {"fits": 0, "partly": 1, "open": 1, "not": 2}


def forms_of(case: Case) -> tuple[str, ...]:
    """Slugs of the forms of a case: that of its record, and those that stand beside it."""
    beside = [agreement.legal_form for agreement in case.agreements]
    return tuple(dict.fromkeys(slug for slug in (case.legal_form, *beside) if slug))


def excluded_forms(profile: Profile, ontology: Ontology) -> frozenset[str]:
    """Slugs of the forms that are out of the question, with their kinds."""
    named = (iri for slug in profile.excluded_forms for iri in ontology.with_narrower(concept_iri("legal-form", slug)))
    return frozenset(ontology.concepts[iri].slug for iri in named)


def legal_forms(
    profile: Profile, cases: Sequence[Case], ontology: Ontology, documentation: Documentation, citations: Citations, language: Language
) -> tuple[FormOption, ...]:
    """The forms that most of the cases have, or the profile wishes, and that it does not exclude; those first that the law provides and that meet the needs.

    Last come those of them that only other Länder or countries have, so that nobody takes them for an option.
    """
    having: dict[str, dict[str, Case]] = {slug: {} for slug in profile.wished_forms}
    of_cases = {slug for case in cases for slug in forms_of(case)}
    told_of = {slug: _told_apart(concept_iri("legal-form", slug), ontology, documentation, language) for slug in of_cases}
    for case in cases:
        for slug in forms_of(case):
            having.setdefault(told_of[slug], {})[case.id] = case
    excluded = excluded_forms(profile, ontology)
    considered = [
        _Considered(slug, profile, tuple(cases_having.values()), ontology, documentation, language)
        for slug, cases_having in having.items()
        if slug not in excluded
    ]
    considered.sort(key=lambda one: (not one.is_wished, one.option == "elsewhere", -len(one.cases)))
    chosen = sorted(considered[:_MOST_FORMS], key=lambda one: (_BY_OPTION[one.option], _BY_FIT[one.fit]))
    return tuple(one.option_for(citations) for one in chosen)


def _told_apart(iri: str, ontology: Ontology, documentation: Documentation, language: Language) -> str:
    """The slug under which a form is told of: that of the form above it where law and documentation tell the two not apart (Bürgergenossenschaft)."""
    concept = ontology.current(iri)
    is_told = bool(documentation.law.provisions(language, forms={concept.iri})) or any(map(_tells, documentation.notes(concept.iri, language).properties))
    above = [broader for broader in concept.broader if documentation.law.provisions(language, forms={broader})]
    return concept.slug if is_told or not above else ontology.concepts[above[0]].slug


class _Considered:
    """A form in the light of a profile."""

    def __init__(self, slug: str, profile: Profile, cases: Sequence[Case], ontology: Ontology, documentation: Documentation, language: Language) -> None:
        self.slug, self.cases, self.is_wished = slug, cases, slug in profile.wished_forms
        self._profile, self._ontology, self._documentation, self._language = profile, ontology, documentation, language
        self._land = profile.land(ontology)
        self._iri = concept_iri("legal-form", slug)

    @cached_property
    def option(self) -> Option:
        """Whether the law lets it be chosen."""
        allowed = self._properties.get(_ALLOWED)
        if allowed and allowed.value_iri == _NO:
            return "forbidden"
        if self._is_federal:
            return "federal"
        if self._land is None:
            return "unknown"
        if self._provisions:
            return "statute"
        return "elsewhere" if self._is_of_other_lands else "unnamed"

    @property
    def _is_of_other_lands(self) -> bool:
        """Whether statutes of other Länder or countries provide a form, and none of the own, which has statutes."""
        law = self._documentation.law
        has_statutes = any(self._land and provision.place == self._land.iri for provision in law.provisions(self._language))
        return has_statutes and bool(law.provisions(self._language, forms={self._iri}))

    @property
    def _is_federal(self) -> bool:
        """Whether federal law alone provides it, in each Land."""
        return PRIVATE_LAW in self._ontology.with_broader(self._iri)

    @cached_property
    def fit(self) -> Fit:
        """How it meets the needs."""
        values = [found.value_iri if found else None for found in self._needs]
        if _NO in values:
            return "not"
        if not values or any(value not in (_YES, _PARTLY) for value in values):
            return "open"
        return "fits" if all(value == _YES for value in values) else "partly"

    def option_for(self, citations: Citations) -> FormOption:
        """What is said of it, with its sources cited."""
        return FormOption(
            slug=self.slug,
            label=self._ontology.concepts[self._iri].label(self._language),
            cases=len(self.cases),
            examples=tuple(case.id for case in self.cases[:_MOST_EXAMPLES]),
            is_wished=self.is_wished,
            option=self.option,
            basis=tuple(_basis(provision, citations) for provision in self._provisions),
            fit=self.fit,
            needs=tuple(_need(found, citations) for found in self._needs if found and _tells(found)),
            against=tuple(_need(found, citations) for aspect in _AGAINST if (found := self._properties.get(aspect)) and _tells(found)),
            situations=self._notes.situations,
        )

    @cached_property
    def _notes(self) -> Notes:
        return self._documentation.notes(self._iri, self._language)

    @cached_property
    def _provisions(self) -> tuple[Provision, ...]:
        """Where statutes of the Land, or of the federation, name it; where none does, where they name a kind of it, or what it is a kind of."""
        place = _FEDERATION if self._is_federal else self._land.iri if self._land else None
        here = [provision for provision in self._documentation.law.provisions(self._language) if provision.place == place]
        for forms in ({self._iri}, self._ontology.with_narrower(self._iri), self._ontology.with_broader(self._iri)):
            if found := [provision for provision in here if provision.form in forms]:
                return tuple(sorted(found, key=self._reach))
        return ()

    def _reach(self, provision: Provision) -> int:
        """In how many Länder the statute applies: treaties between some of them come after the law of the Land."""
        statute = self._documentation.law.statute(f"{BASE}statute/{provision.slug}", self._language)
        return len(statute.lands) if statute else 0

    @cached_property
    def _properties(self) -> dict[str, FormProperty]:
        """Aspect -> what is said of it in the Land, else everywhere; where nothing is told of the form, what is of the one above it."""
        land = self._land.iri if self._land else None
        above = [self._documentation.notes(iri, self._language) for iri in self._ontology.concepts[self._iri].broader]
        found: dict[str, FormProperty] = {}
        for is_told in (True, False):
            for notes in (self._notes, *above):
                for stated in sorted(notes.properties, key=lambda stated: stated.land_iri is None):
                    if stated.land_iri in (None, land) and (_tells(stated) or not is_told):
                        found.setdefault(stated.aspect_iri, stated)
        return found

    @property
    def _needs(self) -> Iterator[FormProperty | None]:
        """What is said of each thing that the profile needs a form to allow."""
        wanted = ((_PRIVATE, self._profile.private_partners), (_STAFF, self._profile.staff))
        return (self._properties.get(aspect) for aspect, is_needed in wanted if is_needed)


def _tells(found: FormProperty) -> bool:
    return found.value_iri != _OPEN


def _basis(provision: Provision, citations: Citations) -> LegalBasis:
    cites = citations.of(provision.sources)
    return LegalBasis(provision.statute, provision.sections, provision.local_name, provision.version, provision.read_on, provision.is_checked, cites)


def _need(found: FormProperty, citations: Citations) -> Need:
    value = found.value_iri.rpartition("/")[2] if found.value_iri else None
    aspect = found.aspect_iri.rpartition("/")[2]
    return Need(aspect, found.aspect, value, found.value, found.explanation, found.is_checked, citations.of(found.sources))
