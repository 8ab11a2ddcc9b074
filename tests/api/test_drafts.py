"""What was only read by machine is found, shown and marked as such, with the passage of every proposal; it counts as a case nowhere."""

from __future__ import annotations

import http.client
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, quote_plus
from urllib.robotparser import RobotFileParser

import pyoxigraph as ox
import pytest
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Browser

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.model import Document, Review
from koopkg.namespaces import KOOP, draft_iri
from koopkg.pipeline import ingest
from koopkg.reviews import add_reviews
from koopkg.snapshot import Catalog
from tests.api.test_api import described_answers, problem
from tests.api.test_languages import LANGUAGES, assert_speaks, in_language
from tests.api.test_pages import browser, findings
from tests.api.test_reflow import SMALL_TARGETS, SMALLEST_TARGET, WIDTH, width_of
from tests.api.test_search_page import LONG
from tests.conftest import Server, Silent, running_server
from tests.koopkg import made_files as made

__all__ = ["browser"]

BAUHOF = "Gemeinsamer Bauhof für Erolzheim und Kirchdorf"
BAUHOF_TEXT = [
    "Die Gemeinden Erolzheim und Kirchdorf an der Iller im Landkreis Biberach betreiben seit 2016 einen gemeinsamen Bauhof. Träger ist ein Zweckverband.",
    "Erolzheim und Kirchdorf an der Iller haben ihn gegründet, weil beide Bauhöfe zu klein waren. Winterdienst und Grünpflege sind gemeinsame Aufgaben.",
    "Entscheidend war das Vertrauen der beiden Bürgermeister. Die Gemeinde Erolzheim stellt das Grundstück, Kirchdorf an der Iller die Werkstatt.",
]
LAW = "Gesetz über kommunale Zusammenarbeit"
LAW_TEXT = [
    "§ 1 Gemeinden und Landkreise können Zweckverbände bilden, um bestimmte Aufgaben gemeinsam zu erfüllen.",
    "§ 2 Der Zweckverband ist eine Körperschaft des öffentlichen Rechts. Er verwaltet seine Angelegenheiten unter eigener Verantwortung.",
    "§ 3 Die Verbandssatzung bedarf der Genehmigung der Aufsichtsbehörde.",
]
REPORT = "Sachbericht zum gemeinsamen Gewerbegebiet"
REPORT_TEXT = [
    "Gegenstand des Berichts ist das interkommunale Gewerbegebiet der beiden Städte.",
    *[f"Der Bericht zum Punkt {number} wurde verlesen und ohne Aussprache angenommen. " * 12 for number in range(1, 12)],
    "Die Städte Bad Waldsee und Aulendorf planen gemeinsam ein interkommunales Gewerbegebiet. Die Stadt Bad Waldsee und die Stadt Aulendorf haben dafür "
    "einen Zweckverband gegründet. Das Gewerbegebiet erschließen die beiden Städte zusammen.",
]
PLAY = "Gemeinsames Standesamt für Ummendorf und Hochdorf"
PLAY_TEXT = [
    "Die Gemeinden Ummendorf und Hochdorf im Landkreis Biberach betreiben seit 2015 ein gemeinsames Standesamt. Die Gemeinde Ummendorf führt das Standesamt.",
    "Ummendorf und Hochdorf haben dafür eine öffentlich-rechtliche Vereinbarung geschlossen. Beide Gemeinden teilen sich das Personal.",
]
"""Reads like a cooperation, and a person said that it is none."""
NOTHING_KNOWN = {"probability": None, "evidence": None, "page": None}
BLOCKS = frozenset({"p", "div", "section", "article", "nav", "form", "fieldset", "ol", "ul", "dl", "table", "h1", "h2", "h3", "h4"})
VOID = frozenset({"meta", "link", "input"})
UNCHECKED = {"de": "automatisch erschlossen, ungeprüft", "en": "automatically extracted, unchecked"}


@dataclass(frozen=True)
class Drafted:
    """The tiny corpus beside four documents without records, one of them a PDF; a person has looked at values of the first and refused the last as a whole."""

    settings: Settings
    documents: dict[str, Document]

    def id_of(self, title: str) -> str:
        return self.documents[title].id


