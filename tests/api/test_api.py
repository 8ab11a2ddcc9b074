"""The JSON API over real HTTP: answers, errors and OpenAPI say the same."""

from __future__ import annotations

import http.client
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.pipeline import ingest
from koopkg.search import search
from koopkg.sentences import sentence_of
from koopkg.snapshot import OpenSnapshot
from koopkg_api.app import create_app
from tests.conftest import TINY, Answer, Server, Silent, running_server

CASE = "standesamt-lossetal"
JSON = {"Content-Type": "application/json"}


def problem(answer: Answer, status: int) -> dict[str, Any]:
    """The problem details of an answer that failed."""
    assert answer.status == status, answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == status
    assert {"type", "title", "detail", "instance"} <= set(found)
    assert "Traceback" not in answer.text
    assert "/home" not in answer.text
    return found


def test_search_answers_as_the_library_does(server: Server, opened: OpenSnapshot) -> None:
    answer = server.request("/api/v1/search?q=Standesamt&limit=3").json()
    hits = search(opened, "Standesamt", limit=3).hits
    assert [(hit["id"], hit["score"]) for hit in answer["hits"]] == [(hit.id, hit.score) for hit in hits]
    assert [reason["text"] for reason in answer["hits"][0]["reasons"]] == [sentence_of(reason.kind, reason.values, "de") for reason in hits[0].reasons]
    assert answer["snapshot"] == opened.id
    assert [concept["slug"] for concept in answer["understood"]["concepts"]] == ["standesamt", "standesamt-meldewesen"]


def test_what_was_understood_says_what_it_does_and_how_it_is_taken_back(server: Server) -> None:
    asked = "/api/v1/search?q=" + quote("Gibt es ein gemeinsames Standesamt in Hessen, kein Zweckverband?")
    answer = server.request(asked).json()
    concepts, places, slots = (answer["understood"][name] for name in ("concepts", "places", "slots"))
    assert [(entry["key"], entry["label"]) for entry in places] == [("place/06", "Hessen")]
    assert (places[0]["role"], places[0]["is_met"], places[0]["evidence"][0]["quote"]) == ("condition", True, "Hessen")
    assert [(entry["kind"], entry["value"], entry["label"], entry["role"]) for entry in slots] == [
        ("not", "legal-form/zweckverband", "nicht: Zweckverband", "exclusion")
    ]
    assert {"activity/standesamt", "sector/standesamt-meldewesen"} <= {entry["key"] for entry in concepts}
    without = server.request(f"{asked}&without=place/06&without=sector/standesamt-meldewesen&without=place/09").json()["understood"]
    assert (without["places"], [entry["key"] for entry in without["taken_back"]]) == ([], ["place/06", "sector/standesamt-meldewesen"])
    assert "sector/standesamt-meldewesen" not in {entry["key"] for entry in without["concepts"]}
    posted = server.request("/api/v1/search", method="POST", data=json.dumps({"q": "Standesamt in Hessen", "without": ["place/06"]}).encode(), headers=JSON)
    assert posted.json()["understood"]["places"] == []


def test_a_whole_paper_is_searched_by_what_it_is_about_and_is_too_long_for_an_address(server: Server) -> None:
    """10,000 words: a plan of a depot in a council paper of other sentences."""
    filler = [f"Zu Punkt {number} der Tagesordnung nimmt der Rat den Bericht der Verwaltung zur Kenntnis." for number in range(700)]
    filler[350] = "Die Gemeinden wollen einen gemeinsamen Bauhof mit Winterdienst und Grünpflege betreiben und ihre Fahrzeuge zusammenlegen."
    text = " ".join(filler)
    assert len(text.split()) > 9_000
    found = server.request("/api/v1/search", method="POST", data=json.dumps({"q": text}).encode(), headers=JSON)
    assert found.status == 200
    assert "activity/bauhof" in {entry["key"] for entry in found.json()["understood"]["concepts"]}
    problem(server.request("/api/v1/search", method="POST", data=json.dumps({"q": text * 2}).encode(), headers=JSON), 400)
    assert "at most 5,000" in problem(server.request("/api/v1/search?q=" + quote("Bauhof " * 800)), 400)["detail"]


