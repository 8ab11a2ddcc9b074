"""The queue of cases to look at again holds each planted one for its reason, and none that is as it should be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from koopkg.messages import translated
from koopkg.model import Case, Source
from koopkg.model.details import Stage
from koopkg.rechecks import rechecks

TODAY = date(2026, 11, 27)


def case(name: str, status: str, *years: int | None, **fields: Any) -> Case:
    sources = tuple(Source(f"Bericht {number}", None, None, year) for number, year in enumerate(years))
    return Case(
        id=name, title=name, title_en=name, country="DE", status=status, sectors=("wasser",), service="Wasser", cooperation_type=("interkommunal",),
        sources=sources, **fields,
    )  # fmt: skip


SOUND = [
    case("plan-von-gestern", "geplant", 2010, 2023),
    case("laeuft", "aktiv", 2018),
    case("beendet", "beendet", 1999, ended=1999),
    case("aufgegangen", "in-fusion-aufgegangen", 2012, ended=2013),
    case("bau-des-hauses", "geplant", 2025, stages=(Stage(phase="umsetzung", since="2024-11"), Stage(phase="betrieb", since="2029"))),
    case("endet-bald", "aktiv", 2026, ended=2030),
]
DOUBTFUL = [
    (case("alter-plan", "geplant", 2015, 2022), "Quelle von 2022", "source of 2022"),
    (case("alter-versuch", "pilot", 2019), "mehr als 3 Jahre alt", "more than 3 years old"),
    (case("unbekannt", "unbekannt", 2009), "der Stand 'unbekannt'", "the status 'unbekannt'"),
    (case("lange-still", "aktiv", 2017, None), "mehr als 8 Jahre alt", "more than 8 years ago"),
    (case("ohne-jahr", "aktiv", None), "keine seiner Quellen hat ein Jahr", "none of its sources has a year"),
    (case("ohne-jahr-gelesen", "aktiv", None, checked_on="2026-11-26"), "hat ein Jahr; gelesen wurden sie am 2026-11-26", "they were read on 2026-11-26"),
    (case("begonnen", "geplant", 2026, started=2024), "nennt einen Beginn 2024", "has a start in 2024"),
    (case("im-betrieb", "geplant", 2026, stages=(Stage(phase="betrieb", since="2025-01-01"),)), "nennt einen Beginn 2025-01-01", "has a start in 2025-01-01"),
    (case("zu-ende", "aktiv", 2026, ended=2025), "nennt ein Ende 2025", "has an end in 2025"),
    (case("ende-ohne-jahr", "gescheitert", 2020), "das Jahr fehlt", "the year is missing"),
]


@pytest.mark.parametrize(("doubtful", "german", "english"), DOUBTFUL, ids=[doubtful.id for doubtful, _, _ in DOUBTFUL])
def test_a_planted_case_is_there_for_its_reason_in_both_languages(doubtful: Case, german: str, english: str) -> None:
    [found] = rechecks([doubtful, *SOUND], TODAY)
    assert found.case == doubtful.id
    [reason] = found.reasons
    assert german in translated(reason, "de")
    assert english in translated(reason, "en")


def test_what_is_as_it_should_be_is_not_there() -> None:
    assert rechecks(SOUND, TODAY) == []


def test_years_go_by() -> None:
    """What is fresh today is not in six years."""
    plan = SOUND[0]
    assert [found.case for found in rechecks([plan], date(2027, 1, 1))] == [plan.id]
    assert rechecks([plan], date(2026, 12, 31)) == []


def test_the_oldest_comes_first_and_the_undated_last() -> None:
    found = rechecks([doubtful for doubtful, _, _ in DOUBTFUL], TODAY)
    years = [item.newest_source for item in found]
    assert years == [2009, 2017, 2019, 2020, 2022, 2026, 2026, 2026, None, None]
    same = [item.case for item in found if item.newest_source == 2026]
    assert same == sorted(same)


def test_two_reasons_stand_side_by_side() -> None:
    both = replace(DOUBTFUL[0][0], started=2012, checked_on="2026-11-26")
    [found] = rechecks([both], TODAY)
    assert (len(found.reasons), found.checked_on) == (2, "2026-11-26")
