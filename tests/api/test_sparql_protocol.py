"""The SPARQL 1.1 Protocol at `/sparql`, over real HTTP."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest

from koopkg.config import Settings
from koopkg_api.negotiation import best_match
from tests.conftest import Server, running_server

COUNT = "SELECT (COUNT(?case) AS ?n) { ?case a koop:Cooperation }"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
QUERY = {"Content-Type": "application/sparql-query"}


def test_query_by_get_by_form_and_as_body(server: Server) -> None:
    by_get = server.request(f"/sparql?query={quote(COUNT)}&format=csv")
    by_form = server.request("/sparql", method="POST", data=urlencode({"query": COUNT, "format": "csv"}).encode(), headers=FORM)
    as_body = server.request("/sparql?format=csv", method="POST", data=COUNT.encode(), headers=QUERY)
    assert by_get.body.split() == by_form.body.split() == as_body.body.split() == [b"n", b"8"]


def test_forms_are_decoded_once(server: Server) -> None:
    answer = server.request("/sparql", method="POST", data=urlencode({"query": 'SELECT ("100%25" AS ?x) {}', "format": "csv"}).encode(), headers=FORM)
    assert answer.body.split() == [b"x", b"100%25"]


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        (COUNT, "", "application/sparql-results+json"),
        (COUNT, "*/*", "application/sparql-results+json"),
        (COUNT, "text/html, */*;q=0.1", "application/sparql-results+json"),
        (COUNT, "application/sparql-results+xml", "application/sparql-results+xml"),
        (COUNT, "text/csv", "text/csv; charset=utf-8"),
        (COUNT, "text/tab-separated-values;q=0.9, text/csv;q=0.5", "text/tab-separated-values; charset=utf-8"),
        ("ASK {}", "text/csv, application/json;q=0.2", "application/sparql-results+json"),
        ("CONSTRUCT WHERE { ?s a koop:Cooperation }", "", "text/turtle; charset=utf-8"),
        ("CONSTRUCT WHERE { ?s a koop:Cooperation }", "application/n-triples", "application/n-triples"),
        ("DESCRIBE <https://w3id.org/koopkg/case/standesamt-lossetal>", "application/rdf+xml", "application/rdf+xml"),
        ("DESCRIBE <https://w3id.org/koopkg/case/standesamt-lossetal>", "application/ld+json", "application/ld+json"),
    ],
)
def test_result_format_follows_accept(query: str, accept: str, media_type: str, server: Server) -> None:
    answer = server.request(f"/sparql?query={quote(query)}", headers={"Accept": accept} if accept else {})
    assert (answer.status, answer.headers["content-type"]) == (200, media_type)
    assert answer.headers["vary"] == "Accept"


def test_json_results_keep_order_and_leave_unbound_out(server: Server) -> None:
    query = 'SELECT ?b ?a ?none { VALUES (?a ?b) { ("x" "y"@de) } }'
    results = server.request(f"/sparql?query={quote(query)}").json()
    assert results["head"]["vars"] == ["b", "a", "none"]
    assert results["results"]["bindings"] == [{"b": {"type": "literal", "value": "y", "xml:lang": "de"}, "a": {"type": "literal", "value": "x"}}]


def test_construct_gives_a_graph_that_parses(server: Server) -> None:
    answer = server.request(f"/sparql?query={quote('CONSTRUCT { ?s koop:sector ?o } WHERE { ?s koop:sector ?o }')}")
    triples = list(ox.parse(answer.body, format=ox.RdfFormat.TURTLE))
    assert len({str(quad.subject) for quad in triples}) == 8


@pytest.mark.parametrize(
    ("method", "headers", "data", "status"),
    [
        ("POST", {"Content-Type": "text/plain"}, b"ASK {}", 415),
        ("POST", {"Content-Type": "application/sparql-update"}, b"CLEAR ALL", 415),
        ("POST", {"Content-Type": "application/sparql-query; charset=latin-1"}, b"ASK {}", 415),
        ("POST", QUERY, b"\xff", 400),
        ("POST", QUERY, b"", 400),
        ("POST", FORM, b"", 400),
        ("PUT", QUERY, b"ASK {}", 405),
        ("DELETE", {}, None, 405),
    ],
)
def test_other_requests_are_refused(method: str, headers: dict[str, str], data: bytes | None, status: int, server: Server) -> None:
    answer = server.request("/sparql", method=method, data=data, headers=headers)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")


def test_unsatisfiable_accept_is_406(server: Server) -> None:
    answer = server.request("/sparql?query=ASK%7B%7D", headers={"Accept": "text/turtle"})
    assert answer.status == 406
    assert "application/sparql-results+json" in answer.json()["detail"]


def test_datasets_of_the_protocol(server: Server) -> None:
    graph = "https://w3id.org/koopkg/graph/curated/standesamt-lossetal"
    narrowed = server.request(f"/sparql?query={quote(COUNT)}&format=csv&default-graph-uri={quote(graph)}")
    named = server.request(f"/sparql?query={quote('SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }')}&format=csv&named-graph-uri={quote(graph)}")
    assert narrowed.body.split() == [b"n", b"1"]
    assert named.body.decode().split() == ["g", graph]


def test_bare_address_describes_the_service(server: Server) -> None:
    answer = server.request("/sparql", headers={"Accept": "text/turtle"})
    triples = {(quad.predicate.value.rpartition("#")[2], str(quad.object)) for quad in ox.parse(answer.body, format=ox.RdfFormat.TURTLE)}
    assert ("endpoint", f"<{server.address}/sparql>") in triples
    assert not [feature for name, feature in triples if "Federated" in feature]
    assert "<textarea" in server.request("/sparql", headers={"Accept": "text/html"}).text


def test_description_names_the_public_address_behind_a_proxy(tiny: Settings) -> None:
    with running_server(tiny.data, KOOPKG_BASE_URL="https://koop.example/") as started:
        assert "sd:endpoint <https://koop.example/sparql>" in started.request("/sparql", headers={"Accept": "text/turtle"}).text


def test_head_options_and_other_origins(server: Server) -> None:
    head = server.request("/sparql?query=ASK%7B%7D", method="HEAD")
    assert (head.status, head.body, head.headers["content-type"]) == (200, b"", "application/sparql-results+json")
    options = server.request("/sparql", method="OPTIONS")
    assert options.headers["access-control-allow-origin"] == "*"
    assert "POST" in options.headers["access-control-allow-methods"]


def test_competency_questions_over_http(server: Server) -> None:
    """The three tables that the first user asks for, on the tiny corpus, counted by hand."""
    by_form = "SELECT ?form (COUNT(?case) AS ?n) { ?case koop:legalForm ?form } GROUP BY ?form"
    rows = server.request(f"/sparql?query={quote(by_form)}").json()["results"]["bindings"]
    counts = {row["form"]["value"].rpartition("/")[2]: int(row["n"]["value"]) for row in rows}
    assert counts["zweckverband"] == 2
    assert counts["verein"] == 1
    in_hessen = "SELECT ?case { ?case koop:land/skos:prefLabel 'Hessen'@de ; koop:legalForm/skos:broader? legal-form:oeffentlich-rechtliche-vereinbarung }"
    found = server.request(f"/sparql?query={quote(in_hessen)}").json()["results"]["bindings"]
    assert [row["case"]["value"].rpartition("/")[2] for row in found] == ["standesamt-lossetal"]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "a/x"),
        ("*/*", "a/x"),
        ("b/y", "b/y"),
        ("b/*", "b/y"),
        ("a/x;q=0.1, b/y;q=0.2", "b/y"),
        ("a/x;q=0, */*", "b/y"),
        ("c/z", None),
        ("a/x;q=kaputt", None),
    ],
)
def test_negotiation(accept: str, expected: str | None) -> None:
    assert best_match(accept, ["a/x", "b/y"]) == expected


def test_problem_of_a_slow_query_is_503(tiny: Settings) -> None:
    heavy = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with running_server(tiny.data, KOOPKG_SPARQL_TIMEOUT_SECONDS="0.5") as started:
        answer = started.request(f"/sparql?query={quote(heavy)}")
        assert answer.status == 503
        assert "longer than 0.5 seconds" in json.loads(answer.body)["detail"]
        assert started.request("/sparql?query=ASK%7B%7D").status == 200