def test_search_speaks_the_language_asked_for(server: Server, opened: OpenSnapshot) -> None:
    for language in ("de", "en"):
        hits = server.request(f"/api/v1/search?q=Bauhof&lang={language}").json()["hits"]
        assert [hit["title"] for hit in hits] == [opened.catalog.entry(opened.catalog.row_of(hit["id"])).case.title_in(language) for hit in hits]
        assert hits


def test_explanations_can_be_left_out(server: Server) -> None:
    plain, explained = (server.request(f"/api/v1/search?q=Standesamt&explain={value}").json()["hits"][0] for value in ("false", "true"))
    assert (plain["reasons"], plain["parts"]) == ([], {})
    assert explained["reasons"]
    assert plain["score"] == explained["score"]


def test_search_by_post_takes_long_texts(server: Server) -> None:
    body = {"q": "Zwei Gemeinden wollen ihren Bauhof zusammenlegen. " * 40, "state": ["Baden-Württemberg"], "limit": 1}
    answer = server.request("/api/v1/search", method="POST", data=json.dumps(body).encode(), headers={"Content-Type": "application/json"})
    assert [hit["id"] for hit in answer.json()["hits"]] == ["bauhof-gruenkraut-bodnegg"]


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/api/v1/search?q=", 400, "q"),
        ("/api/v1/search?q=" + "x" * 20_000, 400, "q"),
        ("/api/v1/search?q=Bus&sector=bauhof", 400, "sector"),
        ("/api/v1/search?q=Bus&state=Hesen", 400, "state"),
        ("/api/v1/search?q=Bus&limit=0", 400, "limit"),
        ("/api/v1/search?q=Bus&limit=viele", 422, "limit"),
        ("/api/v1/search?q=Bus&lang=fr", 422, "lang"),
        ("/api/v1/search", 422, "q"),
        ("/api/v1/cases?country=Deutschland", 400, "country"),
        ("/api/v1/cases?offset=-1", 400, "offset"),
        ("/api/v1/cases/nix", 404, None),
        ("/api/v1/cases/nix/similar", 404, None),
        ("/api/v1/concepts/sector/nix", 404, None),
        ("/api/v1/nix", 404, None),
        ("/sparql?query=SELECT", 400, "query"),
        ("/sparql?query=" + quote("SELECT * { SERVICE <http://127.0.0.1/> {} }"), 400, "query"),
        ("/sparql?query=ASK%7B%7D&query=ASK%7B%7D", 400, "query"),
        ("/sparql?update=CLEAR+ALL", 400, "update"),
        ("/sparql?query=ASK%7B%7D&format=ttl", 400, "format"),
    ],
)
def test_bad_requests_are_problem_details(path: str, status: int, field: str | None, server: Server) -> None:
    assert problem(server.request(path), status).get("field") == field


def test_every_json_route_refuses_other_methods_as_a_problem(server: Server) -> None:
    """Walks the route table by way of OpenAPI."""
    paths = server.request("/openapi.json").json()["paths"]
    assert len(paths) >= 9
    for path in paths:
        address = path.replace("{case_id}", CASE).replace("{scheme}", "sector").replace("{slug}", "wasser")
        answer = server.request(address, method="DELETE")
        problem(answer, 405)
        assert "allow" in answer.headers


def test_broken_json_is_a_problem(server: Server) -> None:
    problem(server.request("/api/v1/search", method="POST", data=b"{", headers={"Content-Type": "application/json"}), 422)


def test_bodies_too_large_are_refused_before_they_are_read(server: Server) -> None:
    connection = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=20)
    connection.putrequest("POST", "/api/v1/search")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", "1100000")
    connection.endheaders()
    response = connection.getresponse()
    problem(Answer(response.status, {key.lower(): value for key, value in response.getheaders()}, response.read()), 413)
    connection.close()


