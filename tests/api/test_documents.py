"""A case may rest on several documents, and a document may hold the records of several cases: taken in, asked for, read and queried."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup, Tag

from koopkg.namespaces import case_iri, document_iri
from koopkg.pipeline import IngestReport, ingest
from tests.conftest import TINY, Server, Silent, running_server, with_vectors

CASE = "standesamt-lossetal"
REPORT = f"""---
id: rueckblick
title: Rückblick nach zehn Jahren
describes:
- {CASE}
---

# Rückblick nach zehn Jahren

## Trauorte

Das Standesamt traut heute auch im Wasserschloss und auf einem Dampfschiff.

## Ergebnisse

- Die Wartezeit auf einen Termin ist kürzer.
"""
RECORDS = ("buergerbus-eins", "buergerbus-zwei", "buergerbus-drei")
TOGETHER = "buergerbusse"
COPY = (TINY / "buergerbus-kirchhundem.md").read_text(encoding="utf-8").split("---\n")[1]


def record(name: str) -> str:
    text = COPY.replace("id: buergerbus-kirchhundem", f"id: {name}").replace("Bürgerbus", f"Bürgerbus {name.rpartition('-')[2]}")
    return "- " + text.rstrip("\n").replace("\n", "\n  ") + "\n"


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory, known_vectors: Path) -> tuple[Path, IngestReport]:
    """The tiny corpus with a second document about one case, and one document that holds three records."""
    folder, settings = tmp_path_factory.mktemp("documents") / "cases", with_vectors(tmp_path_factory.mktemp("data"), known_vectors)
    shutil.copytree(TINY, folder)
    (folder / "rueckblick.md").write_text(REPORT, encoding="utf-8")
    front = f"---\nid: {TOGETHER}\ntitle: Drei Bürgerbusse\ncases:\n{''.join(map(record, RECORDS))}---\n\n# Drei Bürgerbusse\n\n"
    (folder / "busse.md").write_text(front + "## Ergebnisse\n\nAlle drei Linien fahren noch, eine davon mit einem Oldtimer.\n", encoding="utf-8")
    return settings.data, ingest([folder], settings, Silent())


@pytest.fixture(scope="module")
def site(taken_in: tuple[Path, IngestReport]) -> Iterator[Server]:
    with running_server(taken_in[0]) as started:
        yield started


def rows(site: Server, query: str) -> list[dict[str, str]]:
    answer = site.request(f"/sparql?query={quote(query)}&format=json").json()
    return [{name: cell["value"] for name, cell in row.items()} for row in answer["results"]["bindings"]]


def case_page(site: Server, case_id: str) -> BeautifulSoup:
    answer = site.request(f"/case/{case_id}")
    assert answer.status == 200
    return BeautifulSoup(answer.text, "html.parser")


def section(page: BeautifulSoup, heading: str) -> Tag:
    found = [tag.find_parent("section") for tag in page("h2") if tag.get_text() == heading]
    assert len(found) == 1
    assert found[0] is not None
    return found[0]


def test_documents_and_cases_are_counted_apart(site: Server, taken_in: tuple[Path, IngestReport]) -> None:
    assert taken_in[1].rejected == ()
    counts = site.request("/api/v1/stats").json()["counts"]
    assert (counts["documents"], counts["cases"]) == (10, 11)
    assert site.request("/api/v1/cases").json()["total"] == 11
    assert "11 belegte Fälle" in site.request("/").text


def test_the_api_gives_every_document_of_a_case(site: Server) -> None:
    case = site.request(f"/api/v1/cases/{CASE}").json()
    own, other = case["documents"]
    assert (own["id"], other["id"], other["iri"]) == (CASE, "rueckblick", document_iri("rueckblick"))
    assert (other["title"], other["media_type"], other["language"]) == ("Rückblick nach zehn Jahren", "text/markdown", "de")
    assert (case["document"], case["text"], case["mentions"]) == (own["iri"], own["text"], own["mentions"])
    assert "Dampfschiff" in other["text"]
    assert [found["slug"] for found in other["mentions"]] == ["standesamt", "standesamt-meldewesen"]
    for document in case["documents"]:
        for found in [*document["mentions"], *document["places"]]:
            assert [document["text"][mention["start"] : mention["end"]] for mention in found["evidence"]] == [mention["quote"] for mention in found["evidence"]]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_case_is_found_by_what_only_its_second_document_says(method: str, site: Server) -> None:
    if method == "GET":
        answer = site.request("/api/v1/search?q=Dampfschiff+Wasserschloss")
    else:
        body = json.dumps({"q": "Dampfschiff Wasserschloss"}).encode()
        answer = site.request("/api/v1/search", method="POST", data=body, headers={"Content-Type": "application/json"})
    hit = answer.json()["hits"][0]
    snippet = hit["snippet"]
    assert (hit["id"], snippet["document"], snippet["section"]) == (CASE, "rueckblick", "Trauorte")
    assert {snippet["text"][start:end] for start, end in snippet["highlights"]} == {"Dampfschiff", "Wasserschloss"}
    text = site.request(f"/api/v1/cases/{CASE}").json()["documents"][1]["text"]
    assert text[snippet["start"] : snippet["start"] + len(snippet["text"])] == snippet["text"]
    assert "words" not in {reason["kind"] for reason in hit["reasons"]}, "the snippet marks them"


def test_the_page_of_a_case_shows_its_other_documents(site: Server) -> None:
    page = case_page(site, CASE)
    shown = section(page, "Weitere Dokumente")
    assert [heading.get_text() for heading in shown("h3")] == ["Rückblick nach zehn Jahren"]
    assert [heading.get_text() for heading in shown("h4")] == ["Trauorte", "Ergebnisse"]
    assert "auf einem Dampfschiff." in shown.get_text()
    assert [item.get_text() for item in shown("li")] == ["Die Wartezeit auf einen Termin ist kürzer."]
    assert page.get_text().count("Dampfschiff") == 1


def test_a_concept_that_two_documents_name_is_listed_once(site: Server) -> None:
    links = [str(link["href"]) for link in section(case_page(site, CASE), "Im Text erkannte Begriffe").select('.mentions a[href^="/vocab"]')]
    assert "/vocab/sector/standesamt-meldewesen" in links
    assert len(links) == len(set(links))


def test_the_graph_says_which_documents_a_case_is_documented_in(site: Server) -> None:
    found = rows(site, "SELECT ?document ?title { case:standesamt-lossetal koop:documentedIn ?document . ?document dcterms:title ?title } ORDER BY ?document")
    assert found[0] == {"document": document_iri("rueckblick"), "title": "Rückblick nach zehn Jahren"}
    assert [row["document"] for row in found[1:]] == [document_iri(CASE)]
    query = "SELECT ?case { ?case koop:documentedIn document:buergerbusse } ORDER BY ?case"
    assert [row["case"] for row in rows(site, query)] == sorted(map(case_iri, RECORDS))


@pytest.mark.parametrize("case_id", RECORDS)
def test_each_record_of_a_document_is_a_case_of_its_own(case_id: str, site: Server) -> None:
    number = case_id.rpartition("-")[2]
    case = site.request(f"/api/v1/cases/{case_id}").json()
    assert (case["iri"], case["document"], case["case"]["id"]) == (case_iri(case_id), document_iri(TOGETHER), case_id)
    assert [document["id"] for document in case["documents"]] == [TOGETHER]
    page = case_page(site, case_id)
    heading = page.h1
    assert heading is not None
    assert heading.get_text() == case["case"]["title"]
    assert f"Bürgerbus {number}" in heading.get_text()
    assert "eine davon mit einem Oldtimer" in page.get_text()
    assert "Weitere Dokumente" not in page.get_text()


def test_the_cases_of_one_document_are_found_together(site: Server) -> None:
    hits = site.request("/api/v1/search?q=Oldtimer").json()["hits"]
    assert {hit["id"] for hit in hits[:3]} == set(RECORDS)
    assert {hit["snippet"]["document"] for hit in hits[:3]} == {TOGETHER}
