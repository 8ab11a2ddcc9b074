"""What a list of cases offers: its own address, the facts of each, facets as a tree before them, and help where an address asks for what is not there."""

from __future__ import annotations

import http.client
from urllib.parse import quote_plus

import pytest
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Browser

from koopkg.search import Facet, FacetValue
from koopkg.snapshot import OpenSnapshot
from koopkg_api.facet_trees import Branch, facet_trees
from tests.api.test_pages import browser
from tests.conftest import Server

__all__ = ["browser"]


def soup_of(server: Server, path: str) -> BeautifulSoup:
    return BeautifulSoup(server.request(path, headers={"Accept": "text/html"}).text, "html.parser")


def words(tag: Tag | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text().split())


@pytest.mark.parametrize("query", ["q=Bauhof", "sector=wasser&state=Hessen&lang=en", "page=2", "q=", "refine=state%3DHessen&q=gr%C3%BCn+und%0Ablau"])
def test_a_search_at_the_old_address_leads_to_the_new_one(query: str, server: Server) -> None:
    """Bookmarks and printed addresses go on working; nothing of the query is lost."""
    connection = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=20)
    connection.request("GET", f"/?{query}")
    response = connection.getresponse()
    assert (response.status, response.getheader("location")) == (308, f"/suche?{query}")
    connection.close()


@pytest.mark.parametrize("query", ["", "?lang=en", "?utm_source=brief"])
def test_the_start_page_stays_at_the_root(query: str, server: Server) -> None:
    soup = soup_of(server, f"/{query}")
    assert soup.select_one("#examples")
    assert [str(form["action"]) for form in soup.select("form[role=search]")] == ["/suche"]


def test_without_a_text_the_search_lists_every_case(server: Server) -> None:
    soup = soup_of(server, "/suche")
    assert words(soup.select_one("#count")) == "8 Fälle"
    assert len(soup.select("#hits article")) == 8


FACTS = [
    ("standesamt-lossetal", "de", "Hessen · Delegierende öffentlich-rechtliche Vereinbarung · 3 kommunale Partner · rund 20.100 Einwohner · seit 2023 · Aktiv"),
    ("standesamt-lossetal", "en", "Hesse · delegating public-law agreement · 3 municipal partners · about 20,100 inhabitants · since 2023 · active"),
    ("buergerbus-kirchhundem", "de", "Beendet · Nordrhein-Westfalen · Verein"),
    (
        "bauhof-hueckeswagen-wipperfuerth",
        "de",
        "Nordrhein-Westfalen · Öffentlich-rechtliche Vereinbarung · 2 kommunale Partner · rund 36.100 Einwohner · seit 2012",
    ),
    ("kita-salut-saarbruecken", "de", "Saarland · 2 kommunale Partner · seit 2017 · Aktiv"),
]


@pytest.mark.parametrize(("case", "language", "facts"), FACTS)
def test_every_list_says_the_facts_of_a_case_in_one_line(case: str, language: str, facts: str, server: Server, opened: OpenSnapshot) -> None:
    """What is not known is left out, and of an unknown status nothing is said."""
    title = opened.catalog.entry(opened.catalog.row_of(case)).case.title
    for path in (f"/suche?lang={language}", f"/suche?q={quote_plus(title)}&lang={language}"):
        [article] = [found for found in soup_of(server, path).select("#hits article") if f"/case/{case}" in str(found.a and found.a["href"])]
        shown = words(article.select_one(".fact-line"))
        assert shown.startswith(facts) if case == "buergerbus-kirchhundem" else shown == facts
    comparable = [
        words(line)
        for other in ("bauhof-gruenkraut-bodnegg", "dorfladen-crainfeld-eg")
        for line in soup_of(server, f"/case/{other}").select(".similar .fact-line")
    ]
    assert comparable


def test_what_ended_is_marked(server: Server) -> None:
    soup = soup_of(server, "/suche")
    assert [words(mark) for mark in soup.select(".over")] == ["Beendet"]


def value(name: str, count: int, broader: str | None = None, *, is_selected: bool = False) -> FacetValue:
    return FacetValue(name, name.upper(), count, is_selected, broader)


def drawn(branches: tuple[Branch, ...]) -> list[object]:
    return [[branch.value.value if branch.is_choice else f"({branch.value.value})", *drawn(branch.narrower)] for branch in branches]


def test_values_stand_below_what_is_broader() -> None:
    values = (value("a", 9), value("b", 8), value("a1", 7, "a"), value("b1", 6, "b"), value("a2", 5, "a"), value("a21", 4, "a2"), value("c", 1, "gone"))
    [tree] = facet_trees([Facet("f", "F", values), Facet("empty", "E", ())], shown=4)
    assert drawn(tree.shown) == [["a", ["a1"]], ["b", ["b1"]]]
    assert drawn(tree.more) == [["(a)", ["a2", ["a21"]]], ["c"]]
    assert tree.count == 3


def test_a_chosen_value_is_in_sight_first_of_all_with_what_is_broader() -> None:
    values = (value("b11", 1, "b1", is_selected=True), value("a", 9), value("a1", 8, "a"), value("b", 3), value("b1", 2, "b"))
    [tree] = facet_trees([Facet("f", "F", values)], shown=2)
    assert drawn(tree.shown) == [["b", ["b1", ["b11"]]], ["a"]]
    assert drawn(tree.more) == [["(a)", ["a1"]]]
    assert tree.count == 1


