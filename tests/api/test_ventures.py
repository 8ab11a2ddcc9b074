"""`/vorhaben` as people use it: a form without a script, an address that tells nothing, a page, a paper, a PDF; and `/api/v1/advise`."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import time
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlencode

import pypdfium2
import pytest
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Browser, Page

from koopkg.config import Settings
from koopkg.ontology import Ontology
from tests.api.test_pages import browser, page
from tests.conftest import Server, running_server

__all__ = ["browser", "page"]

TEXT = "Wir sind drei Gemeinden in Baden-Württemberg und wollen einen gemeinsamen Bauhof."
FORM = {"content-type": "application/x-www-form-urlencoded"}


def sent(server: Server, **values: str) -> str:
    """The page that a form leads to."""
    answer = server.request("/vorhaben", method="POST", data=urlencode(values).encode(), headers=FORM)
    assert answer.status == 200, answer.text
    return answer.text


def advised(server: Server, body: object) -> tuple[int, dict[str, object]]:
    answer = server.request("/api/v1/advise", method="POST", data=json.dumps(body).encode(), headers={"content-type": "application/json"})
    return answer.status, json.loads(answer.text)


def test_from_the_start_page_to_a_paper_without_a_script(page: Page, server: Server) -> None:
    page.goto(server.address + "/")
    page.get_by_role("link", name="Vorhaben planen").click()
    page.get_by_label("Was haben Sie vor?").fill(TEXT)
    page.get_by_role("button", name="Fälle und Wege finden").click()
    assert re.fullmatch(r".*/vorhaben/[\w-]{22}", page.url)
    assert "Bauhof" in page.get_by_role("table").first.inner_text()
    assert "GKZ" in page.get_by_role("table").nth(1).inner_text()
    page.get_by_role("link", name="Vorlage für den Rat, zum Drucken").click()
    assert page.url.endswith("/dossier")
    assert TEXT in page.inner_text("main")
    document = pypdfium2.PdfDocument(page.pdf(format="A4"))
    assert len(document) <= 4


def test_what_was_understood_can_be_corrected(page: Page, server: Server) -> None:
    page.goto(server.address + "/vorhaben")
    page.get_by_label("Was haben Sie vor?").fill(TEXT)
    page.get_by_role("button", name="Fälle und Wege finden").click()
    page.get_by_text("Was verstanden wurde").click()
    land = page.get_by_label("Land", exact=True)
    assert land.input_value() == "Baden-Württemberg"
    land.select_option("Hessen")
    page.get_by_label("Was genau gemeinsam getan werden soll").locator("visible=true").first.wait_for()
    page.get_by_role("button", name="Neu suchen").click()
    assert "KGG" in page.get_by_role("table").nth(1).inner_text()
    page.get_by_text("Was verstanden wurde").click()
    assert page.get_by_label("Land", exact=True).input_value() == "Hessen"


def test_what_was_unticked_is_not_read_from_the_text_again(server: Server) -> None:
    soup = BeautifulSoup(sent(server, text=TEXT, corrected="1"), "html.parser")
    assert soup.select("input[name=sectors]") == []
    assert soup.select("select#state option[selected]") == []


@pytest.mark.parametrize("name", ["", "/dossier"])
def test_pages_are_for_everybody(name: str, browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, bypass_csp=True)
    page = context.new_page()
    page.goto(server.address + "/vorhaben")
    for path in ("/vorhaben", None):
        if path is None:
            page.get_by_label("Was haben Sie vor?").fill(TEXT)
            page.get_by_role("button", name="Fälle und Wege finden").click()
            page.goto(page.url + name)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
        found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice']})")
        assert [item["id"] for item in found["violations"]] == []
    context.close()


def test_a_number_that_is_none_is_refused_and_the_text_stays(server: Server) -> None:
    answer = server.request("/vorhaben", method="POST", data=urlencode({"text": TEXT, "partners": "drei"}).encode(), headers=FORM)
    assert answer.status == 400
    soup = BeautifulSoup(answer.text, "html.parser")
    assert "drei" in soup.select_one("[role=alert]").get_text()  # type: ignore[union-attr]
    assert soup.select_one("textarea").get_text() == TEXT  # type: ignore[union-attr]


def test_a_refused_form_keeps_what_else_was_said(server: Server) -> None:
    """What holds stays chosen, the number as it was written; what was corrected once is not read from the text anew."""
    sent = [("text", TEXT), ("partners", "drei"), ("state", "Hessen"), ("sectors", "baubetriebshof"), ("sectors", "bauhof?"), ("staff", "nein")]
    sent += [("corrected", "1"), ("worries", "datenschutz"), ("inhabitants", "4.500"), ("phase", "konzeption"), ("challenges", "finanznot")]
    answer = server.request("/vorhaben", method="POST", data=urlencode(sent).encode(), headers=FORM)
    assert answer.status == 400
    form = BeautifulSoup(answer.text, "html.parser").select_one("form.record")
    assert form is not None
    chosen = {str(option.find_parent("select")["name"]): option["value"] for option in form.select("option[selected]")}  # type: ignore[index]
    assert chosen == {"state": "Hessen", "staff": "nein", "phase": "konzeption"}
    written = {str(field["name"]): field["value"] for field in form.select("input[type=text], input[type=hidden]")}
    assert written == {"partners": "drei", "inhabitants": "4.500", "corrected": "1"}


FAULTS = [
    ({"partners": "viele"}, "de", "Zahl der Partner", "„{}“: 'viele' ist keine ganze Zahl"),
    ({"partners": "many"}, "en", "Number of partners", "“{}”: 'many' is no whole number"),
    ({"inhabitants": "0"}, "de", "Einwohner aller Partner zusammen", "„{}“: 0 liegt außerhalb"),
    ({"state": "Atlantis"}, "en", "Land", "“{}”: 'Atlantis' is no Land"),
    ({"text": ""}, "de", "Was haben Sie vor?", "„{}“ ist leer; sagen Sie, was Sie vorhaben"),
    ({"text": ""}, "en", "What are you planning?", "“{}” is empty; say what you plan"),
]


@pytest.mark.parametrize(("values", "language", "label", "said"), FAULTS)
def test_what_is_wrong_is_said_by_the_label_of_its_field(values: dict[str, str], language: str, label: str, said: str, server: Server) -> None:
    answer = server.request(f"/vorhaben?lang={language}", method="POST", data=urlencode({"text": TEXT, **values}).encode(), headers=FORM)
    assert answer.status == 400
    soup = BeautifulSoup(answer.text, "html.parser")
    assert soup.select_one("[role=alert]").get_text(strip=True).startswith(said.format(label))  # type: ignore[union-attr]
    assert label in [found.get_text(strip=True) for found in soup.select("form.record label")]


def options(soup: Tag, selector: str) -> list[str]:
    return [str(option["value"]) for option in soup.select(selector) if option["value"]]


@pytest.mark.parametrize("language", ["de", "en"])
def test_phases_stand_in_their_order_and_worries_below_their_kinds(language: str, server: Server, ontology: Ontology) -> None:
    soup = BeautifulSoup(server.request(f"/vorhaben?lang={language}").text, "html.parser")
    phases = ["anbahnung", "aufbau", "konzeption", "umsetzung", "betrieb", "weiterentwicklung", "beendigung"]
    assert options(soup, "#phase option") == phases
    assert options(soup, "#worries > option") == []
    told = []
    for group in soup.select("#worries optgroup"):
        [head] = [concept for concept in ontology.schemes["obstacle"] if concept.label(language) == group["label"]]
        assert not head.broader
        worries = [str(option["value"]) for option in group.select("option")]
        assert head.slug not in worries
        told += worries
    current = [concept for concept in ontology.schemes["obstacle"] if concept.broader and not concept.is_deprecated]
    assert sorted(told) == sorted(concept.slug for concept in current)


def test_what_is_broadest_can_be_chosen_as_a_task_and_comes_first(server: Server) -> None:
    soup = BeautifulSoup(server.request("/vorhaben").text, "html.parser")
    group = soup.select_one('#sectors optgroup[label="Allgemeine Verwaltung"]')
    assert group is not None
    assert options(group, "option")[0] == "verwaltung"
    assert "standesamt-meldewesen" in options(group, "option")
    assert len(options(soup, "#sectors option")) == len(set(options(soup, "#sectors option")))


def test_numbers_are_read_as_germans_write_them(server: Server) -> None:
    soup = BeautifulSoup(sent(server, text=TEXT, inhabitants="6.000"), "html.parser")
    assert soup.select_one("#inhabitants")["value"] == "6000"  # type: ignore[index]


def test_an_empty_form_is_refused(server: Server) -> None:
    answer = server.request("/vorhaben", method="POST", data=b"text=+", headers=FORM)
    assert answer.status == 400
    assert "sagen Sie, was Sie vorhaben" in answer.text


@pytest.mark.parametrize("name", ["AAAAAAAAAAAAAAAAAAAAAA", "..%2f..%2fCURRENT", "x" * 22, "x"])
def test_a_venture_that_nobody_kept_is_not_there(name: str, server: Server) -> None:
    answer = server.request(f"/vorhaben/{name}")
    assert answer.status == 404


def test_ventures_are_private_and_go_after_a_while(tiny_copy: Settings) -> None:
    shutil.rmtree(tiny_copy.data / "ventures", ignore_errors=True)  # those of other tests
    with running_server(tiny_copy.data) as server:
        answer = server.request("/vorhaben", method="POST", data=urlencode({"text": TEXT}).encode(), headers=FORM)
        assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
        assert 'name="robots" content="noindex"' in answer.text
        folder = tiny_copy.data / "ventures"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        [kept] = folder.iterdir()
        assert server.request(f"/vorhaben/{kept.name}").status == 200
        old = time.time() - 31 * 86_400
        os.utime(kept, (old, old))
        assert server.request(f"/vorhaben/{kept.name}").status == 404
        sent(server, text=TEXT)
        assert kept not in folder.iterdir()


def test_too_many_ventures_push_the_oldest_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from koopkg.advising import Profile
    from koopkg_api import ventures

    monkeypatch.setattr(ventures, "_MOST", 3)
    kept = ventures.Ventures(tmp_path)
    names = []
    for number in range(5):
        names.append(kept.keep(Profile(text=str(number))))
        os.utime(tmp_path / "ventures" / names[-1], (time.time() - 100 + number,) * 2)
    assert {path.name for path in (tmp_path / "ventures").iterdir()} == set(names[2:])
    assert kept.get(names[4]).text == "4"


def test_the_paper_is_a_pdf(server: Server) -> None:
    soup = BeautifulSoup(sent(server, text=TEXT), "html.parser")
    address = soup.find("a", string="als PDF")["href"]  # type: ignore[index]
    answer = server.request(str(address))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    assert "Bauhof" in pypdfium2.PdfDocument(answer.body)[0].get_textpage().get_text_range()


def test_crawlers_stay_away(server: Server) -> None:
    assert "Disallow: /vorhaben/" in server.request("/robots.txt").text


def test_the_api_says_what_it_was_made_for(server: Server) -> None:
    status, told = advised(server, {"text": TEXT, "profile": {"staff": True}, "lang": "de"})
    assert status == 200
    profile = told["profile"]
    assert isinstance(profile, dict)
    assert (profile["state"], profile["staff"], profile["activities"]) == ("Baden-Württemberg", True, ["bauhof"])
    assert told["comparable"]
    assert told["snapshot"]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "text"),
        ({"text": "Bauhof", "profil": {}}, 422, "profil"),
        ({"text": "Bauhof", "profile": {"partners": "drei"}}, 422, "profile.partners"),
        ({"text": "Bauhof", "profile": {"state": "Hesen"}}, 400, "state"),
        ({"text": "Bauhof", "profile": {"land": "Hessen"}}, 422, "profile.land"),
    ],
)
def test_the_api_refuses_what_it_cannot_use(body: object, status: int, field: str, server: Server) -> None:
    answered, problem = advised(server, body)
    assert (answered, problem.get("field")) == (status, field)