@pytest.fixture(scope="module")
def drafted(tiny: Settings, tmp_path_factory: pytest.TempPathFactory) -> Drafted:
    folder = tmp_path_factory.mktemp("drafted")
    shutil.copytree(tiny.data, folder / "data")
    (folder / "in").mkdir()
    (folder / "in" / "bauhof.txt").write_bytes(made.plain(BAUHOF, BAUHOF_TEXT))
    (folder / "in" / "gesetz.txt").write_bytes(made.plain(LAW, LAW_TEXT))
    (folder / "in" / "bericht.pdf").write_bytes(made.printed(REPORT, REPORT_TEXT, columns=1))
    (folder / "in" / "planspiel.txt").write_bytes(made.plain(PLAY, PLAY_TEXT))
    settings = Settings(data=folder / "data", corpus=folder / "corpus")
    ingest([folder / "in"], settings, Silent())
    documents = documents_of(settings)
    said = partial(Review, at="2026-11-26T14:03:07Z")
    looked_at = partial(said, document=documents[BAUHOF].id)
    reviews = [
        said(document=documents[PLAY].id, field="is_case", value="true", verdict="refuse"),
        looked_at(field="legal_form", value="zweckverband", verdict="accept"),
        looked_at(field="actors", value="kommune", verdict="refuse"),
        looked_at(field="started", value=2016, verdict="replace", instead=1987),
    ]
    add_reviews(settings.reviews_folder, reviews)
    ingest([folder / "in"], settings, Silent())
    return Drafted(settings, documents_of(settings))


def documents_of(settings: Settings) -> dict[str, Document]:
    catalog = Catalog(snapshot.open_files(settings.data).catalog)
    return {document.title: document for document in (catalog.document(name).document for name in catalog.drafts())}


@pytest.fixture(scope="module")
def site(drafted: Drafted) -> Iterator[Server]:
    with running_server(drafted.settings.data) as started:
        yield started


@pytest.fixture(scope="module")
def paths(drafted: Drafted) -> dict[str, str]:
    """Every kind of page that has to do with drafts."""
    return {
        "search": "/suche?q=gemeinsamer+Bauhof",
        "drafts alone": f"/suche?q={quote_plus('interkommunales Gewerbegebiet')}&state=Baden-W%C3%BCrttemberg&sector=gewerbe-wirtschaft",
        "long text": f"/suche?q={quote_plus('gemeinsamer Bauhof ' * 15)}",
        "start": "/",
        "list": "/entwuerfe",
        "found": "/entwuerfe?q=Gewerbegebiet&state=Baden-W%C3%BCrttemberg&state=Hessen",
        "found by a long text": f"/entwuerfe?q={quote_plus('gemeinsamer Bauhof ' * 15)}&state=Baden-W%C3%BCrttemberg",
        "nothing found": "/entwuerfe?q=Bauhof&state=Saarland",
        "refused": "/entwuerfe?q=Bauhof&state=Hesen",
        "draft": f"/draft/{drafted.id_of(BAUHOF)}",
        "draft of a PDF": f"/draft/{drafted.id_of(REPORT)}",
        "no case": f"/draft/{drafted.id_of(LAW)}",
        "refused as a case": f"/draft/{drafted.id_of(PLAY)}",
        "document": f"/document/{drafted.id_of(REPORT)}",
        "document of no case": f"/document/{drafted.id_of(LAW)}",
    }


def soup_of(site: Server, path: str, *, status: int = 200) -> BeautifulSoup:
    answer = site.request(path, headers={"Accept": "text/html"})
    assert answer.status == status, path
    return BeautifulSoup(answer.text, "html.parser")


def text_of(tag: Tag | BeautifulSoup | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text(" ", strip=True).split())


def json_of(site: Server, path: str) -> Any:
    answer = site.request(path)
    assert answer.status == 200, (path, answer.text)
    return answer.json()


def rows(soup: BeautifulSoup, section: str) -> list[tuple[str, str, str, str]]:
    """Field, proposal, probability and passage of each row of a table of proposals."""
    found, field = [], ""
    for row in soup.select(f"section:has(#{section}) tbody tr"):
        field = text_of(row.th) if row.th else field
        value, probability, passage = (text_of(cell) for cell in row("td"))
        found.append((field, value, probability, passage))
    return found


# Nowhere a case


