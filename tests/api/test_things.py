"""Cases, places and bodies can be read at their own IRIs: RDF for programs, and a page for people."""

from __future__ import annotations

from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
from bs4 import BeautifulSoup

from koopkg.namespaces import PREFIXES, body_iri, case_iri, place_iri
from tests.api.test_vocabulary import MEDIA
from tests.conftest import Server

CASE, KEY = "standesamt-lossetal", "06633015"


def read(body: bytes, suffix: str = "nt") -> set[ox.Triple]:
    return {ox.Triple(*list(quad)[:3]) for quad in ox.parse(body, format=MEDIA[suffix][1])}


def stated(subject: str, predicate: str, value: str) -> ox.Triple:
    prefix, _, local = predicate.partition(":")
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(PREFIXES[prefix] + local), ox.NamedNode(value))


MEMBER = stated(case_iri(CASE), "koop:memberBody", body_iri(KEY))
TERRITORY = stated(body_iri(KEY), "koop:territory", place_iri(KEY))


@pytest.mark.parametrize("suffix", MEDIA)
@pytest.mark.parametrize(("path", "expected"), [(f"/case/{CASE}", MEMBER), (f"/body/{KEY}", TERRITORY), (f"/place/{KEY}", TERRITORY)])
def test_suffix_and_accept_give_the_same_rdf(path: str, expected: ox.Triple, suffix: str, server: Server) -> None:
    by_suffix = server.request(f"{path}.{suffix}")
    by_accept = server.request(path, headers={"Accept": MEDIA[suffix][0]})
    assert by_suffix.headers["content-type"].startswith(MEDIA[suffix][0])
    assert read(by_accept.body, suffix) == read(by_suffix.body, suffix)
    assert expected in read(by_suffix.body, suffix)


def test_a_body_tells_in_which_cooperations_it_is_and_a_place_whose_territory_it_is(server: Server) -> None:
    assert MEMBER in read(server.request(f"/body/{KEY}.nt").body)
    place = read(server.request(f"/place/{KEY}.nt").body)
    assert stated(case_iri(CASE), "koop:member", place_iri(KEY)) in place
    assert not [triple for triple in place if triple.predicate.value == f"{PREFIXES['oa']}hasBody"]


def test_the_rdf_of_a_case_holds_the_nodes_that_belong_to_it_and_its_document(server: Server) -> None:
    found = read(server.request(f"/case/{CASE}.nt").body)
    assert {triple.subject.value for triple in found if isinstance(triple.subject, ox.NamedNode)} >= {case_iri(CASE), case_iri(CASE, "factor-1")}
    assert [triple for triple in found if triple.predicate.value == f"{PREFIXES['koop']}documentedIn"]
    assert not [triple for triple in found if triple.predicate.value == f"{PREFIXES['oa']}hasBody"]


@pytest.mark.parametrize("kind", ["place", "body"])
def test_people_are_led_to_the_cooperations_that_the_name_of_a_place_finds(kind: str, server: Server) -> None:
    page = BeautifulSoup(server.request(f"/{kind}/{KEY}", headers={"Accept": "text/html"}).text, "html.parser")
    assert "Kaufungen" in {str(field.get("value")) for field in page.select("input[name=q]")}
    assert page.select(f'a[href*="/case/{CASE}"]')


def test_the_page_of_a_case_links_its_rdf(server: Server) -> None:
    page = BeautifulSoup(server.request(f"/case/{CASE}", headers={"Accept": "text/html"}).text, "html.parser")
    links = {str(link["href"]).rpartition(".")[2]: str(link["href"]) for link in page.select(f'a[href*="/case/{CASE}."]')}
    assert set(links) == set(MEDIA)
    assert all(server.request(urlsplit(link).path).status == 200 for link in links.values())


@pytest.mark.parametrize(
    "path", ["/place/00000000", "/body/00000000.ttl", "/body/DE", "/case/nirgends.ttl", f"/case/{CASE}.pdf", "/place/%3Ex%3C", "/body/a%20b.nt"]
)
def test_what_is_nothing_is_not_found(path: str, server: Server) -> None:
    assert server.request(path).status == 404