def test_searches_at_the_same_time_answer_like_one_after_the_other(server: Server) -> None:
    paths = [f"/api/v1/search?q={word}+im+Dorf&limit=2" for word in ("Bauhof", "Bus", "Laden", "Standesamt", "Wasser", "Bad", "Kita", "Verein")] * 3
    serial = [server.request(path).body for path in paths]
    with ThreadPoolExecutor(8) as threads:
        parallel = [answer.body for answer in threads.map(server.request, paths)]
    assert parallel == serial


def test_case_has_every_statement_with_its_evidence(server: Server) -> None:
    case = server.request(f"/api/v1/cases/{CASE}").json()
    assert case["iri"] == f"https://w3id.org/koopkg/case/{CASE}"
    form = next(statement for statement in case["statements"] if statement["scheme"] == "legal-form")
    assert form["slug"] == "oeffentlich-rechtliche-vereinbarung-delegierend"
    assert form["evidence"] == case["case"]["legal_form_evidence"]
    assert case["mentions"]
    for found in [*case["mentions"], *case["places"]]:
        for mention in found["evidence"]:
            assert case["text"][mention["start"] : mention["end"]] == mention["quote"]


def test_cases_are_listed_with_facets_and_pages(server: Server) -> None:
    whole = server.request("/api/v1/cases").json()
    assert whole["total"] == len(whole["cases"]) == 8
    assert [case["title"] for case in whole["cases"]] == sorted(case["title"] for case in whole["cases"])
    second = server.request("/api/v1/cases?limit=3&offset=3").json()
    assert [case["id"] for case in second["cases"]] == [case["id"] for case in whole["cases"]][3:6]
    for facet in whole["facets"]:
        for value in facet["values"]:
            listed = server.request("/api/v1/cases?" + urlencode({facet["name"]: value["value"]})).json()
            assert listed["total"] == value["count"]


def test_similar_leaves_the_case_itself_out(server: Server) -> None:
    found = [hit["id"] for hit in server.request("/api/v1/cases/bauhof-gruenkraut-bodnegg/similar").json()["hits"]]
    assert found[0] == "bauhof-hueckeswagen-wipperfuerth"
    assert "bauhof-gruenkraut-bodnegg" not in found


def test_concepts_have_hierarchy_and_counts(server: Server) -> None:
    schemes = {scheme["scheme"]: scheme for scheme in server.request("/api/v1/concepts").json()["schemes"]}
    assert len(schemes) == 40
    concept = server.request("/api/v1/concepts/legal-form/oeffentlich-rechtliche-vereinbarung?lang=en").json()
    assert concept["label"] == "public-law agreement"
    assert concept["cases"] == 3
    assert len(concept["narrower"]) == 4
    assert "Zweckvereinbarung" in concept["labels"]["de"]
    assert concept["scope_note"].startswith("In BY, NI, RP, SN, ST and TH the form is called Zweckvereinbarung.")
    assert all(example.startswith("https://w3id.org/koopkg/case/") for example in concept["examples"])
    obstacle = server.request("/api/v1/concepts/obstacle/kirchturmdenken").json()
    assert "https://w3id.org/koopkg/vocab/success-factor/wir-gefuehl" in obstacle["countered_by"]


def test_stats_count_the_snapshot(server: Server) -> None:
    stats = server.request("/api/v1/stats").json()
    assert stats["counts"]["documents"] == 8
    assert stats["cases_by"]["state"]["Hessen"] == 2


def test_health_and_readiness(server: Server) -> None:
    assert server.request("/healthz").json() == {"status": "ok"}
    assert server.request("/readyz").json()["status"] == "ready"


