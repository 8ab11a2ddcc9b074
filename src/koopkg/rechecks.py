"""Cases of a snapshot -> those whose status needs a fresh look, with the reasons in words: what a plan, a trial or a running cooperation has become since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from koopkg.messages import Message
from koopkg.model import Case

__all__ = ["Recheck", "rechecks"]

_OPEN, _ENDED = ("geplant", "pilot", "unbekannt"), ("beendet", "gescheitert", "in-fusion-aufgegangen")
_OPEN_YEARS, _RUNNING_YEARS = 3, 8
"""Years after which a plan, a trial or an unknown status is hardly true any more, and a running cooperation should have been heard of again. Editorial."""
_RUNNING_PHASES = ("betrieb", "weiterentwicklung")


@dataclass(frozen=True, slots=True)
class Recheck:
    """A case to look at again; `newest_source` is the year of its latest source, None where no source has one."""

    case: str
    title: str
    status: str
    newest_source: int | None
    checked_on: str | None
    reasons: tuple[Message, ...]


def rechecks(cases: Iterable[Case], today: date) -> list[Recheck]:
    """The cases whose status a person should look up again, those whose latest source is oldest first; without a dated source after all others."""
    found = [Recheck(case.id, case.title, case.status, _newest(case), case.checked_on, reasons) for case in cases if (reasons := _reasons(case, today))]
    return sorted(found, key=lambda recheck: (recheck.newest_source is None, recheck.newest_source or 0, recheck.case))


def _newest(case: Case) -> int | None:
    return max((source.year for source in case.sources if source.year), default=None)


def _reasons(case: Case, today: date) -> tuple[Message, ...]:
    return (*_by_age(case, today.year), *_by_record(case, today))


def _by_age(case: Case, year: int) -> Iterator[Message]:
    """Whether too long ago was the last that the sources tell of a case that has not ended."""
    newest = _newest(case)
    if case.status in _ENDED:
        return
    if newest is None and case.checked_on:
        yield Message("none of its sources has a year; they were read on {day}", day=case.checked_on)
    elif newest is None:
        yield Message("none of its sources has a year")
    elif case.status in _OPEN and year - newest > _OPEN_YEARS:
        yield Message(
            "the status {status!r} rests on a source of {year}, which is more than {years} years old", status=case.status, year=str(newest), years=_OPEN_YEARS
        )
    elif case.status == "aktiv" and year - newest > _RUNNING_YEARS:
        yield Message("it is said to run, but its newest source is of {year}, more than {years} years ago", year=str(newest), years=_RUNNING_YEARS)


def _by_record(case: Case, today: date) -> Iterator[Message]:
    """Whether the status contradicts what else the record says, or lacks what belongs to it."""
    begun = [str(case.started)] if case.started else []
    begun += [stage.since for stage in case.stages if stage.since and stage.phase in _RUNNING_PHASES]
    past = [since for since in begun if since <= today.isoformat()]
    if case.status == "geplant" and past:
        yield Message("it is said to be planned, but its record has a start in {since}", since=min(past))
    if case.status not in _ENDED and case.ended is not None and case.ended <= today.year:
        yield Message("the status is {status!r}, but its record has an end in {ended}", status=case.status, ended=str(case.ended))
    if case.status in _ENDED and case.ended is None:
        yield Message("it has ended, but the year is missing")
