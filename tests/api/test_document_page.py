"""From a concept that a document names one click leads to the passage, marked and with its page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.pipeline import ingest
from koopkg.snapshot import Catalog
from tests.conftest import Server, Silent, running_server
from tests.koopkg import made_files as made

PROSE = [f"Im Jahr {year} tagte der Rat. " * 30 for year in range(1990, 2010)]


@pytest.fixture(scope="module")
def taken_in(tiny: Settings, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, str]:
    """The tiny corpus and a PDF of several pages, whose last paragraph names a Zweckverband; the id of that document."""
    folder = tmp_path_factory.mktemp("pages")
    shutil.copytree(tiny.data, folder / "data")
    (folder / "bericht.pdf").write_bytes(made.printed("Bericht zur Lage", [*PROSE, "Am Ende gründeten sie einen Zweckverband & <b>mehr</b>."], columns=1))
    settings = Settings(data=folder / "data", corpus=folder / "corpus")
    ingest([folder / "bericht.pdf"], settings, Silent())
    [name] = Catalog(snapshot.open_files(settings.data).catalog).drafts()
    return settings, name


@pytest.fixture(scope="module")
def site(taken_in: tuple[Settings, str]) -> Iterator[Server]:
    with running_server(taken_in[0].data) as started:
        yield started


def page(site: Server, path: str) -> BeautifulSoup:
    answer = site.request(path, headers={"Accept": "text/html"})
    assert answer.status == 200, path
    return BeautifulSoup(answer.text, "html.parser")


def test_a_mention_leads_to_its_passage_and_page(site: Server, taken_in: tuple[Settings, str]) -> None:
    soup = page(site, f"/document/{taken_in[1]}")
    assert soup.h1 is not None
    assert soup.h1.text == "Bericht zur Lage"
    assert not soup.select("mark")
    [link] = [link for link in soup.select(".mentions a") if link.text.startswith("Zweckverband (Seite")]
    number = int(link.text.partition("Seite ")[2].rstrip(")"))
    assert number == len(soup.select("p.page")) > 1
    marked = page(site, str(link["href"]))
    [mark] = marked.select("mark#passage")
    assert mark.text == "Zweckverband"
    assert mark.find_next("span").text == f"(Seite {number})"  # type: ignore[union-attr]
    assert "& <b>mehr</b>." in marked.get_text()


def test_concepts_of_a_case_lead_to_the_passage_in_its_document(site: Server) -> None:
    """Where the document has no pages, none is named."""
    soup = page(site, "/case/standesamt-lossetal")
    links = [str(link["href"]) for link in soup.select(".mentions a") if str(link["href"]).startswith("/document/")]
    assert len(links) > 1
    for href in links:
        [mark] = page(site, href).select("mark#passage")
        assert mark.text
    assert "Seite" not in soup.select(".mentions")[0].text


@pytest.mark.parametrize("query", ["start=5", "start=9&end=3", "start=0&end=99999999", "start=x&end=y", "start=-1&end=4"])
def test_what_is_no_stretch_marks_nothing(query: str, site: Server, taken_in: tuple[Settings, str]) -> None:
    assert not page(site, f"/document/{taken_in[1]}?{query}").select("mark")


def test_a_document_is_data_too(site: Server, taken_in: tuple[Settings, str]) -> None:
    path = f"/document/{taken_in[1]}"
    answer = site.request(path, headers={"Accept": "text/turtle"})
    assert answer.status == 200
    assert "dcterms:title" in answer.text
    assert "Bericht zur Lage" in answer.text
    assert site.request(f"{path}.ttl").text == answer.text
    for unknown in ("/document/gibt-es-nicht", "/document/gibt-es-nicht.ttl", f"{path}.xyz"):
        assert site.request(unknown, headers={"Accept": "text/html"}).status == 404


def test_a_draft_is_in_no_list_of_cases(site: Server, taken_in: tuple[Settings, str]) -> None:
    assert site.request("/api/v1/cases").json()["total"] == 8
    assert site.request(f"/api/v1/cases/{taken_in[1]}").status == 404
    assert "8 belegte Fälle" in site.request("/").text
    assert "noch hat niemand bestätigt" in page(site, f"/document/{taken_in[1]}").text


def test_documents_are_pages_in_both_languages(site: Server, taken_in: tuple[Settings, str]) -> None:
    soup = page(site, f"/document/{taken_in[1]}?lang=en")
    assert "Page 2" in soup.text
    assert "Seite 2" not in soup.text
