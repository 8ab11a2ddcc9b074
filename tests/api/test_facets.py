"""Every facet of the table of case fields narrows wherever it is accepted: what is left is what the records say."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup

from koopkg.members import size_class
from koopkg.model import FACETS, SIZE_CLASS, Case, CaseField
from koopkg.register import Register
from koopkg.search import known_values
from koopkg.snapshot import OpenSnapshot
from tests.api.test_search_page import LONG
from tests.conftest import Server


def by_record(opened: OpenSnapshot, facet: str, value: str) -> set[str]:
    """The cases whose record has a value, or a concept below it, or whose members have, counted without any index."""
    field, ontology = FACETS[facet], opened.ontology
    values = {value}
    if field.scheme:
        values = {ontology.concepts[iri].slug for iri in ontology.with_narrower(ontology.concept(field.scheme, value).iri)}
    return {entry.case.id for entry in opened.catalog.entries() if values & set(said(entry.case, field))}


def said(case: Case, field: CaseField) -> tuple[str, ...]:
    """What a record says in a field, be it one of its own or of the obstacles in it; and the computed size, which has tests of its own."""
    if field is SIZE_CLASS:
        size = size_class(case, Register.bundled())
        return (size,) if size else ()
    return tuple(item.obstacle for item in case.obstacles if item.obstacle) if field.name == "obstacle" else field.values(case)


def narrowing_value(opened: OpenSnapshot, facet: str, among: set[str]) -> tuple[str, set[str]]:
    """The value that the most of some cases have but not all of them; where there is none, a value that no case has."""
    found = {value: by_record(opened, facet, value) for value in sorted(set(known_values(facet, opened.ontology).values()))}
    return max(((value, cases) for value, cases in found.items() if not among <= cases), key=lambda item: len(item[1] & among))


@pytest.mark.parametrize("facet", FACETS)
def test_a_facet_narrows_lists_and_pages(facet: str, server: Server, opened: OpenSnapshot) -> None:
    whole = {case["id"] for case in server.request("/api/v1/cases").json()["cases"]}
    value, left = narrowing_value(opened, facet, whole)
    query = urlencode({facet: value})
    listed = server.request(f"/api/v1/cases?{query}").json()
    assert ({case["id"] for case in listed["cases"]}, listed["total"]) == (left, len(left))
    soup = BeautifulSoup(server.request(f"/suche?{query}").text, "html.parser")
    assert {str(link["href"]).rpartition("/")[2] for link in soup.select("article h2 a")} == left < whole
    assert [str(box["value"]) for box in soup.select(f'.kept input[name="{facet}"]')] == [value]


@pytest.mark.parametrize("facet", FACETS)
def test_a_facet_narrows_searches(facet: str, server: Server, opened: OpenSnapshot) -> None:
    address = f"/api/v1/search?{urlencode({'q': LONG})}"
    whole = {hit["id"] for hit in server.request(address).json()["hits"]}
    value, having = narrowing_value(opened, facet, whole)
    body = json.dumps({"q": LONG, facet: [value]}).encode()
    by_address = server.request(f"{address}&{urlencode({facet: value})}")
    by_body = server.request("/api/v1/search", method="POST", data=body, headers={"Content-Type": "application/json"})
    for answer in (by_address.json(), by_body.json()):
        assert {hit["id"] for hit in answer["hits"]} == whole & having < whole
        assert answer["total"] == len(whole & having)
        [applied] = [found for found in answer["facets"] if found["name"] == facet]
        assert [item["value"] for item in applied["values"] if item["is_selected"]] == [value]


@pytest.mark.parametrize("facet", FACETS)
def test_a_facet_narrows_what_is_similar(facet: str, server: Server, opened: OpenSnapshot) -> None:
    address = "/api/v1/cases/bauhof-gruenkraut-bodnegg/similar"
    whole = {hit["id"] for hit in server.request(address).json()["hits"]}
    value, having = narrowing_value(opened, facet, whole)
    assert {hit["id"] for hit in server.request(f"{address}?{urlencode({facet: value})}").json()["hits"]} == whole & having < whole


def test_facets_are_described_and_answered_with_what_tells_most_first(server: Server) -> None:
    """The task and the legal form before where a case lies and how it went on, wherever facets stand in a row."""
    told = ["sector", "legal_form", "state", "status", "country", "activity", "obstacle", "size_class"]
    assert [name for name in FACETS if name in told] == told
    described = server.request("/openapi.json").json()["paths"]["/api/v1/search"]["get"]["parameters"]
    assert [parameter["name"] for parameter in described if parameter["name"] in FACETS] == list(FACETS)
    assert [facet["name"] for facet in server.request("/api/v1/cases").json()["facets"]] == list(FACETS)
