"""What comes out of the printer for a council paper: the question, the cases, where and when it was found; no navigation, no filters."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser

from koopkg.snapshot import OpenSnapshot
from tests.api.test_pages import browser
from tests.conftest import Server

__all__ = ["browser"]


def printed(browser: Browser, address: str, folder: Path) -> list[str]:
    """The text of each A4 page."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.pdf(path=folder / "page.pdf", prefer_css_page_size=True)
    context.close()
    with pypdfium2.PdfDocument(folder / "page.pdf") as document:
        sizes = {tuple(map(round, found.get_size())) for found in document}
        texts = [" ".join(found.get_textpage().get_text_bounded().split()) for found in document]
    assert sizes == {(595, 842)}
    return texts


def test_a_search_is_printed_with_its_question_and_where_it_was_found(browser: Browser, server: Server, opened: OpenSnapshot, tmp_path: Path) -> None:
    address = f"{server.address}/suche?q=Gemeinden+arbeiten+zusammen&status=aktiv"
    pages = printed(browser, address, tmp_path)
    text = " ".join(pages)
    assert len(pages) <= 3
    assert "Frage: „Gemeinden arbeiten zusammen“" in text
    assert "Stand: Aktiv" in text
    assert f"Datenstand: {opened.id}" in text
    assert "Abgerufen am " in text
    assert address in text.replace(" ", "")
    for hidden in ("Ergebnis eingrenzen", "Rechtsformen", "Vergleichbare Fälle suchen", "Diese Filter gelten weiter", "English", "Ontologie"):
        assert hidden not in text
    titles = [hit["title"] for hit in server.request("/api/v1/search?q=Gemeinden+arbeiten+zusammen&status=aktiv").json()["hits"]]
    assert titles
    assert all(sum(title in page for page in pages) == 1 for title in titles)


def test_a_case_is_printed_with_the_addresses_of_its_sources(browser: Browser, server: Server, opened: OpenSnapshot, tmp_path: Path) -> None:
    case = opened.catalog.entry(opened.catalog.row_of("standesamt-lossetal")).case
    text = " ".join(printed(browser, f"{server.address}/case/standesamt-lossetal", tmp_path))
    closed_up = text.replace(" ", "").replace("\ufffe", "").replace("\xad", "")
    addresses = [source.url for source in case.sources if source.url]
    assert addresses
    for address in (*addresses, f"{server.address}/case/standesamt-lossetal"):
        assert address.replace("-", "") in closed_up.replace("-", "")
    assert f"Datenstand: {opened.id}" in text
    for hidden in ("Im Text erkannte Begriffe", "Zur Suche", "Ontologie"):
        assert hidden not in text


@pytest.mark.parametrize("path", ["/suche?q=Gemeinde", "/case/standesamt-lossetal"])
def test_what_is_for_paper_is_not_on_the_screen(path: str, browser: Browser, server: Server) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(server.address + path)
    assert not page.locator(".printed").last.is_visible()
    context.close()
