"""Cases side by side in a browser without JavaScript, as JSON and as CSV."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from importlib.resources import files
from urllib.parse import parse_qsl, urlsplit

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page

from tests.api.test_pages import browser, page
from tests.conftest import Server

__all__ = ["browser", "page"]

CASES = ("bauhof-gruenkraut-bodnegg", "bauhof-hueckeswagen-wipperfuerth", "standesamt-lossetal")
QUERY = "&".join(f"case={name}" for name in CASES)


def asked(server: Server, body: object, *, accept: str = "application/json") -> tuple[int, str, str]:
    headers = {"content-type": "application/json", "accept": accept}
    answer = server.request("/api/v1/compare", method="POST", data=json.dumps(body).encode(), headers=headers)
    return answer.status, answer.headers["content-type"], answer.text


def test_the_page_shows_what_the_api_says(server: Server) -> None:
    status, _, text = asked(server, {"cases": CASES})
    told = json.loads(text)
    assert status == 200
    soup = BeautifulSoup(server.request(f"/vergleich?{QUERY}").text, "html.parser")
    rows = soup.select("table.comparison tbody tr")
    assert len(rows) == len(told["rows"]) > 5
    for shown, row in zip(rows, told["rows"], strict=True):
        assert shown.th is not None
        assert row["label"] in shown.th.get_text()
        for cell, values in zip(shown.select("td"), row["cells"], strict=True):
            text = " ".join(cell.get_text(" ").split())
            assert all(" ".join(value["text"].split()) in text for value in values), (text, values)
    numbers = {anchor["href"] for anchor in soup.select("a.cited")}
    assert numbers == {f"#{item['id']}" for item in soup.select("ol.numbered li")}
    assert {source["url"] for source in told["sources"]} - {None} == {anchor["href"] for anchor in soup.select("ol.numbered a")}


def test_from_a_case_to_a_comparison_and_with_one_case_less(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/case/{CASES[0]}")
    page.get_by_role("link", name="Mit ähnlichen Fällen vergleichen").click()
    assert page.get_by_role("columnheader").count() >= 3
    page.goto(f"{server.address}/vergleich?{QUERY}")
    assert page.get_by_role("columnheader").count() == 4
    page.get_by_role("link", name="entfernen").last.click()
    assert page.get_by_role("columnheader").count() == 3
    assert CASES[2] not in page.url


def test_hits_are_chosen_for_a_comparison(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/suche?q=gemeinsamer+Bauhof")
    boxes = page.get_by_role("checkbox", name="Für den Vergleich wählen")
    assert boxes.count() >= 2
    for place in range(2):
        boxes.nth(place).check()
    page.get_by_role("button", name="Gewählte Fälle vergleichen").first.click()
    assert page.get_by_role("columnheader").count() == 3
    assert {name for name, _ in parse_qsl(urlsplit(page.url).query)} == {"case"}


def ticked(page: Page) -> list[str]:
    return [str(box.get_attribute("value")) for box in page.locator("input[name=case]:checked").all()]


def test_what_is_ticked_stays_so_with_other_words_and_filters(page: Page, server: Server) -> None:
    """Without JavaScript: narrowed, searched anew, unticked, compared, and back."""
    page.goto(f"{server.address}/suche?q=Gemeinde")
    boxes = page.get_by_role("checkbox", name="Für den Vergleich wählen")
    first = boxes.first.get_attribute("value")
    boxes.first.check()
    page.get_by_role("navigation", name="Ergebnis eingrenzen").get_by_role("button", name="Saarland").click()
    elsewhere = page.get_by_role("group", name="Ebenfalls für den Vergleich gewählt:")
    assert ticked(page) == [first]
    assert elsewhere.get_by_role("checkbox").count() == 1
    page.get_by_role("button", name="Ohne Filter suchen").click()
    assert boxes.first.is_checked()
    assert elsewhere.count() == 0
    page.get_by_label("Was haben Sie vor?").fill("gemeinsames Standesamt")
    page.get_by_label("Was haben Sie vor?").press("Enter")
    boxes.first.check()
    both = ticked(page)
    assert first in both
    assert len(both) == 2
    page.get_by_role("button", name="Gewählte Fälle vergleichen").first.click()
    assert parse_qsl(urlsplit(page.url).query) == [("case", case) for case in both]
    page.get_by_role("link", name="Zurück zur Suche").click()
    assert ticked(page) == both
    elsewhere.get_by_role("checkbox").uncheck()
    page.get_by_label("Was haben Sie vor?").press("Enter")
    assert ticked(page) == both[1:]


def test_a_page_of_hits_sends_what_is_ticked_with_its_pages(server: Server) -> None:
    """Steps on which a tick of this very page would be lost are none; a case that is gone is passed over."""
    soup = BeautifulSoup(server.request(f"/suche?q=Gemeinde&case={CASES[0]}&case=gibt-es-nicht&case={CASES[0]}").text, "html.parser")
    assert not soup.select(".results [data-step]")
    assert [str(box["value"]) for box in soup.select("[form=search][name=case][checked]")] == [CASES[0]]
    assert len(soup.select("button[formaction='/vergleich'][form=search]")) == 2
    plain = BeautifulSoup(server.request("/suche").text, "html.parser")
    assert plain.select(".results a[data-step]")
    assert not plain.select("button[formaction]")


@pytest.mark.parametrize("query", ["", "?case=bauhof-gruenkraut-bodnegg", "?lang=en"])
def test_without_two_cases_a_page_says_how_to_come_by_them(query: str, server: Server) -> None:
    answer = server.request(f"/vergleich{query}")
    assert answer.status == 200
    assert "2 bis 8 Fälle: Kreuzen Sie bei Treffern der Suche „Für den Vergleich wählen“ an" in answer.text or "2 to 8 cases" in answer.text


def test_too_many_cases_are_said_in_words_of_the_page(server: Server) -> None:
    answer = server.request("/vergleich?" + "&".join(f"case=a{number}" for number in range(9)))
    assert answer.status == 400
    alert = BeautifulSoup(answer.text, "html.parser").select_one("[role=alert]")
    assert alert is not None
    assert alert.get_text(strip=True).startswith("Auswahl: 9 Fälle; erwartet werden 2 bis 8")


def test_an_unknown_case_is_said_on_the_page(server: Server) -> None:
    answer = server.request(f"/vergleich?case={CASES[0]}&case=gibt-es-nicht")
    assert answer.status == 400
    assert "gibt-es-nicht" in BeautifulSoup(answer.text, "html.parser").select_one("[role=alert]").get_text()  # type: ignore[union-attr]


@pytest.mark.parametrize(("language", "separator"), [("de", ";"), ("en", ",")])
def test_csv_of_the_page_opens_in_the_spreadsheets_of_its_readers(language: str, separator: str, server: Server) -> None:
    """That of the API has commas in any language; the content is the same."""
    file = server.request(f"/vergleich.csv?{QUERY}&lang={language}")
    status, kind, text = asked(server, {"cases": CASES, "lang": language}, accept="text/csv")
    assert (file.status, status) == (200, 200)
    assert kind.startswith("text/csv")
    assert file.body.startswith(codecs.BOM_UTF8)
    rows, expected = (list(csv.reader(io.StringIO(content.removeprefix("\ufeff")), delimiter=sign)) for content, sign in ((file.text, separator), (text, ",")))
    assert rows == expected
    assert len(rows[0]) == len(CASES) + 2


@pytest.mark.parametrize("width", [360, 1280])
def test_cases_have_letters_and_their_titles_stand_in_a_legend(width: int, browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(f"{server.address}/vergleich?{QUERY}")
    legend = page.locator(".legend li")
    titles = [page.locator(".legend a[href^='/case/']").nth(place).inner_text() for place in range(3)]
    assert [legend.nth(place).inner_text().split()[0] for place in range(3)] == ["A", "B", "C"]
    assert {str(cell.get_attribute("data-label")) for cell in page.locator(".comparison td").all()} == {"A", "B", "C"}
    assert page.locator(".comparison tbody").inner_text().count(titles[0]) == 0
    remove = legend.first.get_by_role("link", name="entfernen").bounding_box()
    assert remove is not None
    assert page.locator(".comparison thead a").count() == 0
    styles = page.locator(".comparison td").first.evaluate("cell => [getComputedStyle(cell).overflowWrap, getComputedStyle(cell).hyphens]")
    assert styles == ["break-word", "auto"]
    context.close()


def test_no_date_of_the_page_is_written_for_machines(server: Server) -> None:
    table = BeautifulSoup(server.request(f"/vergleich?{QUERY}").text, "html.parser").select_one("table.comparison")
    assert table is not None
    assert not re.search(r"\d{4}-\d\d", table.get_text())


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [({"cases": []}, 400, "cases"), ({"cases": [CASES[0], CASES[0]]}, 400, "cases"), ({"case": CASES}, 422, "case"), ({"cases": "x"}, 422, "cases")],
)
def test_the_api_refuses_what_is_no_comparison(body: object, status: int, field: str, server: Server) -> None:
    answered, _, text = asked(server, body)
    assert (answered, json.loads(text)["field"]) == (status, field)
    assert asked(server, {"cases": [CASES[0], "gibt-es-nicht"]})[0] == 404


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_is_for_everybody(language: str, browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{server.address}/vergleich?{QUERY}&lang={language}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice']})")
    assert [item["id"] for item in found["violations"]] == []
    context.close()
