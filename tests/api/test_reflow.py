"""Every kind of page on the narrowest screen that WCAG names: nothing sticks out, and everything that is tapped is large enough."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import Browser, Page

from koopkg.ontology import Ontology
from tests.api.test_pages import KINDS_OF_PAGE, browser
from tests.api.test_search_page import LONG
from tests.conftest import TINY, Server

__all__ = ["browser"]

WIDTH = 320
"""CSS pixels (WCAG 2.2, 1.4.10)."""
SMALLEST_TARGET = 24
"""CSS pixels (WCAG 2.2, 2.5.8)."""
WORST = 30
SEARCHES = [
    *[
        "/suche?state=Hessen&state=Bayern&sector=standesamt-meldewesen&legal_form=oeffentlich-rechtliche-vereinbarung-delegierend",
        f"/suche?q={quote_plus(LONG)}",
    ],
    *[f"/suche?q={'Betriebsführungszweckverband' * 7}", "/suche?q=Gemeinde&lang=en", f"/{'nirgendwo' * 20}", f"/suche?q=Bus&sector={'unbekannt' * 20}"],
]
SMALL_TARGETS = """smallest => [...document.querySelectorAll('a, button, summary, textarea, input:not([type=hidden], [type=checkbox]), label:has(input)')]
    .filter(target => target.checkVisibility() && !target.matches('.skip'))
    .filter(target => target.getBoundingClientRect().height < smallest - 0.05)
    .map(target => `${target.getBoundingClientRect().height} ${target.outerHTML.slice(0, 120)}`)"""


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": WIDTH, "height": 640}, extra_http_headers={"Accept": "text/html"})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def worst(server: Server, ontology: Ontology) -> list[str]:
    """The concept pages with the longest words and addresses in their text."""
    lengths = {}
    for concept in ontology.concepts.values():
        path = f"/vocab/{concept.scheme}/{concept.slug}"
        html = server.request(path, headers={"Accept": "text/html"}).text
        lengths[path] = max(len(word) for word in re.sub(r"<[^>]*>", " ", html).split())
    return sorted(lengths, key=lambda path: (-lengths[path], path))[:WORST]


def width_of(phone: Page, address: str) -> int:
    phone.goto(address)
    return int(phone.evaluate("document.scrollingElement.scrollWidth"))


def test_nothing_sticks_out_on_a_narrow_screen(phone: Page, server: Server, worst: list[str]) -> None:
    cases = [f"/case/{path.stem}" for path in TINY.glob("*.md") if path.stem != "README"]
    assert len(cases) == 8
    wide = {path: width for path in [*KINDS_OF_PAGE, *SEARCHES, *cases, *worst] if (width := width_of(phone, server.address + path)) > WIDTH}
    assert wide == {}


@pytest.mark.parametrize("path", [*KINDS_OF_PAGE, *SEARCHES])
def test_targets_are_large_enough_to_be_tapped(path: str, phone: Page, server: Server) -> None:
    phone.goto(server.address + path)
    assert phone.evaluate(SMALL_TARGETS, SMALLEST_TARGET) == []


def test_tables_are_cards_whose_cells_say_what_they_are(phone: Page, server: Server) -> None:
    phone.goto(server.address + "/vocab/legal-form/zweckverband")
    row = phone.locator("tbody tr", has_text="Gründungsaufwand")
    tops = [cell.bounding_box() for cell in row.locator("th, td").all()]
    assert all(box is not None for box in tops)
    assert len({box["y"] for box in tops if box}) == 4
    labels = row.locator("td").evaluate_all("cells => cells.map(cell => getComputedStyle(cell, '::before').content)")
    assert labels == ['"Wert: "', '"Erläuterung: "', '"Prüfstand: "']
