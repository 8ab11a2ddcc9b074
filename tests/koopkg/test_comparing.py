"""A comparison shows all that records say, says rightly what is shared, and names the source of each value."""

from __future__ import annotations

import csv
import io
import itertools
from dataclasses import astuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koopkg.comparing import Comparison, Row, compare, comparison_csv
from koopkg.errors import QueryError, UnknownCaseError
from koopkg.model import Case
from koopkg.snapshot import OpenSnapshot

BAUHOF = ("bauhof-gruenkraut-bodnegg", "bauhof-hueckeswagen-wipperfuerth")


def case_of(opened: OpenSnapshot, name: str) -> Case:
    return opened.catalog.entry(opened.catalog.row_of(name)).case


def row_of(comparison: Comparison, name: str) -> Row:
    return next(row for row in comparison.rows if row.name == name)


def ids(opened: OpenSnapshot) -> list[str]:
    return [opened.catalog.id_of(row) for row in range(len(opened))]


def test_every_row_says_something_of_two_cases_and_agreement_is_told_rightly(opened: OpenSnapshot) -> None:
    for pair in itertools.combinations(ids(opened), 2):
        comparison = compare(opened, pair)
        assert len(comparison.rows) >= 5
        for row in comparison.rows:
            texts = [{value.key for value in cell.values} for cell in row.cells]
            assert all(texts), row
            expected = "shared" if texts[0] == texts[1] else "partly" if texts[0] & texts[1] else "different"
            assert row.agreement == expected, row
        order = [row.agreement != "different" for row in comparison.rows]
        assert order == sorted(order, reverse=True)


@settings(max_examples=25)
@given(st.data())
def test_the_order_of_cases_changes_nothing_but_the_columns(opened: OpenSnapshot, data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(ids(opened)), min_size=2, max_size=8, unique=True))
    mixed = data.draw(st.permutations(chosen))
    first, second = compare(opened, chosen), compare(opened, mixed)
    assert [(row.name, row.agreement) for row in first.rows] == [(row.name, row.agreement) for row in second.rows]
    for one, other in zip(first.rows, second.rows, strict=True):
        for name, cell in zip(chosen, one.cells, strict=True):
            there = other.cells[mixed.index(name)]
            assert [(value.text, value.key) for value in cell.values] == [(value.text, value.key) for value in there.values]


def test_all_that_a_record_says_is_in_its_column(opened: OpenSnapshot) -> None:
    for pair in itertools.combinations(ids(opened), 2):
        comparison = compare(opened, pair)
        for place, name in enumerate(pair):
            case = case_of(opened, name)
            told = {row.name: " ".join(value.text for value in row.cells[place].values) for row in comparison.rows}
            for factor in case.success_factors if "success_factors" in told else ():
                assert factor.evidence in told["success_factors"]
            for result in case.results if "results" in told else ():
                assert result.text in told["results"]
            for member in case.places if "places" in told else ():
                assert member.name in told["places"]
            assert "service" not in told or case.service in told["service"]


def test_each_value_cites_the_source_that_its_line_names(opened: OpenSnapshot) -> None:
    comparison = compare(opened, BAUHOF)
    sources = {source.number: source for source in comparison.sources}
    assert list(sources) == list(range(1, len(sources) + 1))
    for place, name in enumerate(BAUHOF):
        case = case_of(opened, name)
        for factor, value in zip(case.success_factors, row_of(comparison, "success_factors").cells[place].values, strict=True):
            cited = sources[value.cites[0]]
            assert cited.case == name if factor.source is None else cited.title == case.sources[factor.source - 1].title
        for row in comparison.rows:
            for value in row.cells[place].values:
                assert value.cites or row.name in ("computed_population", "size_class")


def test_same_tasks_are_shared_and_other_laender_differ(opened: OpenSnapshot) -> None:
    comparison = compare(opened, BAUHOF)
    assert row_of(comparison, "activities").agreement in ("shared", "partly")
    assert row_of(comparison, "lands").agreement == "different"


@pytest.mark.parametrize(
    ("wanted", "message"),
    [([], "has 0 cases"), (BAUHOF[:1], "has 1 cases"), (BAUHOF * 5, "has 10 cases"), ((BAUHOF[0], BAUHOF[0]), "names 'bauhof-gruenkraut-bodnegg' twice")],
)
def test_what_is_no_comparison_is_refused(wanted: tuple[str, ...], message: str, opened: OpenSnapshot) -> None:
    with pytest.raises(QueryError, match=message):
        compare(opened, wanted)


def test_an_unknown_case_is_named(opened: OpenSnapshot) -> None:
    with pytest.raises(UnknownCaseError, match="gibt-es-nicht"):
        compare(opened, (BAUHOF[0], "gibt-es-nicht"))


def test_the_table_for_spreadsheets_holds_the_same(opened: OpenSnapshot) -> None:
    comparison = compare(opened, BAUHOF)
    content = comparison_csv(comparison, "de")
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert lines[0][2:] == [case.title for case in comparison.cases]
    assert [line[0] for line in lines[2 : 2 + len(comparison.rows)]] == [row.label for row in comparison.rows]
    for line, row in zip(lines[2:], comparison.rows, strict=False):
        for text, cell in zip(line[2:], row.cells, strict=True):
            assert all(value.text in text for value in cell.values)
    assert not any(text.startswith(("=", "+", "@")) for line in lines for text in line)
    assert all(str(astuple(source)[0]) in lines[-len(comparison.sources) + place][0] for place, source in enumerate(comparison.sources))
