"""What the records within a case say in one line reads as people write it: dates, sums of money, spans, and how far it holds."""

from __future__ import annotations

import pytest

from koopkg.messages import Language, local_amount, local_moment
from koopkg.model.details import CoordinationUnit, Cost, FactorEvidence, Funding, Obstacle, Participant, Relation, Result, Stage
from koopkg.ontology import Ontology
from koopkg.record_lines import line_of

LINES: list[tuple[object, Language, str]] = [
    (Result(text="Weniger Wege", kind="einsparung", amount=100_000, unit="Euro", basis="erwartet"), "de", "Weniger Wege; Einsparung: 100.000 Euro (erwartet)"),
    (
        Result(text="Weniger Wege", kind="einsparung", amount=100_000, unit="Euro", basis="erwartet"),
        "en",
        "Weniger Wege; saving: 100,000 Euro (expected)",
    ),
    (Result(text="Läuft", kind="zeit", period="2021-09-01", basis="behauptet"), "de", "Läuft; Zeit (1. September 2021, behauptet)"),
    (Result(text="Einlage", kind="kosten", amount=4371.7, unit="Euro", period="2018"), "de", "Einlage; Kosten: 4.371,70 Euro (2018)"),
    (Result(text="Kürzer", amount=2.5, unit="Tage"), "de", "Kürzer; 2,5 Tage"),
    (Cost(text="Pauschale", kind="beitrag", amount_eur=23, borne_by="Ennepetal"), "de", "Pauschale; Beitrag: 23 Euro; Getragen von: Ennepetal"),
    (Funding(text="Mitglieder", level="kommune", share_percent=100), "de", "Mitglieder; Kommune; 100 %"),
    (Stage(phase="betrieb", since="2021-03"), "de", "Betrieb und Verstetigung; seit März 2021"),
    (Stage(phase="betrieb", until="2025-01-01", note="Ende"), "de", "Betrieb und Verstetigung; bis 1. Januar 2025; Ende"),
    (Stage(phase="betrieb", since="2010-09", until="2011"), "de", "Betrieb und Verstetigung; September 2010 bis 2011"),
    (Stage(phase="betrieb", since="2010-09", until="2011"), "en", "operation and consolidation; from September 2010 to 2011"),
    (Participant(name="Helsa", kind="kommune", since="2023-01-01"), "de", "Helsa; Kommune; seit 1. Januar 2023"),
    (Relation(relation="vorbild", name="Bauhof X", case="bauhof-x"), "de", "Vorbild; Bauhof X"),
    (CoordinationUnit(name="Gemeinde Helsa", hosted_by="Gemeinde Helsa", evidence="Helsa führt"), "de", "Gemeinde Helsa: Helsa führt"),
    (FactorEvidence("vertrauen", "Man kennt sich", 1), "de", "Vertrauen: Man kennt sich"),
    (Obstacle(text="Streit", overcome_by="vertrauen"), "de", "Streit; Überwunden durch: Vertrauen"),
]


@pytest.mark.parametrize(("record", "language", "line"), LINES)
def test_a_record_is_one_line_that_reads_well(record: object, language: Language, line: str, ontology: Ontology) -> None:
    assert line_of(record, ontology, language) == line


def test_only_switzerland_hears_of_cantons(ontology: Ontology) -> None:
    funding = Funding(text="Zuschuss", level="land", amount_eur=50_000)
    assert line_of(funding, ontology, "de", has_cantons=False) == "Zuschuss; Land: 50.000 Euro"
    assert line_of(funding, ontology, "de", has_cantons=True) == "Zuschuss; Land oder Kanton: 50.000 Euro"


@pytest.mark.parametrize(
    ("moment", "written"), [("2010", "2010"), ("2010-11", "November 2010"), ("2010-11-30", "30. November 2010"), ("2021-02-30", "2021-02-30")]
)
def test_moments_are_written_as_precisely_as_they_are_known(moment: str, written: str) -> None:
    assert local_moment(moment, "de") == written


@pytest.mark.parametrize(
    ("number", "unit", "written"),
    [(4371.7, "Euro", "4.371,70 Euro"), (23.0, "Euro je Fall", "23 Euro je Fall"), (0.5, "Stellen", "0,5 Stellen"), (7, None, "7")],
)
def test_only_money_has_two_decimals(number: float, unit: str | None, written: str) -> None:
    assert local_amount(number, unit, "de") == written