def test_a_draft_counts_as_a_case_nowhere(site: Server, server: Server, drafted: Drafted) -> None:
    """Lists, facets, counts and hits are those of the same corpus without it."""
    whole, plain = (json_of(started, "/api/v1/cases?limit=100") for started in (site, server))
    assert (whole["total"], whole["cases"], whole["facets"]) == (8, plain["cases"], plain["facets"])
    for query in ("gemeinsamer+Bauhof", "interkommunales+Gewerbegebiet", "Zweckverband&state=Baden-W%C3%BCrttemberg"):
        found, without = (json_of(started, f"/api/v1/search?q={query}&limit=100") for started in (site, server))
        assert (found["total"], found["hits"], found["facets"]) == (without["total"], without["hits"], without["facets"])
        assert without["drafts"] == {"total": 0, "hits": []}
    stats, before = (json_of(started, "/api/v1/stats") for started in (site, server))
    assert (stats["counts"]["cases"], stats["counts"]["drafts"], before["counts"]["drafts"]) == (8, 4, 0)
    assert stats["cases_by"] == before["cases_by"]
    assert json_of(site, "/api/v1/concepts")["schemes"] == json_of(server, "/api/v1/concepts")["schemes"]
    for name in (drafted.id_of(BAUHOF), drafted.id_of(LAW)):
        assert problem(site.request(f"/api/v1/cases/{name}"), 404)
        assert site.request(f"/case/{name}", headers={"Accept": "text/html"}).status == 404


def test_facets_and_heading_of_a_page_count_cases_alone(site: Server, server: Server) -> None:
    shown, plain = (soup_of(started, "/suche?q=gemeinsamer+Bauhof") for started in (site, server))
    assert text_of(shown.h1) == text_of(plain.h1)
    assert str(shown.select_one("#filters")) == str(plain.select_one("#filters"))
    assert [str(link) for link in shown.select("article h2 a")] == [str(link) for link in plain.select("article h2 a")]


def test_where_there_are_no_drafts_no_page_speaks_of_them(server: Server) -> None:
    for path in ("/", "/suche?q=gemeinsamer+Bauhof", "/suche?q=xyzzy"):
        html = server.request(path).text
        assert "entwuerfe" not in html
        assert UNCHECKED["de"] not in html
    assert "Zurzeit gibt es keine ungeprüften Funde" in server.request("/entwuerfe").text
    assert text_of(soup_of(server, "/entwuerfe?q=Bauhof").h1) == "0 ungeprüfte Funde"
    assert json_of(server, "/api/v1/drafts?q=Bauhof")["drafts"] == []


# Found beside the cases


def test_the_search_page_shows_drafts_below_the_hits_as_the_api_gives_them(site: Server, drafted: Drafted) -> None:
    soup, answer = soup_of(site, "/suche?q=gemeinsamer+Bauhof"), json_of(site, "/api/v1/search?q=gemeinsamer+Bauhof")
    [section] = soup.select("section.drafts")
    assert text_of(section.h2) == "Automatisch erschlossen, ungeprüft"
    assert section.find_previous("ol") is not None
    [article], [hit] = section.select("article"), answer["drafts"]["hits"]
    assert answer["drafts"]["total"] == 1
    assert (hit["id"], hit["iri"]) == (drafted.id_of(BAUHOF), draft_iri(drafted.id_of(BAUHOF)))
    assert text_of(article.h3) == hit["title"] == BAUHOF
    assert text_of(article.select_one(".unchecked")) == UNCHECKED["de"]
    assert text_of(article.select_one(".snippet")) == " ".join(hit["snippet"]["text"].split())
    assert f"Wahrscheinlich vergleichbar: {round(hit['score'] * 100)} %" in text_of(article.select_one(".score"))
    assert [text_of(reason) for reason in article.select(".reasons li")] == [reason["text"] for reason in hit["reasons"]]
    assert "Gleiche Aufgabe: Baubetriebshof" in text_of(article)
    [link] = section.select("p > a")
    assert text_of(link) == "Den 1 ungeprüften Fund zeigen"
    assert [text_of(found) for found in soup_of(site, str(link["href"])).select("article h2")] == [BAUHOF]
    assert json_of(site, "/api/v1/cases/standesamt-lossetal/similar")["drafts"] == {"total": 0, "hits": []}


def test_drafts_are_shown_where_no_case_fits(site: Server, paths: dict[str, str]) -> None:
    soup = soup_of(site, paths["drafts alone"])
    assert text_of(soup.h1).startswith("0 vergleichbare Fälle")
    assert [text_of(title) for title in soup.select(".drafts h3")] == [REPORT]
    [link] = soup.select(".drafts p > a")
    listed = soup_of(site, str(link["href"]))
    chips = [text_of(chip) for chip in listed.select(".applied .chip")]
    assert chips == ["Sektor: Gewerbe und Wirtschaftsförderung × (entfernen)", "Land: Baden-Württemberg × (entfernen)"]
    assert [text_of(title) for title in listed.select("article h2")] == [REPORT]


