"""A profile and a snapshot -> an advice: comparable cases, forms in the law of the Land, what helped and hindered, what comes next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from koopkg.advising import experience
from koopkg.advising.advice import Advice, Comparable, FurtherCase, NextSteps
from koopkg.advising.described import described
from koopkg.advising.forms import excluded_forms, forms_of, legal_forms
from koopkg.advising.profile import Profile, checked_profile
from koopkg.advising.transfer import open_questions, transfer_warnings
from koopkg.documentation import Documentation
from koopkg.errors import QueryError
from koopkg.members import inhabitants
from koopkg.messages import Language
from koopkg.model import Case
from koopkg.namespaces import concept_iri
from koopkg.ontology import Ontology
from koopkg.references import Citations
from koopkg.register import Register
from koopkg.search import Hit, comparable
from koopkg.snapshot import OpenSnapshot

__all__ = ["advise"]

_LOOKED_AT, _COUNTED, _SHOWN = 40, 20, 5
"""Hits that are searched for ends, that factors and forms are counted in, and that are shown."""
_LEAST_OF_BEST = 0.4
"""Share of the best score from which a hit counts: what comes far behind the best is of another kind."""
_COST_OF_VARIETY = 0.08
"""How much less comparable a case may be that shows another form or another Land."""
_WORTH_OF_FIT = 0.08
"""How much less comparable a case may be that suits what is said of partners, size, staff and members."""
_COST_OF_END = 0.08
"""How much less comparable a case may be that goes on than one that came to an end, of which a section of its own tells."""
_FIRST_PHASE = "anbahnung"


def advise(opened: OpenSnapshot, documentation: Documentation, profile: Profile, *, language: Language = "de") -> Advice:
    """What an initiative can learn from the cases of a snapshot.

    Args:
        documentation: The ontology of the same snapshot.

    Raises:
        QueryError: The profile says nothing that can be searched for, or has a value that does not exist.
    """
    ontology, profile = opened.ontology, checked_profile(profile, opened.ontology)
    text = profile.words(ontology, language)
    if not text.strip():
        raise QueryError("text: is empty; say what you plan, or name a task", field="text")
    hits = comparable(opened, text, profile.asked_for(), profile.slots(), limit=_LOOKED_AT, language=language)
    near = [hit for hit in hits if hit.score >= _LEAST_OF_BEST * hits[0].score]  # none where there are no hits
    case_of = {hit.id: opened.catalog.entry(opened.catalog.row_of(hit.id)).case for hit in near}
    cases = list(case_of.values())[:_COUNTED]
    excluded = excluded_forms(profile, ontology)
    best = _varied([hit for hit in near if excluded.isdisjoint(forms_of(case_of[hit.id])[:1])] or near, case_of)
    chosen = [case_of[hit.id] for hit in best]
    citations = Citations(language)
    shown = tuple(_comparable(hit, case_of[hit.id], ontology, citations, language) for hit in best)
    forms = legal_forms(profile, cases, ontology, documentation, citations, language)
    nearest_first = list(dict.fromkeys([*chosen, *cases]))
    figures = experience.figures(nearest_first, ontology, citations, language)
    failures = experience.failures(case_of.values(), ontology, citations, language)
    return Advice(
        snapshot=opened.id,
        profile=profile,
        described=described(profile, ontology, language),
        comparable=shown,
        of=len(cases),
        further=tuple(FurtherCase(case.id, case.title_in(language)) for case in cases if case not in chosen),
        legal_forms=forms,
        success_factors=experience.success_factors(cases, ontology, citations, language),
        obstacles=experience.obstacles(cases, profile.worries, ontology, citations, language),
        failures=failures,
        figures=figures,
        cost_sharing=experience.cost_sharing(nearest_first, citations, language),
        next_steps=_next_steps(profile, cases, ontology, documentation, citations, language),
        transfer_warnings=tuple(transfer_warnings(profile, shown, chosen, forms, ontology, language)),
        open_questions=tuple(open_questions(profile, forms, has_figures=bool(figures), has_failures=bool(failures))),
        land_counts=Counter(case.state or case.country for case in cases),
        sources=citations.all(),
    )


def _varied(hits: Sequence[Hit], cases: dict[str, Case]) -> list[Hit]:
    """The best hit; of others that are about as good, those that suit the preferences, go on, and show another form or another Land than the ones before."""
    chosen = list(hits[:1])
    seen = {trait for hit in chosen for trait in _traits(cases[hit.id])}
    left = list(hits[1:])

    def worth(hit: Hit) -> float:
        has_ended, repeated = cases[hit.id].status in experience.ENDED, len(_traits(cases[hit.id]) & seen) / 2
        return hit.score + _WORTH_OF_FIT * hit.parts.get("fit", 0.0) - _COST_OF_END * has_ended - _COST_OF_VARIETY * repeated

    while left and len(chosen) < _SHOWN:
        best = max(left, key=worth)
        left.remove(best)
        chosen.append(best)
        seen |= _traits(cases[best.id])
    return sorted(chosen, key=lambda hit: -hit.score)


def _traits(case: Case) -> set[str]:
    return {f"form/{forms_of(case)[:1]}", f"land/{case.state}"}


def _comparable(hit: Hit, case: Case, ontology: Ontology, citations: Citations, language: Language) -> Comparable:
    land = ontology.territory_by_name(case.state) if case.state else None
    return Comparable(
        hit=hit,
        state=land.name(language) if land else None,
        country=case.country,
        legal_form=ontology.concept("legal-form", case.legal_form).label(language) if case.legal_form else None,
        partners=case.partner_count,
        inhabitants=case.population or inhabitants(case, Register.bundled()),
        started=case.started,
        ended=case.ended,
        status=ontology.concept("status", case.status).label(language),
        status_slug=case.status,
        cites=tuple(dict.fromkeys([citations.of_case(case), *(citations.of_case(case, number) for number in range(1, min(len(case.sources), 2) + 1))])),
    )


def _next_steps(
    profile: Profile, cases: Sequence[Case], ontology: Ontology, documentation: Documentation, citations: Citations, language: Language
) -> NextSteps:
    """What is due in the phase of the profile, the first where it says none."""
    phases = documentation.phases(language)
    iri = concept_iri("phase", profile.phase or _FIRST_PHASE)
    place = next(number for number, phase in enumerate(phases) if phase.iri == iri)
    following = phases[place + 1].iri if place + 1 < len(phases) else None
    kinds, examples = experience.hosts(cases, ontology, citations, language)

    def label(iri: str) -> str:
        return ontology.concepts[iri].label(language)

    return NextSteps(
        phase=label(iri),
        is_assumed=profile.phase is None,
        steps=phases[place].due_steps,
        documents=phases[place].documents,
        following=label(following) if following else None,
        tasks=tuple(map(label, phases[place].tasks)),
        hosts=kinds,
        host_examples=examples,
    )
