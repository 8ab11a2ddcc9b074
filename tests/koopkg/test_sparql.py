"""SPARQL is answered, bounded and read-only."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.errors import QueryError, QueryLimitError
from koopkg.sparql import SparqlPool, query_form

HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("SELECT * { ?s ?p ?o }", "SELECT"),
        ("PREFIX select: <http://x/> ask { ?s select:insert 'SERVICE' }", "ASK"),
        ("# SERVICE and INSERT in a comment\nCONSTRUCT WHERE { ?s ?p ?o }", "CONSTRUCT"),
        ('DESCRIBE ?service { ?service ?p """SERVICE <http://x/>""" }', "DESCRIBE"),
        ("SELECT ?drop { ?drop <http://x/LOAD> 'it''s' }", "SELECT"),
    ],
)
def test_form_is_told_by_keywords_alone(query: str, form: str) -> None:
    """Names, strings, IRIs and comments that look like keywords are none."""
    assert query_form(query) == form


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE is refused"),
        ("SELECT * { { service silent ?x { ?s ?p ?o } } }", "SERVICE is refused"),
        ("LOAD <http://127.0.0.1:9/>", "LOAD is an update"),
        ("INSERT DATA { <a:a> <a:b> <a:c> }", "INSERT is an update"),
        ("DROP ALL", "DROP is an update"),
        ("", "has no query form"),
        ("SELECT * {", "syntax error in line 1, column"),
        ("SELECT * { ?s ?p ?o } LIMIT x", "syntax error in line 1"),
        ("SELECT * { ?s unknown:x ?o }", "syntax error"),
        ("SELECT 1" + " " * 30_000, "at most 20,000"),
    ],
)
def test_what_is_refused(query: str, message: str, sparql: SparqlPool) -> None:
    with pytest.raises(QueryError, match=r"^query: ") as caught:
        sparql.execute(query, format="json")
    assert message in str(caught.value)


@pytest.mark.parametrize(("query", "format"), [("ASK {}", "csv"), ("SELECT * {}", "ttl"), ("DESCRIBE <a:a>", "csv"), ("SELECT * {}", "pdf")])
def test_format_has_to_fit_the_query(query: str, format: str, sparql: SparqlPool) -> None:
    with pytest.raises(QueryError) as caught:
        sparql.execute(query, format=format)
    assert caught.value.field == "format"


def test_default_graph_is_the_union(sparql: SparqlPool) -> None:
    union = sparql.execute("SELECT (COUNT(DISTINCT ?c) AS ?n) { ?c a koop:Cooperation }", format="csv").body
    assert union.split() == [b"n", b"8"]


def test_from_and_default_graph_narrow_it_down(sparql: SparqlPool) -> None:
    graph = "https://w3id.org/koopkg/graph/curated/standesamt-lossetal"
    counted = "SELECT (COUNT(DISTINCT ?c) AS ?n) {} {{ ?c a koop:Cooperation }}"
    assert sparql.execute(counted.format(f"FROM <{graph}>"), format="csv").body.split() == [b"n", b"1"]
    assert sparql.execute(counted.format(""), format="csv", default_graphs=[graph]).body.split() == [b"n", b"1"]


def test_unknown_or_local_graphs_are_empty_and_never_fetched(sparql: SparqlPool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        port = listener.getsockname()[1]
        for source in (f"http://127.0.0.1:{port}/x", "file:///etc/passwd"):
            body = sparql.execute(f"SELECT ?s ?p ?o FROM <{source}> {{ ?s ?p ?o }}", format="csv").body
            assert body.split() == [b"s,p,o"]
        with pytest.raises(TimeoutError):
            listener.accept()


def test_a_slow_query_is_killed_and_the_next_one_answered(tiny: Settings) -> None:
    pool = SparqlPool(snapshot.open_files(tiny.data).graph, replace(tiny, sparql_timeout_seconds=0.5))
    try:
        with pytest.raises(QueryLimitError, match=r"longer than 0\.5 seconds"):
            pool.execute(HEAVY, format="json")
        assert b"true" in pool.execute("ASK {}", format="json").body
    finally:
        pool.close()


def test_memory_is_bounded(tiny: Settings) -> None:
    pool = SparqlPool(snapshot.open_files(tiny.data).graph, replace(tiny, sparql_memory_mib=80, sparql_timeout_seconds=60))
    try:
        with pytest.raises(QueryLimitError, match="more memory"):
            pool.execute("SELECT DISTINCT ?a ?b ?c ?d ?e { ?a ?b ?c . ?d ?e ?f }", format="json")
        assert b"true" in pool.execute("ASK {}", format="json").body
    finally:
        pool.close()


def test_result_size_is_bounded(tiny: Settings) -> None:
    pool = SparqlPool(snapshot.open_files(tiny.data).graph, replace(tiny, sparql_max_result_mib=1))
    try:
        with pytest.raises(QueryLimitError, match="larger than 1 MiB"):
            pool.execute("SELECT * { ?a ?b ?c . ?a ?d ?e }", format="xml")
    finally:
        pool.close()


def test_light_queries_pass_heavy_ones_from_a_cold_start(tiny: Settings) -> None:
    """Eight threads at once on a pool that was never used: every light query is answered."""
    pool = SparqlPool(snapshot.open_files(tiny.data).graph, replace(tiny, sparql_timeout_seconds=20))
    try:
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda _: pool.execute("ASK { ?s a koop:Cooperation }", format="json").body, range(40)))
        assert all(b"true" in answer for answer in answers)
    finally:
        pool.close()


def test_closing_leaves_no_process(tiny: Settings) -> None:
    import multiprocessing

    pool = SparqlPool(snapshot.open_files(tiny.data).graph, tiny)
    pool.execute("ASK {}", format="json")
    before = {child.pid for child in multiprocessing.active_children() if child.name == "koopkg-sparql"}
    pool.close()
    after = {child.pid for child in multiprocessing.active_children() if child.name == "koopkg-sparql"}
    assert len(before - after) == 1
