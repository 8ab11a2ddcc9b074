"""The page of a case: which source each statement rests on, back to the search, how to cite it, and headings that filters have too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from koopkg.model import FACETS
from koopkg.pipeline import ingest
from koopkg.snapshot import OpenSnapshot
from tests.api.test_pages import browser
from tests.api.test_results_page import soup_of, words
from tests.conftest import TINY, Server, Silent, running_server, with_vectors

__all__ = ["browser"]

CASE = "standesamt-lossetal"


@pytest.fixture(scope="module")
def sourced(tmp_path_factory: pytest.TempPathFactory, tiny_vectors: Path) -> Iterator[Server]:
    """A server of one case whose first factor and first result name the source that they rest on."""
    folder = tmp_path_factory.mktemp("sourced")
    lines = (TINY / f"{CASE}.md").read_text(encoding="utf-8").splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("- factor:"))
    lines.insert(place + 1, "  source: 1")
    start = lines.index("results:")
    end = next(number for number in range(start + 1, len(lines)) if lines[number][:1].isalpha())
    lines[start:end] = ["results:", "- text: Drei Standesämter sind eines", "  source: 1"]
    (folder / f"{CASE}.md").write_text("\n".join(lines), encoding="utf-8")
    settings = with_vectors(folder, tiny_vectors)
    ingest([folder / f"{CASE}.md"], settings, Silent())
    with running_server(settings.data) as server:
        yield server


def test_a_statement_leads_to_the_source_that_it_rests_on(sourced: Server) -> None:
    soup = soup_of(sourced, f"/case/{CASE}")
    cited = soup.select("a.cited")
    assert [(words(link), link["href"], link["aria-label"]) for link in cited] == [("[1]", "#source-1", "Quelle 1")] * 2
    assert cited[0].find_parent(class_="evidence")
    assert "Drei Standesämter sind eines" in words(cited[1].parent)
    source = soup.select_one("#source-1")
    assert source is not None
    assert source.a is not None


def back(server: Server, referer: str | None, path: str = f"/case/{CASE}") -> tuple[str, str]:
    headers = {"Accept": "text/html"} | ({"Referer": referer} if referer else {})
    answer = server.request(path, headers=headers)
    link = BeautifulSoup(answer.text, "html.parser").select_one(".back a")
    assert isinstance(link, Tag)
    assert "Referer" in answer.headers["vary"]
    return words(link), str(link["href"])


def test_a_case_leads_back_to_the_search_that_it_was_reached_from(server: Server) -> None:
    search = "/suche?q=gr%C3%BCn+%26+blau&state=Hessen&state=Bayern&page=2"
    assert back(server, server.address + search) == ("Zurück zur Suche", search)
    assert back(server, f"{server.address}{search}&lang=en", f"/case/{CASE}?lang=en") == ("Back to the search", f"{search}&lang=en")


@pytest.mark.parametrize(
    "other", ["https://evil.example/suche?q=x", "{own}.evil.example/suche?q=x", "{own}/case/x?q=x", "{own}/suche/x?q=x", "javascript:alert(1)", "//", None]
)
def test_a_case_leads_nowhere_but_to_our_own_search(other: str | None, server: Server) -> None:
    assert back(server, other and other.format(own=server.address)) == ("Zur Suche", "/suche")


def test_what_comes_back_from_a_browser_is_text(server: Server) -> None:
    _, address = back(server, f'{server.address}/suche?q="><script>alert(1)</script>')
    assert address == "/suche?q=%22%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E"


def test_a_browser_says_which_search_a_case_was_reached_from(browser, server: Server) -> None:  # type: ignore[no-untyped-def]
    """The policy of our pages lets it, and tells no other site."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.address}/suche?q=Standesamt&state=Hessen")
    page.get_by_role("article").first.get_by_role("link").first.click()
    page.get_by_role("link", name="Zurück zur Suche").click()
    assert page.url == f"{server.address}/suche?q=Standesamt&state=Hessen"
    context.close()
    assert server.request("/").headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(("language", "form"), [("de", "„{title}“. In: koopkg, Datenstand {id} vom "), ("en", "“{title}”. In: koopkg, snapshot {id} of ")])
def test_a_case_says_how_to_cite_it_and_from_when_it_is(language: str, form: str, server: Server, opened: OpenSnapshot) -> None:
    case = opened.catalog.entry(opened.catalog.row_of(CASE)).case
    soup = soup_of(server, f"/case/{CASE}?lang={language}")
    told = words(soup.select_one(".citation"))
    assert told.startswith(form.format(title=case.title_in(language), id=opened.id))
    assert told.endswith(f" {server.address}/case/{CASE}")


def test_members_lead_to_their_places(server: Server) -> None:
    soup = soup_of(server, f"/case/{CASE}?lang=en")
    links = {words(link): str(link["href"]) for link in soup.select('.facts a[href*="/place/"]')}
    assert set(links) == {"Helsa", "Kaufungen", "Nieste"}
    for name, address in links.items():
        assert words(soup_of(server, address).select_one("title")).startswith(f"{name}: ")
        assert 'lang="en"' in server.request(address, headers={"Accept": "text/html"}).text
    nursery = soup_of(server, "/case/kita-salut-saarbruecken")
    assert [words(link) for link in nursery.select('.facts a[href*="/place/"]')] == ["Saarbrücken"]


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_can_be_filtered_by_is_called_the_same_on_the_page_of_a_case(language: str, server: Server) -> None:
    facets = {facet["name"]: facet["label"] for facet in server.request(f"/api/v1/cases?lang={language}").json()["facets"]}
    headings = {words(term) for term in soup_of(server, f"/case/bauhof-gruenkraut-bodnegg?lang={language}").select(".facts dt")}
    shown = set(FACETS) - {"state", "country", "obstacle"}  # Land and country stand together as the place, obstacles in a section of their own
    assert {facets[name] for name in shown} <= headings