def test_a_long_text_is_taken_along_by_a_button(site: Server, browser: Browser, paths: dict[str, str]) -> None:
    """And stands in no link to the drafts; the filters go along, too."""
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{site.address}{paths['long text']}&state=Baden-W%C3%BCrttemberg")
    button = page.get_by_role("button", name="Den 1 ungeprüften Fund zeigen")
    assert page.locator("a[href^='/entwuerfe']").count() == 0
    button.click()
    assert page.url.startswith(f"{site.address}/entwuerfe?q=gemeinsamer")
    assert page.get_by_role("heading", level=1).inner_text() == "1 ungeprüfter Fund – Land: Baden-Württemberg"
    page.get_by_role("button", name="Land: Baden-Württemberg").click()
    assert page.url.startswith(f"{site.address}/entwuerfe?")
    assert page.get_by_role("heading", level=1).inner_text() == "1 ungeprüfter Fund"
    page.close()


# The list


def test_the_list_says_what_it_holds_and_marks_each_draft(site: Server, paths: dict[str, str]) -> None:
    """By title; what is taken to speak of no cooperation is not in it."""
    for language, sentence in (("de", "zählt nicht als Fall"), ("en", "does not count as a case")):
        soup = soup_of(site, f"/entwuerfe?lang={language}")
        assert [text_of(title) for title in soup.select("article h2")] == [BAUHOF, REPORT]
        assert [text_of(mark) for mark in soup.select("article .unchecked")] == [UNCHECKED[language]] * 2
        assert sentence in text_of(soup.select_one(".results p"))
    soup = soup_of(site, "/")
    assert [text_of(link) for link in soup.select("a[href='/entwuerfe']")] == ["dazu 2 ungeprüfte Funde"]
    assert text_of(soup_of(site, "/entwuerfe?q=Gewerbegebiet").select_one("article h2")) == REPORT
    refused = soup_of(site, paths["refused"], status=400)
    assert text_of(refused.select_one("[role=alert] a")) == "Hessen"


@pytest.mark.parametrize("page", ["0", "abc", "2", "99"])
def test_a_page_that_is_not_there_leads_to_the_nearest(page: str, site: Server) -> None:
    for query in ("", "q=Bauhof&"):
        found, first = (soup_of(site, f"/entwuerfe?{query}page={number}").select("article h2") for number in (page, "1"))
        assert [text_of(title) for title in found] == [text_of(title) for title in first] != []


def test_crawlers_are_kept_from_what_nobody_has_checked(site: Server, paths: dict[str, str]) -> None:
    rules = RobotFileParser()
    rules.parse(site.request("/robots.txt").text.splitlines())
    for name in ("list", "found", "draft", "no case", "refused as a case"):
        assert not rules.can_fetch("any", paths[name]), name
        soup = soup_of(site, paths[name])
        assert soup.select_one("meta[name=robots][content=noindex]"), name
        assert not soup.select("link[rel=canonical], link[rel=alternate]")
    assert rules.can_fetch("any", paths["document"])


# One draft


def test_a_draft_shows_its_proposals_in_the_order_of_the_fields(site: Server, paths: dict[str, str]) -> None:
    """What people confirmed is told so, what they refused is gone, and what is not sure stands apart."""
    soup = soup_of(site, paths["draft"])
    assert text_of(soup.h1) == BAUHOF
    assert text_of(soup.select_one("article .unchecked")) == UNCHECKED["de"]
    taken, asked = rows(soup, "taken"), rows(soup, "asked")
    assert list(dict.fromkeys(field for field, *_ in taken)) == [*("Land", "Mitglied", "Beginn", "Sektor", "Aktivität", "Rechtsform", "Kooperationstyp")]
    assert [row[1] for row in taken if row[0] == "Mitglied"] == ["Erolzheim", "Kirchdorf an der Iller"]
    assert [row[1:] for row in taken if row[0] == "Beginn"] == [("1987", "bestätigt", "–")]
    assert [row[1:3] for row in taken if row[0] == "Rechtsform"] == [("Zweckverband", "bestätigt")]
    assert {row[2].partition(" %, ")[2] for row in taken if row[2] != "bestätigt"} == {"sicher"}
    assert all(0 < int(row[2].partition(" %")[0]) < 100 for row in (*taken, *asked) if row[2] != "bestätigt")
    assert [row[1] for row in asked if row[0] == "Mitglied"] == ["Landkreis Biberach"]
    for _, _, probability, _ in asked:
        percent, _, word = probability.partition(" %, ")
        assert word == ("wahrscheinlich" if int(percent) >= 50 else "unsicher"), probability
    assert not {"2016", "Kommune"} & {row[1] for row in (*taken, *asked)}
    sector = next(link for link in soup.select("tbody a") if text_of(link) == "Baubetriebshof")
    assert sector["href"] == "/vocab/sector/baubetriebshof"
    english = rows(soup_of(site, in_language(paths["draft"], "en")), "taken")
    assert ("Legal form", "special-purpose association", "confirmed") in [row[:3] for row in english]


