"""What a page tells others about itself: navigation for people, titles and descriptions for search engines and link previews, rules for crawlers."""

from __future__ import annotations

from urllib.parse import quote_plus
from urllib.robotparser import RobotFileParser

import pytest
from bs4 import BeautifulSoup

from koopkg.messages import Language
from koopkg.ontology import Ontology
from tests.conftest import Server

LASTING = [
    "/",
    "/suche",
    "/case/standesamt-lossetal",
    "/document/standesamt-lossetal",
    "/vocab",
    "/vocab/obstacle",
    "/vocab/legal-form/zweckverband",
    "/ontology",
    "/sparql",
]
PASSING = [
    "/suche?q=Bauhof",
    "/suche?state=Hessen",
    "/nix",
    "/suche?q=Bus&sector=nix",
    "/suche?q=Bauhof&lang=en",
    "/entwuerfe",
    "/entwuerfe?q=Bauhof",
]


def soup_of(server: Server, path: str) -> BeautifulSoup:
    return BeautifulSoup(server.request(path, headers={"Accept": "text/html"}).text, "html.parser")


def meta(soup: BeautifulSoup, key: str) -> str | None:
    found = soup.select_one(f'meta[name="{key}"], meta[property="{key}"]')
    return str(found["content"]) if found else None


@pytest.mark.parametrize("path", LASTING)
def test_a_lasting_page_names_its_address_in_each_language(path: str, server: Server) -> None:
    german, english = server.address + path, f"{server.address}{path}?lang=en"
    for language, own in (("de", german), ("en", english)):
        soup = soup_of(server, own.removeprefix(server.address))
        assert soup.html is not None
        assert soup.html["lang"] == language
        assert [link["href"] for link in soup.select("link[rel=canonical]")] == [own] == [meta(soup, "og:url")]
        alternates = {str(link["hreflang"]): link["href"] for link in soup.select("link[rel=alternate]")}
        assert alternates == {"de": german, "en": english, "x-default": german}
        assert meta(soup, "robots") is None
    assert [link["href"] for link in soup_of(server, f"{path}?lang=de").select("link[rel=canonical]")] == [german]


@pytest.mark.parametrize("path", PASSING)
def test_searches_and_errors_are_not_for_search_engines(path: str, server: Server) -> None:
    soup = soup_of(server, path)
    assert meta(soup, "robots") == "noindex"
    assert not soup.select("link[rel=canonical], link[rel=alternate]")


def test_every_page_has_a_title_and_a_description_of_its_own(server: Server) -> None:
    for language in ("de", "en"):
        soups = [soup_of(server, f"{path}?lang={language}") for path in LASTING if path != "/sparql"]
        titles, descriptions = [soup.title.text for soup in soups if soup.title], [meta(soup, "description") for soup in soups]
        assert len(set(titles)) == len(set(descriptions)) == len(soups)
        assert all(text and len(text) > 30 for text in descriptions)
        assert [meta(soup, "og:title") for soup in soups] == titles
        assert [meta(soup, "og:description") for soup in soups] == descriptions


HEADER = {
    "Suche": "/suche",
    "Vorhaben planen": "/vorhaben",
    "Vergleich": "/vergleich",
    "Themen": "/vocab",
    "Rechtsformen": "/vocab/legal-form",
    "Ontologie": "/ontology",
    "SPARQL": "/sparql",
}
CURRENT = [
    *[("/", {}), ("/suche", {"Suche": "page"}), ("/suche?q=Bauhof", {"Suche": "page"}), ("/case/standesamt-lossetal", {}), ("/nix", {})],
    *[("/vocab", {"Themen": "page"}), ("/vocab/obstacle", {"Themen": "true"}), ("/vocab/obstacle/kirchturmdenken", {"Themen": "true"})],
    *[("/vocab/legal-form", {"Rechtsformen": "page"}), ("/vocab/legal-form/verein", {"Rechtsformen": "true"})],
    *[("/vorhaben", {"Vorhaben planen": "page"}), ("/vergleich", {"Vergleich": "page"})],
    *[("/ontology", {"Ontologie": "page"}), ("/sparql", {"SPARQL": "page"})],
]


@pytest.mark.parametrize(("path", "current"), CURRENT)
def test_every_page_has_the_header_with_the_current_entry_marked(path: str, current: dict[str, str], server: Server) -> None:
    soup = soup_of(server, path)
    assert {link.text: link["href"] for link in soup.select("header nav a")} == HEADER
    assert {link.text: link["aria-current"] for link in soup.select("header nav a[aria-current]")} == current


@pytest.mark.parametrize(("language", "noun", "compared"), [("de", "Begriff", "Rechtsformen im Vergleich"), ("en", "concept", "Legal forms compared")])
def test_the_index_leads_to_every_scheme_with_its_size(language: Language, noun: str, compared: str, server: Server, ontology: Ontology) -> None:
    soup = soup_of(server, f"/vocab?lang={language}")
    several = {"de": "e", "en": "s"}[language]
    listed = {str(item.a["href"]).split("?")[0]: (item.a.text, item.select_one(".counts")) for item in soup.select(".schemes li") if item.a}
    assert {path: (label, counts.text if counts else None) for path, (label, counts) in listed.items()} == {
        f"/vocab/{scheme}": (ontology.scheme_labels[scheme][language], f"{len(concepts)} {noun}{several if len(concepts) != 1 else ''}")
        for scheme, concepts in ontology.schemes.items()
    }
    assert soup.find("a", string=compared) is not None


def test_crawlers_read_pages_and_leave_searches_alone(server: Server) -> None:
    answer = server.request("/robots.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    rules = RobotFileParser()
    rules.parse(answer.text.splitlines())
    for path in (
        "/",
        "/case/standesamt-lossetal",
        "/case/standesamt-lossetal?lang=en",
        "/?lang=en",
        "/suche",
        "/suche?lang=en",
        "/vocab/sector/wasser",
        "/ontology.ttl",
        "/sparql",
    ):
        assert rules.can_fetch("any", path), path
    searches = ["/suche?q=Bauhof", "/suche?sector=wasser&state=Hessen", "/suche?page=2", "/suche?lang=en&q=Bus", f"/sparql?query={quote_plus('ASK {}')}"]
    for path in (*searches, "/api/v1/search?q=Bauhof", "/api/v1/stats"):
        assert not rules.can_fetch("any", path), path


def test_there_is_an_icon_at_both_addresses_that_browsers_try(server: Server) -> None:
    icon = server.request("/favicon.ico")
    assert icon.status == 200
    assert icon.headers["content-type"] == "image/x-icon"
    assert icon.body.startswith(b"\x00\x00\x01\x00\x01\x00\x20\x20")
    link = soup_of(server, "/").select_one("link[rel=icon]")
    assert link is not None
    vector = server.request(str(link["href"]))
    assert vector.headers["content-type"].startswith("image/svg+xml")
    assert BeautifulSoup(vector.text, "html.parser").svg is not None
