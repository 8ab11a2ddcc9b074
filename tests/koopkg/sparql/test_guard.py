"""What a query is and asks of, told from its text; what must not reach the engine does not."""

from __future__ import annotations

import contextlib
import gc
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koopkg.errors import QueryError
from koopkg.sparql.guard import MOST_NESTED, Dataset, dataset_of, inspect, is_decided
from tests.conftest import DATA, escaped_lines

ASKING = escaped_lines(DATA / "sparql" / "service.txt")
NOT_ASKING = escaped_lines(DATA / "sparql" / "no-service.txt")


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("SELECT * { ?s ?p ?o }", "SELECT"),
        ("PREFIX select: <http://x/> ask { ?s select:insert 'SERVICE' }", "ASK"),
        ("# SERVICE and INSERT in a comment\nCONSTRUCT WHERE { ?s ?p ?o }", "CONSTRUCT"),
        ("# SELECT\rDESCRIBE ?x", "DESCRIBE"),
        ('DESCRIBE ?service { ?service ?p """SERVICE <http://x/>""" }', "DESCRIBE"),
        ("SELECT ?drop { ?drop <http://x/LOAD> 'it''s' }", "SELECT"),
    ],
)
def test_form_is_told_by_keywords_alone(query: str, form: str) -> None:
    """Names, strings, IRIs and comments that look like keywords are none."""
    assert inspect(query) == form


@pytest.mark.parametrize("query", ASKING)
def test_no_disguise_hides_a_service(query: str) -> None:
    with pytest.raises(QueryError, match="SERVICE is refused"):
        inspect(query)


@pytest.mark.parametrize("query", NOT_ASKING)
def test_what_only_looks_like_a_service_is_answered(query: str) -> None:
    assert inspect(query) == "SELECT"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT * { FILTER(" + "!" * 15_000 + "true) }", "nested 15"),
        ("SELECT * { BIND(" + "CONCAT(" * 1_400 + "'a'" + ")" * 1_400 + " AS ?x) }", "nested 14"),
        ("SELECT * " + "{ OPTIONAL " * 101 + "{}" + "}" * 101, "nested 102 deep"),
        ("SELECT * { ?a " + "(" * 101 + "koop:sector" + ")" * 101 + " ?b }", "nested 102 deep"),
        ("ASK{FILTER(1<" + "(" * 5_000 + "1" + ")" * 5_000 + "&&2>1)}", "nested 5002 deep"),
        ("SELECT * { ?a koop:x " + "[ koop:x " * 101 + "1" + "]" * 101 + " }", "nested 102 deep"),
    ],
)
def test_nesting_is_bounded(query: str, words: str) -> None:
    with pytest.raises(QueryError, match="at most 100 levels") as caught:
        inspect(query)
    assert words in str(caught.value)


def test_brackets_in_texts_are_no_nesting() -> None:
    assert inspect("SELECT * { ?s ?p '" + "(" * 500 + "' } # " + "{" * 500) == "SELECT"
    assert inspect("SELECT * { " + "{" * (MOST_NESTED - 1) + "}" * (MOST_NESTED - 1) + " }") == "SELECT"


@pytest.mark.parametrize(
    ("query", "dataset"),
    [
        ("SELECT * { ?s ?p ?o }", None),
        ("SELECT ?from { ?from <http://x/FROM> 'FROM <http://a/>' }", None),
        ("SELECT * FROM <http://a/> { ?s ?p ?o }", Dataset(("http://a/",), ())),
        ("CONSTRUCT { ?s ?p ?o } FROM <http://a/> WHERE { ?s ?p ?o }", Dataset(("http://a/",), ())),
        ("SELECT * FROM <http://b/> from <http://a/> FROM <http://b/> {}", Dataset(("http://b/", "http://a/"), ())),
        ("SELECT * FROM#x\rNAMED<http://a/>FROM document:x {}", Dataset(("https://w3id.org/koopkg/document/x",), ("http://a/",))),
        ("BASE <http://e/a/> PREFIX p: <b/> SELECT * FROM <c> FROM p:d\\-e {}", Dataset(("http://e/a/c", "http://e/a/b/d-e"), ())),
        ("SELECT (1<2 AS ?x) FROM <http://a/> {}", Dataset(("http://a/",), ())),
    ],
)
def test_dataset_clauses(query: str, dataset: Dataset | None) -> None:
    assert dataset_of(query, None) == dataset


def test_relative_graphs_are_resolved_against_the_endpoint() -> None:
    assert dataset_of("ASK FROM <g> {}", "https://koop.example/sparql") == Dataset(("https://koop.example/g",), ())


@pytest.mark.parametrize(
    "query", ["SELECT * FROM <http://[> {}", "BASE <http://[a> ASK FROM <x> {}", "PREFIX a: <http://[> ASK FROM a:x {}", "ASK FROM <http://a℀b/> {}"]
)
def test_what_is_no_address_is_refused(query: str) -> None:
    with pytest.raises(QueryError, match="is no address"):
        dataset_of(query, "https://koop.example/sparql")


def test_addresses_do_not_grow_without_end() -> None:
    with pytest.raises(QueryError, match=r"more than 2,000 characters"):
        dataset_of("BASE<a/>" * 22_000 + "SELECT*FROM<x>{}", "http://e/")


HOSTILE = (
    *("BASE<a/>", "a.", "service.", "'\\'", "<'>", "service ", "SELECT", "<a>", "'''", '"""', "service#", "<", "(", "\\u0020", "<'''>", "a:b", "<\"'>", "!"),
    *("#\r", "-", "from<a>", "PREFIX a:<a>"),
)


ORDINARY = "SELECT * { VALUES ?case { " + "<https://w3id.org/koopkg/case/x> " * 1_200 + "} ?case koop:service ?o FILTER(?o < 5) }"


def cost(text: str) -> float:
    """Seconds of processor time to judge a query."""
    gc.disable()  # what other tests have left in memory is not gone through meanwhile
    began = time.process_time()
    with contextlib.suppress(QueryError):
        inspect(text)
    with contextlib.suppress(QueryError):
        dataset_of(text, None)
    gc.enable()
    return time.process_time() - began


@pytest.fixture(scope="module")
def most() -> float:
    """Twenty times what an ordinary query of the longest size costs."""
    return 20 * max(cost(ORDINARY) for _ in range(3))


@pytest.mark.parametrize("piece", HOSTILE)
def test_the_cost_is_bounded_by_the_length(piece: str, most: float) -> None:
    """No text of the longest size costs more than twenty times what an ordinary query of that size does; measured once more where it seems to."""
    hostile = "SELECT service from " + piece * (len(ORDINARY) // len(piece))
    assert any(cost(hostile) < most for _ in range(2))


@given(st.text(alphabet="<>'\"#\\\r\n{}SERVICE?x:/ @1", max_size=60))
def test_any_text_is_judged_without_another_error(text: str) -> None:
    """Also the readings of a text that no grammar accepts."""
    with contextlib.suppress(QueryError):
        assert inspect(text) in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
    with contextlib.suppress(QueryError):
        dataset_of(text, None)


@pytest.mark.parametrize(
    ("query", "decided"),
    [
        ("SELECT ?knowledge { ?knowledge a koop:Branding }", True),
        ("SELECT (NOW() AS ?n) {}", False),
        ("SELECT (rand\t() AS ?n) {}", False),
        ("SELECT (StrUuid#\n() AS ?n) {}", False),
        (r"SELECT (\u004EOW() AS ?n) {}", False),
    ],
)
def test_calls_of_what_changes_are_seen(query: str, decided: bool) -> None:
    assert is_decided(query) is decided
