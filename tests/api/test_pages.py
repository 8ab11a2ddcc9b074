"""The web pages in a real Chromium: found, narrowed, read, in both languages, without JavaScript, accessible."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.resources import files

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page, sync_playwright

from koopkg_api.rendering import segments
from tests.conftest import Server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine; install Debian's package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a browser with JavaScript switched off, that fails on any request to another host."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    foreign: list[str] = []
    page.on("request", lambda request: foreign.append(request.url) if "127.0.0.1" not in request.url else None)
    yield page
    context.close()
    assert foreign == []


def test_from_question_to_case_without_javascript(page: Page, server: Server) -> None:
    """The path of the first user: type, read reasons, narrow down, open a case, go on to a comparable one."""
    page.goto(server.address + "/")
    page.get_by_label("Was haben Sie vor?").fill("Wir sind zwei Gemeinden und wollen einen gemeinsamen Bauhof")
    page.get_by_role("button", name="Vergleichbare Fälle suchen").click()
    first = page.get_by_role("article").first
    assert "Bauhof" in first.get_by_role("heading", level=2).inner_text()
    assert "Gleiche Aufgabe: Baubetriebshof" in first.inner_text()
    page.get_by_role("navigation", name="Ergebnis eingrenzen").get_by_role("button", name="Baden-Württemberg").click()
    assert page.get_by_role("heading", level=1).inner_text() == "1 vergleichbarer Fall – Land: Baden-Württemberg"
    page.get_by_role("link", name="Gemeinsamer Bauhof von Grünkraut und Bodnegg").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Gemeinsamer Bauhof von Grünkraut und Bodnegg"
    assert page.get_by_role("heading", name="Quellen").is_visible()
    page.get_by_role("link", name="Gemeinsamer Bauhof der Städte Hückeswagen und Wipperfürth").click()
    assert page.url.endswith("/case/bauhof-hueckeswagen-wipperfuerth")


def test_a_chosen_filter_can_be_removed_and_survives_a_new_search(page: Page, server: Server) -> None:
    page.goto(server.address + "/suche?state=Hessen")
    assert page.get_by_role("heading", level=1).inner_text() == "2 Fälle – Land: Hessen"
    page.get_by_label("Was haben Sie vor?").fill("Standesamt")
    page.get_by_role("button").click()
    assert "state=Hessen" in page.url
    page.get_by_role("navigation", name="Angewandte Filter").get_by_role("button", name="Land: Hessen (entfernen)").click()
    assert "state=" not in page.url


def test_error_pages_say_what_was_wrong(page: Page, server: Server) -> None:
    response = page.goto(server.address + "/suche?q=Bus&sector=bauhof")
    assert response is not None
    assert response.status == 400
    assert "Der Filter „Sektor“ kennt den Wert „bauhof“ nicht." in page.get_by_role("alert").inner_text()
    page.get_by_role("alert").get_by_role("link", name="Baubetriebshof").click()
    assert page.url.endswith("/suche?q=Bus&sector=baubetriebshof")
    missing = page.goto(server.address + "/case/nix")
    assert missing is not None
    assert missing.status == 404
    page.get_by_label("Was haben Sie vor?").fill("Standesamt")
    page.get_by_label("Was haben Sie vor?").press("Enter")
    assert page.url.endswith("/suche?q=Standesamt")


def test_pages_speak_english_too(page: Page, server: Server) -> None:
    page.goto(server.address + "/suche?q=registry+office")
    page.get_by_role("link", name="English").click()
    assert "Same task: registry office and resident registration" in page.get_by_role("article").first.inner_text()
    page.get_by_role("article").first.get_by_role("link").click()
    assert "lang=en" in page.url
    assert page.get_by_role("heading", name="At a glance").is_visible()


def test_user_text_is_escaped(server: Server) -> None:
    html = server.request("/suche?q=%3Cscript%3Ealert(1)%3C/script%3E+Bauhof").text
    assert [str(script) for script in BeautifulSoup(html, "html.parser")("script")] == ['<script src="/static/search.js" type="module"></script>']
    assert "&lt;script&gt;alert" in html


KINDS_OF_PAGE = [
    *["/", "/suche?q=gemeinsamer+Bauhof", "/suche?state=Hessen", "/case/standesamt-lossetal", "/suche?q=Bus&sector=nix", "/sparql"],
    *["/ontology", "/vocab/sector", "/vocab/legal-form/zweckverband", "/vocab/obstacle/kirchturmdenken?lang=en"],
    *["/vocab/legal-form/laender", "/vocab/legal-form/laender?lang=en", "/statute/06-kgg", "/statute/04-staatsvertrag?lang=en"],
    *["/document/standesamt-lossetal", "/document/standesamt-lossetal?start=10&end=40", "/entwuerfe", "/entwuerfe?q=Bus"],
    *["/vocab", "/nix", f"/suche?state=Hessen&q={'gemeinsamer+Bauhof+' * 15}"],
]


@pytest.mark.parametrize("path", KINDS_OF_PAGE)
def test_pages_are_accessible(path: str, browser: Browser, server: Server) -> None:
    assert findings(browser, server.address + path) == []


def findings(browser: Browser, address: str) -> list[tuple[str, str]]:
    """What axe-core (WCAG 2 A and AA) finds on a page; only here does the browser run a script, axe itself."""
    context = browser.new_context(bypass_csp=True)
    try:
        page = context.new_page()
        page.set_extra_http_headers({"Accept": "text/html"})
        page.goto(address)
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
        found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice']})")
        return [(violation["id"], violation["nodes"][0]["html"]) for violation in found["violations"]]
    finally:
        context.close()


def test_page_and_json_give_the_same_hits(server: Server) -> None:
    soup = BeautifulSoup(server.request("/suche?q=gemeinsame+Aufgabe").text, "html.parser")
    shown = [str(link["href"]).rpartition("/")[2] for link in soup.select("article h2 a")]
    assert shown == [hit["id"] for hit in server.request("/api/v1/search?q=gemeinsame+Aufgabe").json()["hits"]]


def test_facet_links_lead_to_as_many_cases_as_they_say(server: Server) -> None:
    soup = BeautifulSoup(server.request("/").text, "html.parser")
    links = soup.select(".facets li")
    assert len(links) > 10
    for item in links[:15]:
        link, count = item.a, item.select_one(".count")
        assert link is not None
        assert count is not None
        target = BeautifulSoup(server.request(str(link["href"])).text, "html.parser")
        heading = target.select_one("#count")
        assert heading is not None
        assert heading.text.split()[0] == count.text


def test_highlighted_segments_join_to_the_text() -> None:
    found = segments("Der Bauhof im Dorf", [(4, 10), (14, 18)])
    assert found == [("Der ", False), ("Bauhof", True), (" im ", False), ("Dorf", True), ("", False)]