@pytest.mark.parametrize("name", ["draft", "draft of a PDF"])
def test_every_quote_leads_to_its_marked_passage_and_page(name: str, site: Server, paths: dict[str, str]) -> None:
    soup, paged = soup_of(site, paths[name]), name != "draft"
    links = soup.select("tbody td[data-label=Beleg] a")
    assert len(links) > 6
    for link in links:
        [mark] = soup_of(site, str(link["href"])).select("mark#passage")
        assert link.q is not None
        assert mark.text == link.q.text
        page = mark.find_next_sibling("span")
        assert (page is not None) == paged
        assert text_of(link) == (f"{mark.text} {page.text}" if page else mark.text)


@pytest.mark.parametrize(("name", "title", "query"), [("no case", LAW, "Gesetz+Zusammenarbeit"), ("refused as a case", PLAY, "gemeinsames+Standesamt")])
def test_a_text_of_no_cooperation_has_no_proposals_and_is_not_found(
    name: str, title: str, query: str, site: Server, paths: dict[str, str], drafted: Drafted
) -> None:
    soup = soup_of(site, paths[name])
    assert not soup.select("table")
    assert "von keiner Kooperation spricht" in text_of(soup.select_one(".scope"))
    assert text_of(soup.select_one(".scope")).endswith(" %.")
    assert "taken to speak of no cooperation" in text_of(soup_of(site, in_language(paths[name], "en")).select_one(".scope"))
    assert site.request(f"{paths[name]}.ttl").status == 404
    for page in (f"/suche?q={query}", f"/entwuerfe?q={query}", "/entwuerfe"):
        assert title not in site.request(page).text
    told = json_of(site, f"/api/v1/drafts/{drafted.id_of(title)}")
    assert (told["is_about_case"], bool(told["proposals"])) == (False, title == PLAY)


def test_document_and_draft_lead_to_each_other(site: Server, paths: dict[str, str], drafted: Drafted) -> None:
    for name, title, said in (("document", REPORT, "noch hat niemand bestätigt"), ("document of no case", LAW, "von keiner Kooperation spricht")):
        soup = soup_of(site, paths[name])
        [link] = soup.select(f"a[href='/draft/{drafted.id_of(title)}']")
        assert said in text_of(link.parent)
        assert soup_of(site, str(link["href"])).select(f"dl a[href='{paths[name]}']")
    assert not soup_of(site, "/document/standesamt-lossetal").select("a[href^='/draft/']")


def test_a_draft_is_data_too(site: Server, paths: dict[str, str], drafted: Drafted) -> None:
    """The graph of its proposals, by Accept and by suffix; nothing of the document itself or of cases."""
    answer = site.request(paths["draft"], headers={"Accept": "text/turtle"})
    assert (answer.status, answer.text) == (200, site.request(f"{paths['draft']}.ttl").text)
    triples = [quad.triple for quad in ox.parse(answer.body, format=ox.RdfFormat.TURTLE)]
    about = [triple for triple in triples if triple.predicate.value == f"{KOOP}hasProposal"]
    assert {triple.subject.value for triple in about if isinstance(triple.subject, ox.NamedNode)} == {draft_iri(drafted.id_of(BAUHOF))}
    assert len(about) == len(json_of(site, f"/api/v1/drafts/{drafted.id_of(BAUHOF)}")["proposals"])
    for suffix in ("jsonld", "rdf", "nt"):
        assert site.request(f"{paths['draft']}.{suffix}").status == 200
    for unknown in ("/draft/gibt-es-nicht", "/draft/gibt-es-nicht.ttl", f"{paths['draft']}.xyz"):
        assert site.request(unknown, headers={"Accept": "text/html"}).status == 404, unknown
    assert site.request(paths["draft"], headers={"Accept": "application/pdf"}).status == 406


