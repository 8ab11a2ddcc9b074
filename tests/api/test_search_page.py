"""The search field and its filters in a real Chromium, with and without JavaScript: Enter, long texts, what is applied, kept and taken back."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from urllib.parse import parse_qs, parse_qsl, quote_plus, urlencode, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Browser, Page

from tests.api.test_pages import browser
from tests.conftest import DATA, Server

__all__ = ["browser"]

LONG = (DATA / "long-text.txt").read_text(encoding="utf-8").strip()
"""A plan of more than 4,000 characters without line breaks."""


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page with JavaScript and one without, that fails on an error of the script or of the content security policy."""
    context = browser.new_context(java_script_enabled=request.param)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def scripted(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def soup_of(server: Server, path: str, *, status: int = 200) -> BeautifulSoup:
    answer = server.request(path)
    assert answer.status == status
    return BeautifulSoup(answer.text, "html.parser")


def text_of(soup: BeautifulSoup, selector: str) -> str:
    found = soup.select_one(selector)
    assert isinstance(found, Tag), selector
    return " ".join(found.get_text(" ", strip=True).split())


def test_enter_searches_and_the_address_holds_only_the_words(page: Page, server: Server) -> None:
    page.goto(server.address + "/")
    page.get_by_label("Was haben Sie vor?").fill("gemeinsamer Bauhof")
    page.get_by_label("Was haben Sie vor?").press("Enter")
    page.wait_for_url("**/suche?q=*")
    assert urlsplit(page.url).query == "q=gemeinsamer+Bauhof"
    assert "Bauhof" in page.get_by_role("article").first.get_by_role("heading", level=2).inner_text()


@pytest.mark.parametrize("start", ["/", "/suche?state=Hessen", "/suche?q=" + quote_plus(LONG)])
def test_a_whole_text_has_a_large_field_where_whole_texts_are_taken(start: str, page: Page, server: Server) -> None:
    page.goto(server.address + start)
    page.get_by_role("link", name="Ganzen Text einfügen").click()
    assert urlsplit(page.url).path == "/vorhaben"
    box = page.get_by_role("textbox").first.bounding_box()
    assert box is not None
    assert box["height"] > 200


def test_a_text_that_is_too_long_to_search_is_taken_where_whole_texts_are(scripted: Page, server: Server) -> None:
    text = "\n".join([LONG, LONG])
    scripted.goto(f"{server.address}/suche?q={quote_plus(text)}")
    problem = scripted.get_by_role("alert")
    assert "kürzen Sie den Text" in problem.inner_text()
    assert problem.get_by_role("link", name="Vorhaben planen").get_attribute("href") == "/vorhaben"
    problem.get_by_role("button", name="Diesen Text dorthin mitnehmen").click()
    scripted.wait_for_url("**/vorhaben/*")
    assert scripted.locator("textarea[name=text]").input_value() == text


@pytest.mark.parametrize("query", ["q=Bus&state=nix", "q=%00"])
def test_no_other_search_is_sent_away(query: str, server: Server) -> None:
    assert not soup_of(server, f"/suche?{query}", status=400).select("[role=alert] form")


def test_with_a_script_the_line_grows_and_shift_enter_breaks_it(scripted: Page, server: Server) -> None:
    scripted.goto(server.address + "/")
    field = scripted.get_by_label("Was haben Sie vor?")
    one_line = field.bounding_box()
    field.fill("Zwei Gemeinden wollen einen gemeinsamen Bauhof gründen und suchen Beispiele. " * 4)
    grown = field.bounding_box()
    assert one_line is not None
    assert grown is not None
    assert grown["height"] > one_line["height"] + 20
    assert field.evaluate("field => field.scrollHeight <= field.clientHeight")
    field.fill("Bauhof")
    field.press("Shift+Enter")
    field.press_sequentially("Kita")
    assert field.input_value() == "Bauhof\nKita"
    field.press("Enter")
    scripted.wait_for_url("**/suche?q=*")
    assert scripted.get_by_label("Was haben Sie vor?").input_value() == "Bauhof\nKita"


def test_line_breaks_at_the_ends_of_a_pasted_line_are_not_shared(scripted: Page, server: Server) -> None:
    scripted.goto(server.address + "/")
    scripted.get_by_label("Was haben Sie vor?").fill("\nBürgerbus \n")
    scripted.get_by_label("Was haben Sie vor?").press("Enter")
    scripted.wait_for_url("**/suche?q=*")
    assert urlsplit(scripted.url).query == "q=B%C3%BCrgerbus"


def test_a_step_takes_along_what_was_typed_since(scripted: Page, server: Server) -> None:
    scripted.goto(server.address + "/suche?q=Gemeinde&state=Hessen")
    scripted.get_by_label("Was haben Sie vor?").fill("Standesamt zusammenlegen")
    scripted.get_by_role("button", name="Ohne Filter suchen").click()
    scripted.wait_for_url("**/suche?q=Standesamt*")
    assert urlsplit(scripted.url).query == "q=Standesamt+zusammenlegen"
    scripted.goto(server.address + "/suche?state=Hessen")
    scripted.get_by_label("Was haben Sie vor?").fill("Standesamt zusammenlegen")
    scripted.get_by_role("link", name="Ohne Filter suchen").click()
    scripted.wait_for_url("**/suche?q=Standesamt*")
    assert urlsplit(scripted.url).query == "q=Standesamt+zusammenlegen"


def test_however_long_the_text_what_comes_of_it_is_in_sight(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(server.address + "/suche?q=" + quote_plus(LONG))
    heading = page.locator("#count").bounding_box()
    assert heading is not None
    assert heading["y"] < 800


def test_however_long_the_text_what_is_wrong_with_it_is_in_sight(scripted: Page, server: Server) -> None:
    scripted.set_viewport_size({"width": 1280, "height": 900})
    scripted.goto(server.address + "/")
    scripted.get_by_label("Was haben Sie vor?").fill(LONG + LONG)
    scripted.get_by_role("button", name="Vergleichbare Fälle suchen").click()
    scripted.wait_for_url("**/suche?q=*")
    problem = scripted.get_by_role("alert").bounding_box()
    assert problem is not None
    assert problem["y"] < 800


def test_line_ends_of_a_browser_do_not_count_twice(server: Server) -> None:
    """5,000 characters as the person wrote them, sent with two for each line end."""
    text = "Bauhof gemeinsam\n" * 294
    assert 4_950 < len(text.strip()) <= 5_000 < len(text.replace("\n", "\r\n"))
    assert soup_of(server, "/suche?q=" + quote_plus(text.strip().replace("\n", "\r\n"))).select_one("#count")


def led(server: Server, soup: BeautifulSoup, step: Tag) -> str:
    """The address that a step leads to: of a button that to which the server sends on what the form of the page sends with it."""
    if step.name == "a":
        return str(step["href"])
    assert step["form"] == "search"
    fields = [field for field in soup.select("#search [name], [form=search][name=case]") if field.get("type") != "checkbox" or field.has_attr("checked")]
    query = urlencode([*((str(field["name"]), str(field["value"])) for field in fields), ("refine", str(step["value"]))])
    connection = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=20)
    connection.request("GET", f"/suche?{query}")
    response = connection.getresponse()
    assert response.status == 303
    address = response.getheader("location")
    connection.close()
    assert address
    return address


def chips(server: Server, soup: BeautifulSoup) -> dict[str, str]:
    """What was recognised -> the address of the page without it."""
    return {chip.get_text().partition(" ×")[0]: led(server, soup, chip) for chip in soup.select(".understood .chip")}


def test_each_thing_recognised_is_a_chip_that_takes_it_back(server: Server) -> None:
    soup = soup_of(server, "/?q=Standesamt+in+Hessen+ohne+Zweckverband")
    shown = chips(server, soup)
    assert {"Standesamt und Meldewesen", "Hessen (Bedingung)", "nicht: Zweckverband (ausgeschlossen)"} <= shown.keys()
    assert soup.select_one(".understood .chip .visually-hidden").get_text() == " (entfernen)"  # type: ignore[union-attr]
    without = soup_of(server, shown["Hessen (Bedingung)"])
    assert "Hessen (Bedingung)" not in chips(server, without)
    assert text_of(without, ".understood p:not(#recognised)") == "Zählt nicht: Hessen (wieder zählen)"
    [again] = without.select(".understood p:not(#recognised) :is(a, button)")
    assert chips(server, soup_of(server, led(server, without, again))).keys() == shown.keys()


@pytest.mark.parametrize(
    ("text", "language", "chip"),
    [
        ("Bauhöfe in der Rhön", "de", "Rhön: Bayern, Hessen, Thüringen (Bedingung)"),
        ("Bauhöfe in der Rhön", "en", "Rhön: Bavaria, Hesse, Thuringia (condition)"),
        ("Wir in Vogelsberg planen einen Bauhof", "de", "Vogelsberg, Thüringen"),
        ("Wir in Hessen planen einen Bauhof", "de", "Hessen"),
        ("Wir in Hamburg planen einen Bauhof", "de", "Hamburg"),
    ],
)
def test_a_chip_says_which_laender_are_meant(text: str, language: str, chip: str, server: Server) -> None:
    shown = [found.get_text().partition(" ×")[0] for found in soup_of(server, f"/suche?q={quote_plus(text)}&lang={language}").select(".understood .chip")]
    assert chip in shown, shown


def test_several_corrections_are_told_in_one_sentence(server: Server) -> None:
    soup = soup_of(server, "/suche?q=gemeinsammer+Bauhoff")
    told = text_of(soup, ".corrected")
    assert told == "Gesucht nach „gemeinsamer“ statt „gemeinsammer“, „Bauhof“ statt „Bauhoff“. Genau wie geschrieben suchen"
    assert text_of(soup_of(server, "/suche?q=Bauhoff"), ".corrected") == "Gesucht nach „Bauhof“ statt „Bauhoff“. Genau wie geschrieben suchen"


def test_what_was_taken_back_stays_so_when_a_filter_is_added(server: Server) -> None:
    soup = soup_of(server, "/?q=Standesamt+in+Hessen&without=place%2F06")
    facets = soup.select(".facets li [name=refine]")
    assert facets
    assert all(parse_qs(str(step["value"]))["without"] == ["place/06"] for step in facets)
    assert led(server, soup, facets[0]).endswith("&without=place%2F06")


def test_a_condition_without_a_hit_is_said(server: Server) -> None:
    assert text_of(soup_of(server, "/?q=Standesamt+in+Brandenburg"), ".not-met") == "Kein Treffer: Brandenburg. Gezeigt werden die anderen."
    assert text_of(soup_of(server, "/?q=registry+office+in+Brandenburg&lang=en"), ".not-met") == "No hit: Brandenburg. The others are shown."


@pytest.mark.parametrize(("language", "name"), [("de", "ahrscheinlich vergleichbar: "), ("en", "robably comparable: ")])
def test_how_likely_a_case_is_comparable_has_one_name(language: str, name: str, server: Server) -> None:
    """At hits, and at what only comes nearest."""
    hits = soup_of(server, f"/suche?q=Bauhof&lang={language}").select(".score")
    assert hits
    assert all(name in line.get_text() for line in hits)
    nearest = soup_of(server, f"/suche?q=Feuerwehr&lang={language}").select("section[aria-labelledby=nearest] li")
    assert nearest
    assert all(name in item.get_text() for item in nearest)


def test_of_a_long_text_the_strongest_are_chips_and_the_rest_is_counted(server: Server) -> None:
    soup = soup_of(server, "/?q=" + quote_plus(LONG))
    buttons = soup.select(".understood button.chip")
    assert len(buttons) == 8
    assert text_of(soup, ".understood li:last-child").startswith("und ")
    assert {key for key, _ in parse_qsl(str(buttons[0]["value"]))} == {"without"}


def test_applied_filters_stand_above_the_hits_and_in_title_and_heading(server: Server) -> None:
    soup = soup_of(server, "/suche?q=Gemeinde&state=Hessen&state=Bavaria&status=aktiv")
    assert text_of(soup, "#count").endswith("vergleichbare Fälle – Land: Bayern oder Hessen; Stand: Aktiv")
    assert soup.title is not None
    assert soup.title.text == f"Gemeinde: {text_of(soup, '#count')} – koopkg"
    chips = [(chip.get_text(), led(server, soup, chip)) for chip in soup.select(".applied .chip")]
    assert chips == [
        ("Land: Bayern × (entfernen)", "/suche?q=Gemeinde&state=Hessen&status=aktiv"),
        ("Land: Hessen × (entfernen)", "/suche?q=Gemeinde&state=Bayern&status=aktiv"),
        ("Stand: Aktiv × (entfernen)", "/suche?q=Gemeinde&state=Bayern&state=Hessen"),
    ]
    assert [led(server, soup, step) for step in soup.find_all("button", string="Alle Filter entfernen")] == ["/suche?q=Gemeinde"]
    assert soup.select(".applied, .results article")[0].name == "nav"


@pytest.mark.parametrize("path", ["/suche?state=Saarland&sector=wasser", "/suche?q=Bauhof&legal_form=gmbh", "/suche?q=Bauhof&state=Tirol"])
def test_a_chosen_value_is_the_first_of_its_facet_even_without_hits(path: str, server: Server) -> None:
    chosen = {value for name, values in parse_qs(urlsplit(path).query).items() if name != "q" for value in values}
    soup = soup_of(server, path)
    first = [section.li for section in soup.select(".facets section") if section.select_one(".selected")]
    assert len(first) == len(chosen)
    assert all(item is not None and item.select_one(".selected") for item in first)
    assert not soup.select(".more .selected")
    assert len(soup.select(".applied .chip")) == len(chosen)


def test_an_unknown_filter_can_be_taken_back(server: Server) -> None:
    soup = soup_of(server, "/suche?q=Bus&state=Hessen&sector=nix", status=400)
    assert [str(chip["href"]) for chip in soup.select(".applied .chip")] == ["/suche?q=Bus&state=Hessen", "/suche?q=Bus&sector=nix"]


def test_the_form_says_which_filters_stay_and_lets_go_of_them(page: Page, server: Server) -> None:
    page.goto(server.address + "/suche?q=Bauhof&state=Hessen&status=aktiv")
    kept = page.get_by_role("group", name="Diese Filter gelten weiter:")
    assert kept.get_by_role("link", name="Ohne Filter suchen").get_attribute("href") == "/suche?q=Bauhof"
    assert kept.get_by_role("checkbox", checked=True).count() == 2
    kept.get_by_label("Land: Hessen").uncheck()
    page.get_by_label("Was haben Sie vor?").fill("Standesamt")
    page.get_by_label("Was haben Sie vor?").press("Enter")
    page.wait_for_url("**/suche?q=Standesamt*")
    assert urlsplit(page.url).query == "q=Standesamt&status=aktiv"


@pytest.mark.parametrize(
    "path", ["/suche?q=Bauhof&state=&sector=&status=+", "/suche?q=Bauhof&page=abc", "/suche?q=Bauhof&page=-3", "/suche?q=Bauhof&page=99999999999"]
)
def test_what_says_nothing_is_not_given(path: str, server: Server) -> None:
    """Empty filters as a form sends them; page numbers that do not exist lead to the nearest page."""
    ids = [link["href"] for link in soup_of(server, path).select("article h2 a")]
    assert ids == [link["href"] for link in soup_of(server, "/suche?q=Bauhof").select("article h2 a")] != []


def test_no_hit_repeats_its_snippet_as_a_reason(server: Server) -> None:
    quoted = 0
    for text in ("Bauhof", "Gemeinde im Wandel", "Zusammenarbeit der Verwaltung", "Bus fahren", "Kinder", "Wasser"):
        for article in soup_of(server, f"/suche?q={quote_plus(text)}").select("article"):
            snippet, reasons = article.select_one(".snippet [lang=de]"), article.select(".reasons li")
            assert snippet is not None
            assert all(snippet.get_text()[:60] not in reason.get_text() for reason in reasons)
            quoted += any("Inhaltlich nächste Stelle" in reason.get_text() for reason in reasons)
            assert bool(article.h3) == bool(reasons)
    assert quoted


def test_the_page_does_not_grow_with_text_times_links(server: Server) -> None:
    short, long = (len(server.request(f"/suche?state=Hessen&q={quote_plus(text)}").body) for text in (LONG[:40], LONG))
    assert len(LONG) > 4_000
    assert long - short <= 4 * len(LONG.encode())
    assert server.request(f"/suche?q={quote_plus(LONG)}").text.count(LONG[-150:]) == 1


def test_a_long_text_is_narrowed_by_buttons_that_lead_where_links_would(page: Page, server: Server) -> None:
    """Filters are added, counted and removed, pages are shared by their address, and the back button goes back."""
    page.goto(f"{server.address}/suche?q={quote_plus(LONG)}")
    heading = page.get_by_role("heading", level=1)
    whole = heading.inner_text()
    button = page.get_by_role("navigation", name="Ergebnis eingrenzen").get_by_role("button", name="Nordrhein-Westfalen")
    assert button.locator("xpath=following-sibling::span").inner_text() == "1"
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**refine=state*")
    assert heading.inner_text() == "1 vergleichbarer Fall – Land: Nordrhein-Westfalen"
    shared = soup_of(server, page.url.removeprefix(server.address))
    assert text_of(shared, ".applied .chip") == "Land: Nordrhein-Westfalen × (entfernen)"
    page.get_by_role("navigation", name="Angewandte Filter").get_by_role("button", name="Land: Nordrhein-Westfalen").click()
    page.wait_for_url("**refine=")
    assert heading.inner_text() == whole == "2 vergleichbare Fälle"
    assert page.get_by_label("Was haben Sie vor?").input_value() == LONG
    page.go_back()
    assert heading.inner_text() == "1 vergleichbarer Fall – Land: Nordrhein-Westfalen"


def test_a_button_keeps_the_language(server: Server) -> None:
    query = f"lang=en&q={quote_plus(LONG)}&refine={quote_plus('state=Hessen&page=7')}"
    soup = soup_of(server, f"/suche?{query}")
    assert text_of(soup, "#count").endswith("– State: Hesse")
    assert soup.select_one('#search input[name=lang][value="en"]') is not None
