"""What holds at every address, whatever its route: walks the route table of the application over real HTTP."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from bs4 import BeautifulSoup
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from koopkg.config import Settings
from koopkg_api.app import create_app
from tests.conftest import Answer, Server

FILLED = {"case_id": "standesamt-lossetal", "scheme": "sector", "slug": "wasser", "suffix": "ttl"}
TURTLE = {"Accept": "text/turtle"}
PROGRAMS = ("/api/", "/sparql", "/healthz", "/readyz", "/openapi.json")
EXPOSED = {"Link", "ETag", "Retry-After", "X-Koopkg-Snapshot", "Content-Disposition"}
BODIES = {"POST", "PUT", "PATCH", "DELETE"}


def route_table() -> Iterator[tuple[re.Pattern[str], str, set[str]]]:
    """Pattern and an address of every route, and the methods that it is declared with."""
    for route in iter_route_contexts(create_app(Settings()).routes):
        if isinstance(route.original_route, Mount):
            yield re.compile(f"{route.path}/.*"), "/static/koopkg.css", {"GET"}
        else:
            address = re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: FILLED.get(found.group(1), "nix"), route.path or "")
            yield route.path_regex, address, route.methods or set()


ROUTES = list(route_table())
ADDRESSES = sorted({address for _, address, _ in ROUTES})


def declared(address: str) -> set[str]:
    """The methods of an address by all routes that fit it, with those that every address has."""
    methods = set().union(*(methods for pattern, _, methods in ROUTES if pattern.fullmatch(address)))
    return methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())


def listed(header: str) -> set[str]:
    return {name.strip() for name in header.split(",")}


def test_the_table_holds_what_is_promised() -> None:
    assert {"/", "/sparql", "/api/v1/search", "/vocab/sector/wasser", "/ontology.ttl", "/static/koopkg.css", "/openapi.json"} <= set(ADDRESSES)


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_has_the_head_of_get(address: str, server: Server) -> None:
    if "GET" not in declared(address):
        assert server.request(address, method="HEAD").status == 405
        return
    for headers in ({}, TURTLE, {"Accept-Encoding": "gzip"}):
        get, head = (server.request(address, method=method, headers=headers) for method in ("GET", "HEAD"))
        for answer in (get, head):
            answer.headers.pop("date")
        assert (head.status, head.headers, head.body) == (get.status, get.headers, b"")


@pytest.mark.parametrize("address", ADDRESSES)
def test_options_and_405_name_all_methods(address: str, server: Server) -> None:
    options = server.request(address, method="OPTIONS")
    assert (options.status, options.body) == (204, b"")
    assert listed(options.headers["allow"]) == declared(address)
    assert listed(options.headers["access-control-allow-methods"]) == declared(address)
    refused = server.request(address, method=min(BODIES - declared(address)))
    assert refused.status == 405
    assert listed(refused.headers["allow"]) == declared(address)
    assert_is_error(address, refused)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_error_has_the_one_shape(address: str, server: Server) -> None:
    for spoilt, status in ((f"{address}?q=%ff", 400), (f"{address}/%00", 400), (f"{address}/nix/nix/nix/nix", 404)):
        answer = server.request(spoilt)
        assert answer.status == status
        assert_is_error(spoilt.partition("?")[0], answer)


def assert_is_error(address: str, answer: Answer) -> None:
    if address.startswith(PROGRAMS) or address.endswith(".ttl"):
        assert answer.headers["content-type"] == "application/problem+json", answer.text[:300]
        assert answer.json()["status"] == answer.status
        assert {"type", "title", "detail", "instance"} <= set(answer.json())
        assert answer.headers["access-control-allow-origin"] == "*"
    else:
        assert str(answer.status) in BeautifulSoup(answer.text, "html.parser").select_one("[role=alert]").text  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("path", "method", "headers", "status"),
    [
        ("/api/v1/cases", "GET", {}, 200),
        ("/api/v1/cases?land=Hessen", "GET", {}, 422),
        ("/api/v1/nix", "GET", {}, 404),
        ("/api/v1/search", "PUT", {}, 405),
        ("/api/v1/search", "POST", {"Content-Length": "2000000"}, 413),
        ("/api/v1/search", "POST", {"Content-Encoding": "gzip"}, 415),
        ("/sparql?query=ASK%7B%7D", "GET", {}, 200),
        ("/sparql?query=nix", "GET", {}, 400),
        ("/sparql?query=ASK%7B%7D", "GET", TURTLE, 406),
        ("/sparql", "PUT", {}, 405),
        ("/vocab/sector/wasser", "GET", TURTLE, 200),
        ("/case/standesamt-lossetal", "GET", TURTLE, 200),
        ("/vocab/sector/wasser.jsonld", "GET", {}, 200),
        ("/vocab/sector/nix", "GET", TURTLE, 404),
        ("/vocab/sector/nix.rdf", "GET", {}, 404),
        ("/vocab/sector/wasser", "DELETE", TURTLE, 405),
        ("/ontology", "GET", {"Accept": "application/ld+json"}, 200),
        ("/openapi.json", "GET", {}, 200),
    ],
)
def test_scripts_of_other_sites_can_read_answers_and_errors(path: str, method: str, headers: dict[str, str], status: int, server: Server) -> None:
    answer = server.request(path, method=method, headers={**headers, "Origin": "https://elsewhere.example"})
    assert answer.status == status, answer.text[:300]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert listed(answer.headers["access-control-expose-headers"]) >= EXPOSED


@pytest.mark.parametrize("path", ["/", "/vocab", "/nix"])
def test_pages_are_for_their_own_site(path: str, server: Server) -> None:
    assert "access-control-allow-origin" not in server.request(path, headers={"Accept": "text/html,*/*;q=0.8"}).headers


def test_preflight_allows_what_clients_send(server: Server) -> None:
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    for path in ("/sparql", "/api/v1/search"):
        answer = server.request(path, method="OPTIONS", headers=asked)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert listed(answer.headers["access-control-allow-methods"]) >= {"GET", "HEAD", "POST"}
        assert listed(answer.headers["access-control-allow-headers"]) >= {"Content-Type", "Accept"}
    assert server.request("/api/v1/nix", method="OPTIONS", headers=asked).status == 404


KNOWLEDGE = "/sparql?query=" + quote('CONSTRUCT { ?c a ?knowledge } { ?c a koop:Cooperation BIND("known" AS ?knowledge) }')
"""A query whose words only look like calls of NOW."""


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/api/v1/cases?limit=1", {}), ("/vocab/sector/wasser", TURTLE), ("/ontology.nt", {}), (KNOWLEDGE, {}), (KNOWLEDGE, TURTLE)],
)
def test_unchanged_answers_are_not_sent_again(path: str, headers: dict[str, str], server: Server) -> None:
    first = server.request(path, headers=headers)
    for given in (first.headers["etag"], f'"other", {first.headers["etag"]}', first.headers["etag"].removeprefix("W/")):
        again = server.request(path, headers={**headers, "If-None-Match": given})
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
        assert again.headers["access-control-allow-origin"] == "*"
        assert again.headers["x-koopkg-snapshot"] == first.headers["x-koopkg-snapshot"]
    assert server.request(path, headers={**headers, "If-None-Match": first.headers["etag"][:-2]}).status == 200


def test_an_etag_is_of_one_address_in_one_media_type(server: Server) -> None:
    turtle = server.request("/vocab/sector/wasser", headers=TURTLE).headers["etag"]
    for path, accept in (("/vocab/sector/wasser", "application/n-triples"), ("/vocab/sector/wasser", "text/html"), ("/vocab/sector/abwasser", "text/turtle")):
        answer = server.request(path, headers={"Accept": accept, "If-None-Match": turtle})
        assert answer.status == 200
        assert answer.body


CHANGING = ("NOW()", "now ()", "RAND # at random\n()", "UUID()", "StrUUID()")


@pytest.mark.parametrize("call", CHANGING)
@pytest.mark.parametrize(
    "query", ["CONSTRUCT {{ ?s rdfs:label ?l }} {{ BIND(<https://example.org/> AS ?s) BIND(STR({}) AS ?l) }}", "SELECT (STR({}) AS ?l) {{ }}"]
)
def test_what_a_query_asks_for_may_change(call: str, query: str, server: Server) -> None:
    """Not known to the cache of a client: the time, a random number, a new identifier, however the call is written."""
    answer = server.request(f"/sparql?query={quote(query.format(call))}")
    assert answer.status == 200
    assert "etag" not in answer.headers


def test_a_query_has_an_etag_of_its_own(server: Server) -> None:
    first = server.request(KNOWLEDGE)
    assert first.headers["cache-control"] == "no-cache"
    for path, headers in ((KNOWLEDGE.replace("Cooperation", "PublicBody"), {}), (KNOWLEDGE, {"Accept": "application/n-triples"})):
        answer = server.request(path, headers={**headers, "If-None-Match": first.headers["etag"]})
        assert (answer.status, answer.headers["etag"] != first.headers["etag"]) == (200, True)
    asked = {"Content-Type": "application/sparql-query", "If-None-Match": first.headers["etag"]}
    assert "etag" not in server.request("/sparql", data=b"ASK {}", headers=asked).headers


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/", {}), ("/api/v1/cases", {}), ("/ontology", TURTLE), ("/sparql?query=" + quote("SELECT * { ?s ?p ?o } LIMIT 500"), {}), ("/openapi.json", {})],
)
def test_texts_are_compressed_for_those_who_accept_it(path: str, headers: dict[str, str], server: Server) -> None:
    plain, packed = (server.request(path, headers={**headers, "Accept-Encoding": coding}) for coding in ("identity", "gzip"))
    assert (packed.headers["content-encoding"], packed.headers.get("etag")) == ("gzip", plain.headers.get("etag"))
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 2
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["vary"]


def test_unexpected_errors_are_problems_that_other_sites_can_read(tiny: Settings) -> None:
    app = create_app(tiny)
    app.add_api_route("/api/v1/broken", lambda: 1 // 0)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://koopkg.test") as client:
            return await client.get("/api/v1/broken")

    answer = asyncio.run(ask())
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "ZeroDivision" not in answer.text