def test_the_address_of_a_draft_leads_on_once_its_case_is_known(site: Server) -> None:
    connection = http.client.HTTPConnection(site.address.removeprefix("http://"), timeout=20)
    connection.request("GET", "/draft/standesamt-lossetal?lang=en")
    response = connection.getresponse()
    assert (response.status, response.getheader("location")) == (303, "/document/standesamt-lossetal?lang=en")
    connection.close()


# The API


def test_the_api_lists_all_drafts_by_id_and_pages_through_them(site: Server, drafted: Drafted) -> None:
    whole = json_of(site, "/api/v1/drafts")
    assert (whole["total"], [draft["id"] for draft in whole["drafts"]]) == (4, sorted(document.id for document in drafted.documents.values()))
    assert {draft["title"]: draft["is_about_case"] for draft in whole["drafts"]} == {BAUHOF: True, LAW: False, REPORT: True, PLAY: False}
    assert {draft["title"] for draft in whole["drafts"] if draft["is_case"] >= 0.5} == {BAUHOF, REPORT, PLAY}
    assert all(draft["found"] is None for draft in whole["drafts"])
    first = whole["drafts"][0]
    assert (first["iri"], first["document"]) == tuple(f"https://w3id.org/koopkg/{kind}/{first['id']}" for kind in ("draft", "document"))
    assert [json_of(site, f"/api/v1/drafts?limit=1&offset={number}")["drafts"] for number in range(4)] == [[draft] for draft in whole["drafts"]]
    assert json_of(site, "/api/v1/drafts?offset=4")["drafts"] == []
    assert problem(site.request("/api/v1/drafts?offset=5"), 400)["field"] == "offset"
    assert problem(site.request("/api/v1/drafts?limit=0"), 400)["field"] == "limit"


def test_the_api_searches_among_drafts_as_the_page_does(site: Server) -> None:
    found = json_of(site, "/api/v1/drafts?q=gemeinsamer+Bauhof&lang=en")
    assert [draft["title"] for draft in found["drafts"]] == [text_of(title) for title in soup_of(site, "/entwuerfe?q=gemeinsamer+Bauhof").select("article h2")]
    hit = found["drafts"][0]["found"]
    assert hit == json_of(site, "/api/v1/search?q=gemeinsamer+Bauhof&lang=en")["drafts"]["hits"][0]
    assert any(reason["text"] == "Same task: municipal works depot" for reason in hit["reasons"])
    assert json_of(site, "/api/v1/drafts?q=gemeinsamer+Bauhof&offset=4")["drafts"] == []
    assert problem(site.request("/api/v1/drafts?q=Bauhof&offset=5"), 400)["field"] == "offset"
    assert problem(site.request(f"/api/v1/drafts?q={quote(LONG + LONG)}"), 400)["field"] == "q"


def test_the_api_gives_every_proposal_with_its_passage(site: Server, drafted: Drafted) -> None:
    for title in (BAUHOF, REPORT):
        document = drafted.documents[title]
        draft = json_of(site, f"/api/v1/drafts/{document.id}")
        assert draft["proposals"]
        for proposal in draft["proposals"]:
            if proposal["evidence"] is None:
                continue
            start, end = proposal["evidence"]["start"], proposal["evidence"]["end"]
            assert document.text[start:end] == proposal["evidence"]["quote"]
            assert proposal["page"] == document.page_of(start)
            assert 0.2 <= proposal["probability"] <= 1
            assert proposal["zone"] == ("taken" if proposal["probability"] >= 0.85 else "asked")
    told = {(item["field"], item["value"]): item for item in json_of(site, f"/api/v1/drafts/{drafted.id_of(BAUHOF)}?lang=en")["proposals"]}
    assert told["legal_form", "zweckverband"]["state"] == "confirmed"
    assert told["legal_form", "zweckverband"]["iri"] == "https://w3id.org/koopkg/vocab/legal-form/zweckverband"
    assert (told["sectors", "baubetriebshof"]["state"], told["sectors", "baubetriebshof"]["label"]) == ("proposed", "municipal works depot")
    assert told["places", "08426044"]["label"] == "Erolzheim"
    assert told["places", "08426044"]["iri"] == "https://w3id.org/koopkg/place/08426044"
    assert told["state", "Baden-Württemberg"]["iri"] == "https://w3id.org/koopkg/place/08"
    assert (told["started", 2016]["state"], told["started", 2016]["label"]) == ("refused", "2016")
    assert told["started", 1987] | NOTHING_KNOWN == told["started", 1987]
    assert (told["started", 1987]["state"], told["started", 1987]["iri"]) == ("confirmed", None)


