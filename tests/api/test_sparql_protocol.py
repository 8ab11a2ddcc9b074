"""The SPARQL 1.1 Protocol at `/sparql`, over real HTTP."""

from __future__ import annotations

import contextlib
import gzip
import os
import signal
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest
import rdflib

from koopkg.config import Settings
from koopkg_api.negotiation import best_match
from tests.conftest import DATA, Answer, Server, escaped_lines, running_server
from tests.koopkg.sparql.test_pool import HEAVY, has_connection, wait_for_end, workers_of

COUNT = "SELECT (COUNT(?case) AS ?n) { ?case a koop:Cooperation }"
DESCRIBED = "DESCRIBE <https://w3id.org/koopkg/case/standesamt-lossetal>"
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
        ("ASK {}", "text/csv, application/json;q=0.2", "application/json"),
        ("CONSTRUCT WHERE { ?s a koop:Cooperation }", "", "text/turtle; charset=utf-8"),
        ("CONSTRUCT WHERE { ?s a koop:Cooperation }", "application/n-triples", "application/n-triples"),
        ("DESCRIBE <https://w3id.org/koopkg/case/standesamt-lossetal>", "application/rdf+xml", "application/rdf+xml"),
        ("DESCRIBE <https://w3id.org/koopkg/case/standesamt-lossetal>", "application/ld+json", "application/ld+json"),
        (COUNT, "text/xml", "text/xml; charset=utf-8"),
        (DESCRIBED, "text/n3", "text/n3; charset=utf-8"),
        (DESCRIBED, "application/x-turtle", "application/x-turtle"),
        (DESCRIBED, "text/plain", "text/plain; charset=utf-8"),
        (DESCRIBED, "application/json", "application/json"),
    ],
)
def test_result_format_follows_accept(query: str, accept: str, media_type: str, server: Server) -> None:
    answer = server.request(f"/sparql?query={quote(query)}", headers={"Accept": accept} if accept else {})
    assert (answer.status, answer.headers["content-type"]) == (200, media_type)
    assert "Accept" in answer.headers["vary"].split(", ")


@pytest.mark.parametrize(
    ("query", "asked", "media_type"),
    [
        (COUNT, "format=csv", "text/csv; charset=utf-8"),
        (COUNT, "output=xml", "application/sparql-results+xml"),
        (COUNT, "results=json", "application/sparql-results+json"),
        (COUNT, "format=text%2Ftab-separated-values", "text/tab-separated-values; charset=utf-8"),
        (COUNT, "format=application/sparql-results+xml", "application/sparql-results+xml"),
        (COUNT, "format=AAA", "application/sparql-results+json"),
        (COUNT, "format=auto&output=", "application/sparql-results+json"),
        (DESCRIBED, "format=turtle&output=turtle&results=turtle", "text/turtle; charset=utf-8"),
        (DESCRIBED, "format=application%2Frdf%2Bxml", "application/rdf+xml"),
        (DESCRIBED, "format=xml", "application/rdf+xml"),
        (DESCRIBED, "format=n3", "text/turtle; charset=utf-8"),
        (DESCRIBED, "output=json-ld", "application/ld+json"),
        (DESCRIBED, "output=json", "application/ld+json"),
        (DESCRIBED, "format=ntriples", "application/n-triples"),
    ],
)
def test_formats_by_the_names_that_clients_use(query: str, asked: str, media_type: str, server: Server) -> None:
    """What is unknown is passed over, and Accept decides."""
    answer = server.request(f"/sparql?query={quote(query)}&{asked}")
    assert (answer.status, answer.headers["content-type"]) == (200, media_type)


def test_a_known_format_that_does_not_fit_is_refused(server: Server) -> None:
    answer = server.request(f"/sparql?query={quote(COUNT)}&format=ttl")
    assert (answer.status, answer.json()["field"]) == (400, "format")


