"""A case and a question -> what differs most between them, with the fact that it rests on; nothing where nothing is known to differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

from koopkg.members import lands, size_class
from koopkg.messages import local_number
from koopkg.model import SIZE_CLASS, TASK_SCHEMES, Case, Language, Place, concepts_of
from koopkg.morphology import Morphology
from koopkg.namespaces import KOOP, concept_iri, place_iri
from koopkg.ontology import Ontology, Territory, bundled_triples
from koopkg.register import Register
from koopkg.search.facts import concept_fact, statement
from koopkg.search.question import Question
from koopkg.search.results import Reason
from koopkg.search.signals import OUTCOMES

__all__ = ["difference_of"]

_FAR = 3
"""So many times as many partners make another kind of cooperation: what two agree on over coffee, six need rules for."""
_UNUSUAL = {status for statuses in OUTCOMES.values() for status in statuses}
"""Facet values of cases that one cannot visit at work."""
_LIKELY = 0.2
"""Probability from which a task is taken to be asked for, of what is said not to fit."""
_MOST_WORDS = 3
_GENERAL_FORM = "zweckverband"
"""The form that the general statute on cooperation of every Land provides; those on single forms do not."""


def difference_of(case: Case, question: Question, *, language: Language, is_hit: bool = True) -> Reason | None:
    """What differs most, what matters most first: the law, the status, the legal form, the size, the number of partners.

    Args:
        is_hit: False of what only comes nearest: there another task matters most.
    """
    kinds: tuple[Callable[[Case, Question, Language], Reason | None], ...] = (_other_law, _other_status, _other_form, _other_size, _other_number)
    if not is_hit:
        kinds = (_other_task, *kinds, _words_missing)
    return next((found for differs in kinds if (found := differs(case, question, language))), None)


def _other_law(case: Case, question: Question, language: Language) -> Reason | None:
    """The case lies in none of the Länder and countries that are asked for."""
    ontology = question.opened.ontology
    asked, here = _asked_territories(question), _territories(case, ontology)
    if not asked or not here or any(_contains(one, other) or _contains(other, one) for one in asked for other in here):
        return None
    is_abroad = all(_country(one) != _country(here[0]) for one in asked)
    there = ontology.territories.get(_country(here[0]), here[0]) if is_abroad else here[0]
    values = {"label": there.name(language), "asked": asked[0].name(language)}
    name = "koop:country" if is_abroad else "koop:land"
    statute = _statutes().get(here[0].iri)
    return Reason(
        "other-law" if statute else "other-land", values | ({"statute": statute} if statute else {}), statement(question.opened, case, name, there.iri)
    )


def _other_status(case: Case, question: Question, language: Language) -> Reason | None:
    """The case came to an end, or has not begun, and nobody asks for such; beside a case, where that is another way."""
    asked, status = question.case, f"status/{case.status}"
    is_asked = any(slot.kind == "outcome" for slot in question.slots) or any(_scheme(question, iri) == "status" for iri in question.asked)
    if asked is None and (is_asked or status not in _UNUSUAL):
        return None
    if asked is not None and (case.status == asked.status or not {status, f"status/{asked.status}"} & _UNUSUAL or "unbekannt" in (case.status, asked.status)):
        return None
    iri = concept_iri("status", case.status)
    values = {"label": _label(question, iri, language)}
    if asked is not None:
        values["asked"] = _label(question, concept_iri("status", asked.status), language)
    return Reason("differs-status" if asked else "other-status", values, statement(question.opened, case, "koop:status", iri))


def _other_form(case: Case, question: Question, language: Language) -> Reason | None:
    """The case has legal forms, and none of those that are asked for."""
    ontology, asked = question.opened.ontology, question.case
    if asked is not None:
        named = [concept_iri("legal-form", asked.legal_form)] if asked.legal_form else []
    else:
        named = sorted((iri for iri in question.asked if _scheme(question, iri) == "legal-form"), key=lambda iri: -question.asked[iri])
    forms = [(field, concept_iri("legal-form", slug), record) for field, slug, record in concepts_of(case) if field.scheme == "legal-form"]
    own = {above for _, iri, _ in forms for above in ontology.with_broader(iri)}
    if not forms or not named or any(own & ontology.with_narrower(iri) for iri in named):
        return None
    field, iri, record = forms[0]
    values = {"label": _label(question, iri, language), "asked": _label(question, named[0], language)}
    return Reason("differs-legal-form", values, concept_fact(question.opened, case, field, iri, record))


def _other_size(case: Case, question: Question, language: Language) -> Reason | None:
    """The largest municipality is of another class than the largest that is asked for."""
    register = Register.bundled()
    keys = [(place.name, str(place.ags)) for place in (question.linked.places if question.linked else ()) if place.ags and register.get(place.ags)]
    like = replace(case, places=tuple(Place(name, "Gemeinde", key) for name, key in keys), partner_count=None)  # a case of these members alone
    asked, size = size_class(question.case or like, register), size_class(case, register)
    if asked is None or size is None or asked == size:
        return None
    iri, other = (concept_iri(str(SIZE_CLASS.scheme), slug) for slug in (size, asked))
    values = {"label": _label(question, iri, language), "asked": _label(question, other, language)}
    return Reason("differs-size-class", values, statement(question.opened, case, str(SIZE_CLASS.property), iri))


def _other_number(case: Case, question: Question, language: Language) -> Reason | None:
    """Many times as many partners, or as few, as the case asked about."""
    asked = question.case.partner_count if question.case else None
    if not asked or not case.partner_count or max(asked, case.partner_count) < _FAR * min(asked, case.partner_count):
        return None
    values = {"label": local_number(case.partner_count, language), "asked": local_number(asked, language)}
    return Reason("differs-partners", values, statement(question.opened, case, "koop:partnerCount", str(case.partner_count)))


def _other_task(case: Case, question: Question, language: Language) -> Reason | None:
    """None of the tasks that are named, or else likely to be meant, is one of the case."""
    ontology, likely = question.opened.ontology, question.meaning.tasks
    named = sorted((iri for iri in question.asked if _scheme(question, iri) in TASK_SCHEMES), key=lambda iri: -question.asked[iri])
    meant = sorted((concept_iri("activity", slug) for slug, share in likely.items() if share >= _LIKELY), key=lambda iri: -likely[iri.rpartition("/")[2]])
    own = {above for scheme, slug in case.concepts() if scheme in TASK_SCHEMES for above in ontology.with_broader(concept_iri(scheme, slug))}
    asked = named or meant
    if not asked or own & {*named, *meant}:
        return None
    iri = concept_iri("sector", case.sectors[0])
    values = {"label": _label(question, iri, language), "asked": _label(question, asked[0], language)}
    return Reason("other-task", values, statement(question.opened, case, "koop:sector", iri))


def _words_missing(case: Case, question: Question, language: Language) -> Reason | None:
    """Telling words of the question that neither texts nor labels of the case have, in either language."""
    opened, row = question.opened, question.opened.catalog.row_of(case.id)
    entry = opened.catalog.entry(row)
    stems = question.stems | question.title_stems
    had = {stem for text in entry.texts for spans in opened.catalog.spans(text.document.id).by_passage(question.stems).values() for stem in spans}
    missing = []
    for token in Morphology(question.language, opened.analyses).tokens(question.text):
        having = opened.lexical.with_all(token.surface, most=1) if token.stem in stems - had else None
        if having is not None and row not in having:
            missing.append(token.surface)
    if not missing:
        return None
    words = ", ".join(list(dict.fromkeys(missing))[:_MOST_WORDS])
    return Reason("words-missing", {"words": words}, statement(opened, case, "dcterms:title", case.title_in(language)))


def _scheme(question: Question, iri: str) -> str | None:
    concept = question.opened.ontology.concepts.get(iri)
    return concept.scheme if concept else None


def _label(question: Question, iri: str, language: Language) -> str:
    return question.opened.ontology.concepts[iri].label(language)


def _asked_territories(question: Question) -> list[Territory]:
    """The Länder, cantons and countries that are asked for, those of named municipalities included."""
    ontology = question.opened.ontology
    if question.case is not None:
        return _territories(question.case, ontology)
    found = []
    for place in question.linked.places if question.linked else ():
        keys = (place.iri, place_iri(place.ags[:2]) if place.ags else None)
        found += [ontology.territories[key] for key in keys if key in ontology.territories][:1]
    return found


def _territories(case: Case, ontology: Ontology) -> list[Territory]:
    """The Länder or cantons of a case; its country where none is known."""
    country = ontology.territories.get(place_iri(case.country))
    return lands(case, ontology) or ([country] if country else [])


def _contains(outer: Territory, inner: Territory) -> bool:
    return outer.iri in (inner.iri, place_iri(inner.part_of or ""))


def _country(territory: Territory) -> str:
    return place_iri(territory.part_of) if territory.part_of else territory.iri


@lru_cache(maxsize=1)
def _statutes() -> Mapping[str, str]:
    """IRI of a Land or canton -> the abbreviation of its general statute on cooperation."""
    values: dict[str, dict[str, list[str]]] = {}
    for subject, predicate, node in bundled_triples(["statutes"]):
        values.setdefault(predicate.value.removeprefix(KOOP), {}).setdefault(str(subject.value), []).append(str(node.value))
    general = {subject for subject, forms in values["provides"].items() if forms[0].rpartition("/")[2].startswith(_GENERAL_FORM)}
    found = {}
    for statute, provisions in values["hasProvision"].items():
        if general & {*provisions} and len(values["appliesIn"][statute]) == 1:  # a treaty between Länder applies in two
            found[values["appliesIn"][statute][0]] = values["abbreviation"][statute][0]
    return found