def test_requests_for_drafts_are_refused_and_described_as_all_others(site: Server, drafted: Drafted) -> None:
    assert problem(site.request("/api/v1/drafts/gibt-es-nicht"), 404)
    assert problem(site.request("/api/v1/drafts/standesamt-lossetal"), 404)
    assert problem(site.request("/api/v1/drafts?query=Bauhof"), 422)["field"] == "query"
    assert problem(site.request("/api/v1/drafts?state=Hessen"), 422)["field"] == "state"
    assert problem(site.request(f"/api/v1/drafts/{drafted.id_of(BAUHOF)}?limit=1"), 422)["field"] == "limit"
    assert {"/api/v1/drafts", "/api/v1/drafts/{draft_id}"} <= set(described_answers(site, {"draft_id": drafted.id_of(BAUHOF)}))
    described = json_of(site, "/openapi.json")
    parameters = {item["name"]: item["schema"] for item in described["paths"]["/api/v1/drafts"]["get"]["parameters"]}
    assert parameters.keys() == {"q", "limit", "offset", "lang"}
    assert (parameters["offset"]["maximum"], parameters["limit"]["maximum"], parameters["q"]["maxLength"]) == (4, 100, 5_000)
    [name, _] = described["paths"]["/api/v1/drafts/{draft_id}"]["get"]["parameters"]
    assert site.request(f"/api/v1/drafts/{name['schema']['examples'][0]}").status == 200


def test_every_address_of_drafts_answers_head(site: Server, paths: dict[str, str], drafted: Drafted) -> None:
    for path in (paths["list"], paths["draft"], f"{paths['draft']}.ttl", "/api/v1/drafts", f"/api/v1/drafts/{drafted.id_of(BAUHOF)}"):
        answer, asked = site.request(path, method="HEAD"), site.request(path)
        assert (answer.status, answer.body, answer.headers["content-type"]) == (200, b"", asked.headers["content-type"])


# Every kind of page


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_drafts_speak_one_language(language: Any, site: Server, paths: dict[str, str]) -> None:
    for name, path in paths.items():
        answer = site.request(in_language(path, language), headers={"Accept": "text/html"})
        assert answer.status == (400 if name == "refused" else 200), name
        assert_speaks(answer.text, language)


class _Nesting(HTMLParser):
    """Notes what is not closed where it was opened, stands within a paragraph that it ends, or has an id that was there before."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.wrong: list[str] = []
        self.feed(html)
        self.wrong += self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = dict(attrs).get("id")
        if (name is not None and name in self.ids) or ("p" in self.open and tag in BLOCKS):
            self.wrong.append(self.get_starttag_text() or tag)
        self.ids |= {name} if name else set()
        self.open += [tag] if tag not in VOID else []

    def handle_endtag(self, tag: str) -> None:
        if self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")


def test_pages_of_drafts_are_well_formed(site: Server, paths: dict[str, str]) -> None:
    assert _Nesting("<div><p><ul></ul></p><b id=x></i id=x></div>").wrong
    found = {name: _Nesting(site.request(path, headers={"Accept": "text/html"}).text).wrong for name, path in paths.items()}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_pages_of_drafts_are_accessible(site: Server, paths: dict[str, str], browser: Browser) -> None:
    assert {name: found for name, path in paths.items() if (found := findings(browser, site.address + path))} == {}


def test_pages_of_drafts_fit_a_narrow_screen_and_can_be_tapped(site: Server, paths: dict[str, str], browser: Browser) -> None:
    context = browser.new_context(viewport={"width": WIDTH, "height": 640}, extra_http_headers={"Accept": "text/html"})
    phone = context.new_page()
    for name, path in paths.items():
        assert width_of(phone, site.address + path) <= WIDTH, name
        assert phone.evaluate(SMALL_TARGETS, SMALLEST_TARGET) == [], name
    context.close()
