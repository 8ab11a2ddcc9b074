"""Numbers are found in German text however they are written."""

from __future__ import annotations

import pytest

from koopkg.figures import figures_in, names_figure

WRITTEN = [
    ("ein Gebiet mit 1.300.000 Menschen", 1_300_000),
    ("rund 1,3 Mio. Euro", 1_300_000),
    ("1,3 Millionen Euro", 1_300_000),
    ("900 TEuro", 900_000),
    ("dreizehn Gemeinden", 13),
    ("einundzwanzig Orte", 21),
    ("zweihundertfünfzig Anteile", 250),
    ("viereinhalb Stellen", 4.5),
    ("ein neunköpfiges Team", 9),
    ("der tausendste Fahrgast", 1000),
    ("zwei Drittel der Kosten", 67),
    ("die Hälfte der Kosten", 50),
    ("von 62 auf 140 Millionen Euro", 62_000_000),
    ("2,5 bis drei Millionen Euro", 2_500_000),
    ("14.586,42 Euro", 14_586.42),
    ("30 Cent je Kilometer", 0.3),
    ("Fehlbetrag von 52.658 Euro", -52_658),
]


@pytest.mark.parametrize(("text", "value"), WRITTEN)
def test_a_written_number_is_read_as_what_it_means(text: str, value: float) -> None:
    assert names_figure(text, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.300.000 Menschen", 1.3), ("im Jahr 2013", 13), ("Dreieich und Achim", 3), ("Einigkeit über das Einzugsgebiet", 1), ("1,3 Mio. Euro", 13), ("", 0)],
)
def test_a_number_that_is_not_there_is_not_read(text: str, value: float) -> None:
    assert not names_figure(text, value)


def test_all_numbers_of_a_text_are_found() -> None:
    assert {int(number) for number in figures_in("Elf Gemeinden zahlen 76.000 Euro für zwei Busse.")} == {11, 76_000, 2}