def test_media_types_in_any_case(server: Server) -> None:
    answer = server.request("/sparql?format=csv", method="POST", data=COUNT.encode(), headers={"Content-Type": "Application/SPARQL-Query; charset=UTF-8"})
    assert answer.body.split() == [b"n", b"8"]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # by the JSON-LD parser of rdflib
@pytest.mark.parametrize("accept", ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json", "*/*", ""])
def test_the_description_comes_in_the_type_that_was_asked_for(accept: str, server: Server) -> None:
    answer = server.request("/sparql", headers={"Accept": accept} if accept else {})
    media_type = answer.headers["content-type"].partition(";")[0]
    assert media_type == (accept if accept not in ("", "*/*") else "text/turtle")
    syntax = {"application/n-triples": "nt", "application/rdf+xml": "xml", "application/ld+json": "json-ld"}.get(media_type, "turtle")
    assert len(rdflib.Graph().parse(data=answer.body, format=syntax)) == 12


def test_a_description_that_cannot_be_had(server: Server) -> None:
    assert server.request("/sparql", headers={"Accept": "image/png"}).status == 406


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("SELECT * { ?a ?b ?c . ?a ?d ?e . ?a ?f ?g }", 413, "larger than 1 MiB"),
        ("SELECT * { FILTER(" + "!" * 3_000 + "true) }", 400, "at most 100 levels"),
        ("SELECT * {\n  ?s ?p }", 400, "syntax error in line 2"),
        ("SELECT ?s { #\rSERVICE <http://127.0.0.1:9/x> { ?s ?p ?o }\n}", 400, "SERVICE is refused"),
        ("CLEAR ALL", 400, "is an update"),
        ("SELECT * { BIND(" + "+".join("1" * 95_000) + " AS ?x) }", 500, "crashed the engine"),
        (HEAVY, 503, "longer than 2 seconds"),
    ],
)
def test_each_refusal_says_what_it_is_to_scripts_of_other_sites_too(query: str, status: int, words: str, strict_server: Server) -> None:
    answer = strict_server.request("/sparql", method="POST", data=query.encode(), headers={**QUERY, "Origin": "https://elsewhere.example"})
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.json()["detail"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "retry-after" not in answer.headers


@pytest.fixture(scope="module")
def strict_server(tiny: Settings) -> Iterator[Server]:
    with running_server(tiny.data, KOOPKG_SPARQL_TIMEOUT_SECONDS="2", KOOPKG_SPARQL_MAX_RESULT_MIB="1") as started:
        yield started


@pytest.mark.parametrize("before", [(), (sys.executable, str(DATA / "sparql" / "without.py"), "unshare")], ids=["as it is", "unshare refused"])
def test_no_disguise_of_service_opens_a_connection(before: tuple[str, ...], tiny: Settings) -> None:
    """Each is a 400, also where the kernel gives no namespace of its own for the network."""
    with socket.create_server(("127.0.0.1", 0)) as listener, running_server(tiny.data, before=before) as started:
        port = str(listener.getsockname()[1])
        for query in escaped_lines(DATA / "sparql" / "service.txt"):
            answer = started.request("/sparql", method="POST", data=query.replace("PORT", port).encode(), headers=QUERY)
            assert (answer.status, answer.json()["detail"].partition(":")[0]) == (400, "query"), query
        assert not has_connection(listener)
        assert b"true" in started.request("/sparql?query=ASK%7B%7D").body


def test_more_than_two_heavy_queries_of_a_client_are_put_off(strict_server: Server) -> None:
    """Of many at once one runs, one waits, others are told to come again, though on a busy machine one may come when another is through; nobody else waits."""
    with ThreadPoolExecutor(6) as threads:
        asked = [threads.submit(strict_server.request, f"/sparql?query={quote(f'{HEAVY} # {number}')}") for number in range(6)]
        next(as_completed(asked))
        assert b"true" in strict_server.request("/sparql?query=ASK%7B%7D").body
        assert strict_server.request("/healthz").status == 200
        answers = sorted((answer.result() for answer in asked), key=lambda answer: answer.status)
    assert {answer.status for answer in answers} == {429, 503}
    assert (answers[0].headers["retry-after"], answers[0].headers["access-control-allow-origin"]) == ("5", "*")


def test_a_query_dies_with_its_connection(tiny: Settings) -> None:
    manager = running_server(tiny.data, KOOPKG_SPARQL_TIMEOUT_SECONDS="60")
    with manager as started, socket.create_connection(started.address.removeprefix("http://").split(":")) as connection:  # type: ignore[arg-type]
        connection.sendall(f"GET /sparql?query={quote(HEAVY)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        computing = None
        while computing is None:
            heavy = [pid for pid in workers_of(manager.process.pid) if os.getpriority(os.PRIO_PROCESS, pid) == 10]
            computing = os.pidfd_open(heavy[0]) if heavy else None
        connection.close()
        assert wait_for_end(computing)


def test_a_browser_is_told_by_a_page_and_saves_under_a_name(server: Server) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    failed = server.request(f"/sparql?query={quote('SELECT * {')}&format=csv", headers=browser)
    assert (failed.status, failed.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert "Syntaxfehler in Zeile 1" in failed.text
    assert failed.headers["access-control-allow-origin"] == "*"
    assert 'filename="koopkg.tsv"' in server.request(f"/sparql?query={quote(COUNT)}&format=tsv", headers=browser).headers["content-disposition"]


def test_the_server_stops_at_once_though_a_heavy_query_runs(tiny: Settings) -> None:
    """Told to by a signal: the client is told so, nothing is printed, no process is left."""
    manager = running_server(tiny.data, KOOPKG_SPARQL_TIMEOUT_SECONDS="60")
    with manager as started, ThreadPoolExecutor(1) as threads:
        asked = threads.submit(started.request, f"/sparql?query={quote(HEAVY)}")
        descriptors: list[int] = []
        while not descriptors:
            descriptors = [os.pidfd_open(pid) for pid in workers_of(manager.process.pid) if os.getpriority(os.PRIO_PROCESS, pid) == 10]
        manager.process.send_signal(signal.SIGTERM)
        assert asked.result().status == 503
        assert manager.process.stderr is not None
        assert manager.process.stderr.read() == b""
    assert wait_for_end(descriptors[0])


def test_a_client_may_leave_two_large_answers_unread(server: Server) -> None:
    """A third is put off, so that slow readers do not fill the memory; others and, once they have been read, it too get theirs."""
    request = f"GET /sparql?query={quote(LARGE)}&format=xml HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    host, port = server.address.removeprefix("http://").split(":")
    with contextlib.ExitStack() as unread:
        for _ in range(2):
            connection = unread.enter_context(contextlib.closing(socket.socket()))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            connection.connect((host, int(port)))
            connection.sendall(request)
            assert connection.recv(15) == b"HTTP/1.1 200 OK"
        third = server.request(f"/sparql?query={quote(LARGE)}&format=xml")
        assert (third.status, third.headers["retry-after"]) == (429, "5")
    whole = read_when_free(server)
    assert len(whole.body) == int(whole.headers["content-length"]) > 2**22


LARGE = "SELECT * { ?a ?b ?c . ?a a ?e }"


def read_when_free(server: Server) -> Answer:
    """The large answer, once the server has noticed that the others are gone."""
    while (answer := server.request(f"/sparql?query={quote(LARGE)}&format=xml")).status == 429:
        pass
    return answer


def test_large_results_are_compressed_where_they_are_made(server: Server) -> None:
    query = quote("SELECT ?s ?o { ?s skos:prefLabel ?o } ORDER BY ?s ?o")
    packed = server.request(f"/sparql?query={query}&format=csv", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == server.request(f"/sparql?query={query}&format=csv").body


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