def test_size_classes_stand_by_size_whatever_has_most_hits() -> None:
    values = (
        *(value("20000-bis-50000", 9, "20000-bis-100000"), value("20000-bis-100000", 9), value("unter-5000", 8), value("2000-bis-5000", 7, "unter-5000")),
        *(value("ab-500000", 6, "ab-100000"), value("ab-100000", 6), value("unter-1000", 1, "unter-5000")),
    )
    [tree] = facet_trees([Facet("size_class", "F", values)], shown=12)
    assert drawn(tree.shown) == [
        ["unter-5000", ["unter-1000"], ["2000-bis-5000"]],
        ["20000-bis-100000", ["20000-bis-50000"]],
        ["ab-100000", ["ab-500000"]],
    ]
    chosen = (value("unter-1000", 9), value("ab-500000", 1, is_selected=True))
    assert drawn(facet_trees([Facet("size_class", "F", chosen)], shown=12)[0].shown) == [["ab-500000"], ["unter-1000"]]


def test_the_facets_of_the_api_name_what_is_broader(server: Server, opened: OpenSnapshot) -> None:
    facets = {facet["name"]: facet["values"] for facet in server.request("/api/v1/cases").json()["facets"]}
    sectors = {found["value"]: found["broader"] for found in facets["sector"]}
    assert sectors["standesamt-meldewesen"] == "verwaltung"
    assert sectors["verwaltung"] is None
    assert {found["broader"] for found in facets["state"]} == {None}
    for slug, broader in sectors.items():
        above = opened.ontology.concept("sector", slug).broader
        assert [opened.ontology.concepts[iri].slug for iri in above] == ([broader] if broader else [])


def test_a_sector_is_nested_below_its_group(server: Server) -> None:
    soup = soup_of(server, "/suche")
    link = soup.find("a", string="Standesamt und Meldewesen")
    assert isinstance(link, Tag)
    item = link.find_parent("li")
    above = item.find_parent("li") if item else None
    assert above is not None
    assert words(above.select_one("a")) == "Allgemeine Verwaltung"


def test_facets_come_before_the_cases_and_can_be_skipped(server: Server) -> None:
    soup = soup_of(server, "/suche?q=Gemeinde&state=Hessen")
    nav, first = soup.select_one("nav.facets"), soup.select_one("#hits article")
    assert nav is not None
    assert first is not None
    assert nav.sourceline is not None
    assert first.sourceline is not None
    assert nav.sourceline < first.sourceline
    skip = nav.a
    assert skip is not None
    assert skip["href"] == "#hits"
    assert words(nav.summary) == "Ergebnis eingrenzen (1 Filter gesetzt)"


@pytest.mark.parametrize(("width", "is_open"), [(1280, True), (360, False)])
def test_facets_are_unfolded_where_there_is_room(width: int, is_open: bool, browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.address}/suche?q=Gemeinde")
    facets = page.get_by_role("navigation", name="Ergebnis eingrenzen")
    assert facets.get_by_role("button", name="Hessen").is_visible() is is_open
    if not is_open:
        facets.get_by_text("Ergebnis eingrenzen").last.click()
        assert facets.get_by_role("button", name="Hessen").is_visible()
    context.close()


NOTICES = [
    ("page=9", "Eine Seite 9 gibt es nicht; dies ist die letzte von 1."),
    ("page=99999999999", "Eine Seite 999999999 gibt es nicht; dies ist die letzte von 1."),
    ("page=abc", "„abc“ ist keine Seitenzahl; dies ist die erste Seite."),
    ("page=0", "„0“ ist keine Seitenzahl; dies ist die erste Seite."),
]


@pytest.mark.parametrize(("query", "said"), NOTICES)
def test_a_page_that_does_not_exist_is_told_and_the_nearest_shown(query: str, said: str, server: Server) -> None:
    soup = soup_of(server, f"/suche?q=Bauhof&{query}")
    assert words(soup.select_one("[role=status]")) == said
    assert soup.select("#hits article")
    assert not soup_of(server, "/suche?q=Bauhof&page=1").select("[role=status]")


@pytest.mark.parametrize(("filters", "left"), [("sector=xyzq", "/suche?q=Bus"), ("sector=xyzq&state=Hessen", "/suche?q=Bus&state=Hessen")])
def test_a_filter_that_is_unknown_can_be_left_out(filters: str, left: str, server: Server) -> None:
    [alert] = soup_of(server, f"/suche?q=Bus&{filters}").select("[role=alert]")
    assert "Der Filter „Sektor“ kennt den Wert „xyzq“ nicht." in words(alert)
    assert [str(link["href"]) for link in alert("a", string="Ohne diesen Filter suchen")] == [left]


@pytest.mark.parametrize("language", ["de", "en"])
def test_error_pages_have_a_search_field_and_ways_on_in_their_language(language: str, server: Server) -> None:
    for path in (f"/nix?lang={language}", f"/case/nix?lang={language}"):
        soup = soup_of(server, path)
        [alert] = soup.select("[role=alert]")
        links = [str(link["href"]) for link in alert("a")]
        assert links == (["/", "/suche", "/vocab"] if language == "de" else ["/?lang=en", "/suche?lang=en", "/vocab?lang=en"])
        form = soup.select_one("form[role=search]")
        assert form is not None
        assert form["action"] == "/suche"
        assert [str(field["value"]) for field in form.select("input[name=lang]")] == ([] if language == "de" else ["en"])
        assert words(alert.p).startswith("Unter /" if language == "de" else "There is nothing at /")
        assert words(alert.p).endswith(".")
