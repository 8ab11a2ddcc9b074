"""An advice -> a paper of a few pages for a council: sections of sentences, tables and points that page and PDF print alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from koopkg.advising.advice import Advice, Comparable, Figure, FigureKind, FormOption, Need, Option, Quote, Told
from koopkg.advising.experience import ENDED
from koopkg.messages import Message, Quoted
from koopkg.references import Citation

__all__ = ["Dossier", "Item", "Section", "Table", "dossier_of"]

_MOST_TOLD, _MOST_AGAINST, _MOST_FURTHER, _MOST_ASKED, _MOST_EXAMINED = 5, 3, 10, 3, 2
_LONGEST_QUESTION = 700
"""Characters of what is planned that a paper quotes."""
_COMPARED = (
    Message("Case"),
    Message("Land"),
    Message("Legal form"),
    Message("Partners"),
    Message("Inhabitants"),
    Message("Since"),
    Message("Status"),
    Message("Probably comparable"),
)
_OF_FORMS = (Message("Legal form"), Message("Comparable cases"), Message("Where the law provides it"), Message("How it fits"))
"""Columns of the tables."""
_OPTIONS: Mapping[Option, Message] = {
    "federal": Message("federal law"),
    "unnamed": Message("not named in the statutes that were read"),
    "forbidden": Message("not allowed in the Land"),
    "unknown": Message("depends on the Land, which was not named"),
}
_FITS = {
    "fits": Message("meets the needs that were named"),
    "partly": Message("meets the needs that were named under conditions"),
    "open": Message("open whether it meets the needs"),
    "not": Message("does not meet the needs"),
}
_KINDS: Mapping[FigureKind, Message] = {"result": Message("Effect"), "cost": Message("Costs"), "staff": Message("Staff"), "funding": Message("Grant")}


@dataclass(frozen=True, slots=True)
class Item:
    """A sentence or a cell of a table with the numbers of its sources, and the case whose page it leads to."""

    message: Message
    cites: tuple[int, ...] = ()
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells below the names of the columns; the first cell of a row names it."""

    columns: tuple[Message, ...]
    rows: tuple[tuple[Item, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with sentences, a table or points; empty parts are left out."""

    heading: Message
    sentences: tuple[Item, ...] = ()
    table: Table | None = None
    points: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Dossier:
    """The paper; `question` is what was planned, in the words of whoever asked."""

    title: Message
    question: str
    date: dt.date
    snapshot: str
    sections: tuple[Section, ...]
    sources: tuple[Citation, ...]


def dossier_of(advice: Advice, question: str, *, date: dt.date) -> Dossier:
    """The paper that says what an advice says; only what it prints is among its sources.

    Args:
        question: What was planned.
        date: Of today.
    """
    sections = [section for section in _sections(advice) if section.sentences or section.points or (section.table and section.table.rows)]
    numbers = _Numbers(advice.sources)
    renumbered = tuple(numbers.of_section(section) for section in sections)
    return Dossier(_title(advice), _shortened(question), date, advice.snapshot, renumbered, numbers.cited())


def _title(advice: Advice) -> Message:
    title = Message("Comparable cooperations and ways to go about it")
    return Message("{tasks}: {title}", tasks=", ".join(advice.described.tasks), title=title) if advice.described.tasks else title


def _shortened(question: str) -> str:
    """The beginning of a long text, up to the end of a sentence: whoever gets the paper has the whole."""
    if len(question) <= _LONGEST_QUESTION:
        return question
    begin = question[:_LONGEST_QUESTION]
    ends = [place for mark in (". ", "! ", "? ", "\n") if (place := begin.rfind(mark) + 1) > _LONGEST_QUESTION // 2]
    return f"{begin[: max(ends, default=_LONGEST_QUESTION)].rstrip()} […]"


def _sections(advice: Advice) -> Iterator[Section]:
    if advice.described.facts:
        yield Section(Message("Starting point"), (Item(_plain(advice.described.facts)),))
    yield Section(Message("Comparable cases"), tuple(_found(advice)), _comparison(advice.comparable))
    if not advice.comparable:
        return  # without them there is nothing to count, and what is left holds for any plan
    options = [form for form in advice.legal_forms if form.option != "elsewhere"]
    yield Section(Message("Legal options"), tuple(_on_law(options)), _forms(options))
    yield Section(Message("What has to be looked at in these forms"), points=tuple(_against(options)))
    of = advice.of
    yield Section(Message("Chances: what helped comparable cases"), points=tuple(_told(told, of) for told in advice.success_factors[:_MOST_TOLD]))
    yield Section(Message("Risks: what hindered comparable cases"), points=tuple(_told(told, of) for told in advice.obstacles[:_MOST_TOLD]))
    yield Section(Message("Cases that ended, and what of"), points=tuple(_failures(advice)))
    yield Section(Message("Costs, effects and staff"), points=(*map(_figure, advice.figures), *map(_sharing, advice.cost_sharing)))
    yield Section(Message("What does not transfer as it is"), points=tuple(Item(remark.message) for remark in advice.transfer_warnings))
    yield Section(Message("Next steps"), tuple(_phase(advice)), points=tuple(_steps(advice)))
    yield Section(Message("Open questions"), points=tuple(Item(remark.message) for remark in advice.open_questions))
    yield Section(Message("Draft of a resolution"), tuple(_resolution(advice, options)))
    yield Section(Message("Further comparable cases"), points=tuple(Item(_plain(case.title), case=case.id) for case in advice.further[:_MOST_FURTHER]))


def _found(advice: Advice) -> Iterator[Item]:
    if advice.comparable:
        shown = len(advice.comparable)
        yield Item(Message("{shown} of {of} cases that are probably comparable; counts below refer to all {of}.", shown=shown, of=advice.of))
    else:
        yield Item(Message("The corpus has no case that is probably comparable."))
        yield Item(Message("Say in other words what is to be done together, or choose the task above."))


def _comparison(cases: Iterable[Comparable]) -> Table:
    return Table(_COMPARED, tuple(map(_compared, cases)))


def _compared(case: Comparable) -> tuple[Item, ...]:
    since = f"{case.started or '?'}–{case.ended}" if case.ended else str(case.started or "")
    return (
        Item(_plain(case.hit.title), case.cites, case.hit.id),
        _cell(case.state or case.country),
        _cell(case.legal_form),
        _cell(case.partners),
        _cell(case.inhabitants),
        _cell(since),
        _cell(case.status),
        Item(Message("{percent} %", percent=round(case.hit.score * 100))),
    )


def _cell(value: object) -> Item:
    """A value, a dash where it is not known."""
    if value in (None, ""):
        return Item(Message("–"))
    return Item(Message("{value:,}", value=value) if isinstance(value, int) else _plain(value))


def _plain(value: object) -> Message:
    """What stands as it is in every language: a name, words of a record, messages one after another."""
    return Message("{value}", value=value)


def _on_law(options: Sequence[FormOption]) -> Iterator[Item]:
    if options:
        yield Item(Message("No legal advice: have the choice checked by the municipal supervisory authority before a resolution."))


def _forms(forms: Iterable[FormOption]) -> Table:
    rows = ((Item(_plain(form.label)), _cell(form.cases), _lawful(form), _fits(form)) for form in forms)
    return Table(_OF_FORMS, tuple(rows))


def _lawful(form: FormOption) -> Item:
    if not form.basis:
        return Item(_OPTIONS.get(form.option, Message("–")))
    basis = form.basis[0]
    where = " ".join(filter(None, (basis.sections, basis.statute)))
    state = Message("read on {day}", day=dt.date.fromisoformat(basis.read_on)) if basis.is_checked else Message("not read in the original; have it checked")
    return Item(Message("{where}, {state}", where=where, state=state), basis.cites)


def _fits(form: FormOption) -> Item:
    told = tuple(Message("{label}: {value}", label=need.label, value=_value_of(need).removesuffix(".")) for need in form.needs)
    when = tuple(Message("to be considered first when: {situation}", situation=text) for text in form.situations[:1])
    cites = tuple(dict.fromkeys(number for need in form.needs for number in need.cites[:1]))
    return Item(_plain((*((_FITS[form.fit],) if form.needs else ()), *told, *when) or Message("–")), cites)


def _against(forms: Iterable[FormOption]) -> Iterator[Item]:
    for form in forms:
        for need in form.against[:_MOST_AGAINST]:
            yield Item(Message("{form}, {aspect}: {text}", form=form.label, aspect=need.label, text=_value_of(need)), need.cites[:2])


def _value_of(need: Need) -> str:
    """The value and why; the value alone is no news where the words say it (Gering bis mittel), or where they go on (Ja. Eigenes Personal)."""
    label, words = need.value_label, need.explanation
    return words if not label or label.casefold() in words.casefold().split(".")[0] else f"{label}. {words}"


def _told(told: Told, of: int) -> Item:
    words, cites = tuple(Message("“{words}”", words=Quoted(quote.text)) for quote in told.quotes), _cites(told.quotes)
    values: dict[str, object] = {"label": told.label, "count": told.count, "of": of, "words": words}
    if told.overcome_by:
        helped = ", ".join(share.label for share in told.overcome_by)
        return Item(Message("{label} (in {count} of {of} cases): {words}. What helped: {helped}", helped=helped, **values), cites)
    return Item(Message("{label} (in {count} of {of} cases): {words}", **values), cites)


def _failures(advice: Advice) -> Iterator[Item]:
    for failure in advice.failures:
        reasons = tuple(Message("“{words}”", words=Quoted(quote.text)) for quote in failure.reasons) or Message("the record tells no reasons")
        status = Message("{status} {year}", status=failure.status, year=failure.ended) if failure.ended else _plain(failure.status)
        told = Message("{title} ({status}): {reasons}", title=failure.title, status=status, reasons=reasons)
        yield Item(told, (*failure.cites, *_cites(failure.reasons)), failure.case)


def _figure(figure: Figure) -> Item:
    quote, words = figure.quote, Quoted(figure.quote.text)
    is_told = figure.euros is None or "Euro" in figure.quote.text
    told = _plain(words) if is_told else Message("{words}: {euros:,} euros", words=words, euros=_whole(figure.euros or 0))
    values: dict[str, object] = {"kind": _KINDS[figure.kind], "told": told, "title": quote.title}
    if figure.basis:
        return Item(Message("{kind} ({basis}): {told} – {title}", basis=figure.basis, **values), quote.cites, quote.case)
    return Item(Message("{kind}: {told} – {title}", **values), quote.cites, quote.case)


def _whole(number: float) -> float:
    """An amount without decimals where it has none."""
    return int(number) if number == int(number) else number


def _sharing(quote: Quote) -> Item:
    return Item(Message("Sharing of costs: “{words}” – {title}", words=Quoted(quote.text), title=quote.title), quote.cites, quote.case)


def _phase(advice: Advice) -> Iterator[Item]:
    steps = advice.next_steps
    if steps.is_assumed:
        yield Item(Message("The phase was not named; these are the steps of the first one, “{phase}”.", phase=steps.phase))
    else:
        yield Item(Message("Phase: {phase}", phase=steps.phase))


def _steps(advice: Advice) -> Iterator[Item]:
    steps = advice.next_steps
    yield from (Item(_plain(step)) for step in steps.steps)
    if steps.tasks:
        yield Item(Message("Coordination tasks of this phase: {tasks}", tasks=", ".join(steps.tasks)))
    if steps.documents:
        yield Item(Message("It usually ends with: {documents}", documents=", ".join(steps.documents)))
    if steps.hosts:
        shares = tuple(Message("{label} ({count} of {of})", label=share.label, count=share.count, of=advice.of) for share in steps.hosts)
        examples = tuple(Message("{title}: {unit}", title=quote.title, unit=Quoted(quote.text)) for quote in steps.host_examples[:2])
        message = Message("Who coordinates comparable cases: {shares}. For example {examples}", shares=shares, examples=examples)
        yield Item(message, _cites(steps.host_examples[:2]))
    if steps.following:
        yield Item(Message("After that: {phase}", phase=steps.following))


def _resolution(advice: Advice, options: Sequence[FormOption]) -> Iterator[Item]:
    """What a council could resolve, of what the paper found; the words are a draft and no statement."""
    asked = tuple(case.hit.title for case in advice.comparable if case.status_slug not in ENDED)[:_MOST_ASKED] or tuple(
        case.hit.title for case in advice.comparable[:_MOST_ASKED]
    )
    yield Item(Message("The administration is asked to learn from those responsible for these cases: {cases}.", cases=asked))
    if examined := [form.label for form in options if form.fit != "not" and form.option not in ("forbidden", "unnamed")][:_MOST_EXAMINED]:
        yield Item(
            Message("It has these legal forms examined together with the municipal supervisory authority: {forms}.", forms=", ".join(examined)),
        )
    yield Item(Message("It reports on costs, savings, location and staff, and proposes how to go on."))


def _cites(quotes: Iterable[Quote]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(number for quote in quotes for number in quote.cites))


class _Numbers:
    """Numbers sources anew in the order in which the paper cites them."""

    def __init__(self, sources: Iterable[Citation]) -> None:
        self._sources = {source.number: source for source in sources}
        self._new: dict[int, int] = {}

    def of_section(self, section: Section) -> Section:
        table = section.table and replace(section.table, rows=tuple(tuple(map(self._of, row)) for row in section.table.rows))
        return replace(section, sentences=tuple(map(self._of, section.sentences)), table=table, points=tuple(map(self._of, section.points)))

    def cited(self) -> tuple[Citation, ...]:
        """What was cited, by its new number."""
        return tuple(replace(self._sources[old], number=new) for old, new in self._new.items())

    def _of(self, item: Item) -> Item:
        return replace(item, cites=tuple(self._new.setdefault(number, len(self._new) + 1) for number in dict.fromkeys(item.cites)))
