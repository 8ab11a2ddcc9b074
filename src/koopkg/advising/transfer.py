"""What an initiative plans and the cases it is shown -> what does not transfer as it is, and what is still open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from koopkg.advising.advice import Comparable, FormOption, Remark
from koopkg.advising.profile import Profile
from koopkg.members import lands
from koopkg.messages import Language, Message
from koopkg.model import Case
from koopkg.ontology import Ontology, Territory

__all__ = ["open_questions", "transfer_warnings"]

_OF_ANOTHER_SIZE = 3.0
"""How many times as many inhabitants or partners make a case one of another size."""
_LONG_AGO = 2005
"""Cases that began earlier met another law on associations, procurement and value added tax."""


def transfer_warnings(
    profile: Profile, shown: Sequence[Comparable], cases: Sequence[Case], forms: Sequence[FormOption], ontology: Ontology, language: Language
) -> Iterator[Remark]:
    """What sets the cases that are shown apart from what is planned, as far as both are known."""
    land = profile.land(ontology)
    if land:
        yield from _elsewhere(land, cases, forms, ontology, language)
    yield from _sizes(profile, shown)
    if profile.area_type:
        others = [case for case in cases if case.area_type and case.area_type != profile.area_type]
        if others:
            area = ontology.concept("area-type", profile.area_type).label(language)
            yield Remark(
                Message("In another kind of area than “{area}”: {count} of the {of} cases shown.", count=len(others), of=len(cases), area=area), _ids(others)
            )
    old = [case for case in cases if case.started and case.started < _LONG_AGO]
    if old:
        yield Remark(
            Message(
                "Begun before {year}: {count} of the {of} cases shown; law, prices and technology have changed since.",
                count=len(old),
                of=len(cases),
                year=_LONG_AGO,
            ),
            _ids(old),
        )


def open_questions(profile: Profile, forms: Sequence[FormOption], *, has_figures: bool, has_failures: bool) -> Iterator[Remark]:
    """What nobody has said yet, and what the corpus does not know."""
    unsaid = (
        (profile.state, Message("In which Land is the cooperation to have its seat? Which forms there are, and who approves them, is law of the Land.")),
        (profile.partners, Message("How many partners are there?")),
        (profile.inhabitants, Message("How many people live in all partners together? Effort and savings depend on the size.")),
        (profile.staff, Message("Is the cooperation to employ people itself, or does a partner lend them?")),
        (profile.private_partners, Message("Are others than public bodies to be members?")),
        (profile.phase, Message("Where does the initiative stand: first talks, concept, resolution?")),
    )
    yield from (Remark(question) for value, question in unsaid if value is None)
    for form in forms:
        if form.option == "elsewhere":
            continue
        if form.fit == "open" and (profile.staff or profile.private_partners):
            yield Remark(Message("{form}: whether it allows all that is needed is not documented here; have it checked.", form=form.label))
        for basis in form.basis:
            if not basis.is_checked:
                yield Remark(Message("{form}: {statute} was not read in the original; have the sections checked.", form=form.label, statute=basis.statute))
                break
    if not has_figures:
        yield Remark(Message("None of the comparable cases tells costs or savings in numbers; ask them."))
    if not has_failures:
        yield Remark(Message("The corpus knows no comparable case that ended or failed. That does not mean that there is none."))


def _elsewhere(land: Territory, cases: Sequence[Case], forms: Sequence[FormOption], ontology: Ontology, language: Language) -> Iterator[Remark]:
    """Cases that follow the law of another Land, and forms of theirs that the own Land does not have."""
    outside, name = [case for case in cases if land.iri not in {touched.iri for touched in lands(case, ontology)}], land.name(language)
    own = ", ".join(dict.fromkeys(basis.statute for form in forms if form.option == "statute" for basis in form.basis))
    if outside:
        counts: dict[str, object] = {"count": len(outside), "of": len(cases), "land": name}
        message = Message("Outside {land}: {count} of the {of} cases shown; another law applies there, so that form, approval and bodies differ.", **counts)
        with_law = Message(
            "Outside {land}: {count} of the {of} cases shown; another law applies there than {law}, so that form, approval and bodies differ.",
            law=own,
            **counts,
        )
        yield Remark(with_law if own else message, _ids(outside))
    for form in forms:
        if form.cases and form.option == "unnamed":
            message = Message(
                "{form}: no statute of {land} that was read names this form, although comparable cases have it; have it checked.", form=form.label, land=name
            )
            yield Remark(message, form.examples)
        elif form.cases and form.option == "elsewhere":
            message = Message(
                "{form}: comparable cases have this form of other Länder or countries; no statute of {land} that was read provides it.",
                form=form.label,
                land=name,
            )
            yield Remark(message, form.examples)
        elif form.cases and form.option == "forbidden":
            yield Remark(Message("{form}: not allowed in {land}, although comparable cases have it.", form=form.label, land=name), form.examples)


def _sizes(profile: Profile, shown: Sequence[Comparable]) -> Iterator[Remark]:
    """Cases of another size, by inhabitants and by partners."""
    told = (
        (profile.inhabitants, [(one.hit.id, one.inhabitants) for one in shown], Message("inhabitants")),
        (profile.partners, [(one.hit.id, one.partners) for one in shown], Message("partners")),
    )
    for own, sizes, unit in told:
        larger = [name for name, size in sizes if own and size and size >= own * _OF_ANOTHER_SIZE]
        smaller = [name for name, size in sizes if own and size and size * _OF_ANOTHER_SIZE <= own]
        if larger:
            yield Remark(
                Message("At least three times as many {unit}: {count} of the {of} cases shown.", count=len(larger), of=len(shown), unit=unit), tuple(larger)
            )
        if smaller:
            yield Remark(
                Message("At most a third as many {unit}: {count} of the {of} cases shown.", count=len(smaller), of=len(shown), unit=unit), tuple(smaller)
            )


def _ids(cases: Sequence[Case]) -> tuple[str, ...]:
    return tuple(case.id for case in cases)