def test_unchanged_answers_are_not_sent_twice(server: Server) -> None:
    first = server.request("/api/v1/cases?limit=1")
    again = server.request("/api/v1/cases?limit=1", headers={"If-None-Match": first.headers["etag"]})
    other = server.request("/api/v1/cases?limit=2", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert other.status == 200


def test_answers_carry_security_headers(server: Server) -> None:
    for path in ("/", "/api/v1/stats", "/sparql?query=ASK%7B%7D", "/nix"):
        headers = server.request(path).headers
        assert "unsafe" not in headers["content-security-policy"]
        assert "script-src 'self';" in headers["content-security-policy"]
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["x-content-type-options"] == "nosniff"


def test_openapi_describes_what_is_answered(server: Server) -> None:
    """Every JSON answer has exactly the keys that its schema requires, for each documented GET."""
    assert "/api/v1/search" in described_answers(server, {"case_id": CASE, "scheme": "sector", "slug": "wasser"})


def described_answers(server: Server, names: dict[str, str]) -> list[str]:
    """The paths whose JSON answers have the keys that their schemas require, no others; those that ask for a name that is not given are left out."""
    description, found = server.request("/openapi.json").json(), []
    for path, operations in description["paths"].items():
        content = operations["get"]["responses"]["200"].get("content", {}).get("application/json") if "get" in operations else None
        if content is None or "schema" not in content or not set(re.findall(r"{(\w+)}", path)) <= names.keys():
            continue
        answer = server.request(path.format(**names) + ("?q=Bauhof" if path.endswith("/search") else "")).json()
        schema = description["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
        assert set(schema.get("required", [])) <= set(answer) <= set(schema["properties"]), path
        found.append(path)
    return found


def test_every_error_status_of_a_route_is_described() -> None:
    description = create_app(Settings()).openapi()
    search = description["paths"]["/api/v1/search"]["get"]["responses"]
    assert {"200", "400", "422", "503"} <= set(search)
    assert "404" in description["paths"]["/api/v1/cases/{case_id}"]["get"]["responses"]


DECIDED = ["/api/v1/cases/standesamt-lossetal", "/api/v1/search?q=Standesamt", "/vocab/sector/wasser.ttl", "/sparql?query=ASK%7B%7D"]
"""Addresses whose answers nothing but the snapshot decides; the last two are the same in each."""


def test_a_new_snapshot_is_served_without_a_restart(tiny_copy: Settings) -> None:
    """What a client has kept of the old one is not called unchanged, even where it is."""
    with running_server(tiny_copy.data) as started:
        kept = {path: started.request(path).headers["etag"] for path in DECIDED}
        assert {started.request(path, headers={"If-None-Match": tag}).status for path, tag in kept.items()} == {304}
        assert started.request("/api/v1/stats").json()["counts"]["documents"] == 8
        ingest([TINY / "standesamt-lossetal.md"], tiny_copy, Silent(), rebuild=True)
        published = snapshot.current_id(tiny_copy.data)
        deadline = time.monotonic() + 60  # it is opened while the old one is served
        while time.monotonic() < deadline and started.request("/readyz").json()["snapshot"] != published:
            pass
        stats = started.request("/api/v1/stats").json()
        assert (stats["counts"]["documents"], stats["snapshot"]) == (1, published)
        for path, tag in kept.items():
            answer = started.request(path, headers={"If-None-Match": tag})
            assert (answer.status, answer.headers["x-koopkg-snapshot"]) == (200, published)
            assert answer.headers["etag"] != tag


def test_without_a_snapshot_the_server_lives_but_is_not_ready(tiny_copy: Settings) -> None:
    (tiny_copy.data / "CURRENT").unlink()
    with running_server(tiny_copy.data) as started:
        assert started.request("/healthz").status == 200
        assert problem(started.request("/readyz"), 503)["detail"].startswith("no snapshot is being served")
        assert started.request("/").status == 503
        told = problem(started.request("/api/v1/cases"), 503)["detail"]
        assert told == "no snapshot is being served at the moment; try again later"  # and not where it was looked for


def test_interrupt_ends_the_server_and_its_workers(tiny: Settings) -> None:
    server = running_server(tiny.data)
    with server as started:
        started.request("/sparql?query=ASK%7B%7D")
        tasks = Path(f"/proc/{server.process.pid}/task").glob("*/children")
        children = [child for task in tasks for child in task.read_text(encoding="ascii").split()]
        assert children
    deadline = time.monotonic() + 20  # the kernel takes a moment to end orphans of the multiprocessing module
    while time.monotonic() < deadline and any(is_running(child) for child in children):
        time.sleep(0.05)
    assert [child for child in children if is_running(child)] == []


def is_running(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
