"""A page speaks the language it was asked for: no English sentence on a German one, no German text of ours on an English one, errors included."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup
from tools.messages import CATALOGUES

from koopkg.language import FUNCTION_WORDS, detect_language
from koopkg.messages import Language
from tests.api.test_api import problem
from tests.conftest import Server, running_server
from tests.test_messages import forms

HTML = {"Accept": "text/html"}
TOO_LONG = "x" * 6_000
FOUND = [
    *[
        "/",
        "/suche?q=gemeinsamer+Bauhof",
        "/suche?q=Gemeinde&state=Hessen&state=Bayern&status=aktiv",
        "/suche?state=Hessen",
        "/suche?state=Saarland&sector=wasser",
    ],
    *["/suche?q=Standesamt&page=abc", "/suche?q=Standesamt&page=99", "/suche?q=xyzzy+qwertz", f"/suche?q={'gemeinsamer+Bauhof+' * 15}"],
    *[
        "/case/standesamt-lossetal",
        "/document/standesamt-lossetal",
        "/entwuerfe",
        "/entwuerfe?q=Bauhof",
        "/case/bauhof-gruenkraut-bodnegg",
        "/vocab",
        "/vocab/sector",
        "/vocab/legal-form",
        "/vocab/legal-form/zweckverband",
    ],
    *["/vocab/legal-form/laender", "/statute/06-kgg", "/statute/13-kv"],
    *["/vocab/obstacle/kirchturmdenken", "/vocab/success-factor/wir-gefuehl", "/vocab/phase", "/ontology", "/sparql"],
]
REFUSED = [
    ("/nix", 404),
    ("/case/nix", 404),
    ("/draft/nix", 404),
    ("/entwuerfe?q=Bus&state=Hesen", 400),
    ("/case/standesamt-lossetal.pdf", 404),
    ("/vocab/nix", 404),
    ("/vocab/sector/nix", 404),
    ("/vocab/sector.pdf", 404),
    ("/ontology.pdf", 404),
    ("/ontology/9.9.9", 404),
    ("/statute/nix", 404),
    ("/static/nix.css", 404),
    ("/%ff", 400),
    ("/suche?q=%00", 400),
    ("/suche?q=Bus&sector=bauhof", 400),
    ("/suche?q=Bus&state=xyq", 400),
    ("/suche?q=Bus&status=nix&country=Nirgendwo", 400),
    (f"/suche?q={TOO_LONG}", 400),
    (f"/suche?sector={'x' * 150}", 422),
    (f"/suche?{'&'.join(['sector=wasser'] * 60)}", 422),
    ("/sparql?query=ASK%7B%7D", 406),
    ("/sparql?query=SELECT&format=csv", 400),
    (f"/sparql?query={quote('SELECT * { ?s ?p ?o } ORDER')}&format=csv", 400),
    (f"/sparql?query={quote('SELECT (<x y> AS ?a) {}')}&format=csv", 400),
    (f"/sparql?query={quote('SELECT * { SERVICE <http://127.0.0.1/> {} }')}&format=csv", 400),
    (f"/sparql?query={quote('INSERT DATA {}')}&format=csv", 400),
    (f"/sparql?query={quote('SELECT * {' + '{' * 120 + '}' * 121)}&format=csv", 400),
    ("/sparql?query=x&format=csv", 400),
    ("/sparql?query=&format=csv", 400),
    ("/sparql?query=ASK%7B%7D&query=ASK%7B%7D", 400),
    ("/sparql?query=ASK%7B%7D&format=ttl", 400),
    ("/sparql?update=CLEAR+ALL", 400),
]
OTHER_METHODS = [("/", "POST", 405), ("/case/standesamt-lossetal", "DELETE", 405), ("/vocab", "PUT", 405), ("/sparql", "PATCH", 405)]
BODIES = [
    ({"Content-Type": "application/sparql-query"}, b"\xff", 400),
    ({"Content-Type": "application/sparql-query; charset=latin-1"}, b"x", 415),
    ({"Content-Type": "text/plain"}, b"x", 415),
    ({"Content-Type": "application/sparql-query", "Content-Encoding": "gzip"}, b"x", 415),
    ({"Content-Type": "application/sparql-query"}, b"x" * 300_000, 400),
]


def in_language(path: str, language: Language) -> str:
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


def texts_of(soup: BeautifulSoup, language: Language) -> Iterator[str]:
    """What people see or hear of a page in its language, a block at a time; what is marked as another language, code and what users wrote are left out."""
    for tag in soup.select(f"[lang]:not(html):not([lang={language}]), code, script, style, textarea, svg .code, option"):
        tag.decompose()
    for element in soup.find_all(True):
        for name in ("aria-label", "alt", "placeholder", "title", "data-label", "content"):
            if element.get(name) and element.get("name") not in ("viewport", "robots") and element.get("property") != "og:type":
                yield str(element[name])
        if "".join(element.find_all(string=True, recursive=False)).strip():
            yield " ".join(element.get_text(" ").split())


@cache
def sentences(language: Language) -> list[re.Pattern[str]]:
    """Patterns for the texts of ours in a language that differ from those in the other one; words that both languages have are left out."""
    [path] = CATALOGUES
    with path.open("rb") as source:
        pairs = [pair for message in read_po(source) if message.id for pair in zip(forms(message.id), forms(message.string), strict=True)]
    own, others = ({pair[place if language == "en" else 1 - place] for pair in pairs} for place in (0, 1))
    found = []
    for text in sorted(own - others):
        words = [re.escape(part) for part in re.split(r"\{[^}]*\}", text)]
        if max(map(len, words)) > 3:
            found.append(re.compile(r"(?:^|[(:;,.] )" + ".+?".join(words) + r"(?:$|[):;,.])"))
    return found


def assert_speaks(html: str, language: Language) -> None:
    """The page has no text of ours in the other language, and no sentence in it at all."""
    soup = BeautifulSoup(html, "html.parser")
    assert soup.html is not None
    assert soup.html["lang"] == language
    other: Language = "en" if language == "de" else "de"
    read = 0
    for text in texts_of(soup, language):
        read += 1
        assert [pattern.pattern for pattern in sentences(other) if pattern.search(text)] == [], text
        words = [word for word in re.findall(r"[^\W\d_]{2,}", re.sub(r"\S*[/+]\S*", "", text)) if not word.isupper()]
        if len(words) > 5 and sum(word.lower() in FUNCTION_WORDS for word in words) > 1:
            assert detect_language(" ".join(words)) == language, text
    assert read > 20


LANGUAGES: list[Language] = ["de", "en"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", FOUND, ids=lambda path: path[:60])
def test_pages_speak_one_language(path: str, language: Language, server: Server) -> None:
    answer = server.request(in_language(path, language), headers=HTML)
    assert answer.status == 200
    assert_speaks(answer.text, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("path", "status"), REFUSED, ids=[path[:60] for path, _ in REFUSED])
def test_refusals_speak_one_language_and_lead_on(path: str, status: int, language: Language, server: Server) -> None:
    answer = server.request(in_language(path, language), headers=HTML)
    assert answer.status == status
    assert_speaks(answer.text, language)
    assert_leads_on(answer.text, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("path", "method", "status"), OTHER_METHODS)
def test_wrong_methods_speak_one_language(path: str, method: str, status: int, language: Language, server: Server) -> None:
    answer = server.request(in_language(path, language), method=method, headers=HTML)
    assert answer.status == status
    assert_speaks(answer.text, language)
    assert_leads_on(answer.text, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("headers", "body", "status"), BODIES, ids=[f"{status}-{len(body)}" for _, body, status in BODIES])
def test_bodies_that_are_refused_speak_one_language(headers: dict[str, str], body: bytes, status: int, language: Language, server: Server) -> None:
    answer = server.request(in_language("/sparql", language), method="POST", data=body, headers={**HTML, **headers})
    assert answer.status == status
    assert_speaks(answer.text, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_body_that_is_too_large_to_be_read_is_refused_in_one_language(language: Language, server: Server) -> None:
    connection = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=20)
    connection.request("POST", in_language("/sparql", language), headers={**HTML, "Content-Length": "1100000"})
    response = connection.getresponse()
    assert response.status == 413
    assert_speaks(response.read().decode(), language)
    connection.close()


def test_without_a_snapshot_pages_speak_one_language(tmp_path: Path) -> None:
    with running_server(tmp_path) as started:
        for language in LANGUAGES:
            answer = started.request(in_language("/", language), headers=HTML)
            assert answer.status == 503
            assert_speaks(answer.text, language)


def assert_leads_on(html: str, language: Language) -> None:
    """An error page says what happened once and links the start page and, beside the search field or below the message, where to go on."""
    soup = BeautifulSoup(html, "html.parser")
    [alert] = soup.select("[role=alert]")
    assert len(alert.get_text(" ", strip=True)) > 30
    start = "/?lang=en" if language == "en" else "/"
    assert soup.select_one("#search") or start in [link["href"] for link in alert.select("a")]


def test_the_nearest_value_of_a_filter_is_a_link(server: Server) -> None:
    labels: dict[Language, str] = {"de": "Baubetriebshof", "en": "municipal works depot"}
    for language, label in labels.items():
        soup = BeautifulSoup(server.request(in_language("/suche?q=Bus&state=Hessen&sector=bauhof", language)).text, "html.parser")
        link = soup.select_one("[role=alert] a")
        assert link is not None
        assert link.get_text() == label
        assert str(link["href"]).startswith("/suche?q=Bus&sector=baubetriebshof&state=Hessen")
        assert server.request(str(link["href"])).status == 200


def test_problem_details_are_english_unless_the_request_asks_for_german(server: Server) -> None:
    """Programs compare them; a header that browsers send by themselves is not asking."""
    german = {"Accept-Language": "de"}
    for path in ("/api/v1/search?q=Bus&limit=viele", "/api/v1/search?q=Bus&limit=viele&lang=en"):
        assert problem(server.request(path, headers=german), 422)["detail"] == "limit: should be an integer, a whole number"
    assert problem(server.request("/api/v1/search?q=Bus&limit=viele&lang=de"), 422)["detail"] == "limit: soll eine ganze Zahl sein"
    body = b'{"q": " ", "lang": "de"}'
    answer = server.request("/api/v1/search", method="POST", data=body, headers={"Content-Type": "application/json"})
    found = problem(answer, 400)
    assert found["detail"].startswith("Der Suchtext ist leer")
    assert found["type"] == "https://w3id.org/koopkg/problem/bad-request"
    detail = server.request("/openapi.json").json()["components"]["schemas"]["Problem"]["properties"]["detail"]["description"]
    assert "in English, in German where the request itself says `lang=de`" in detail


def test_words_of_the_engine_are_marked_as_english(server: Server) -> None:
    query = quote("ASK { FILTER(<urn:f>(1)) }")
    soup = BeautifulSoup(server.request(f"/sparql?query={query}&format=json", headers=HTML).text, "html.parser")
    [alert] = soup.select("[role=alert]")
    assert "Abfrage: die Maschine antwortet: " in alert.get_text()
    assert [words.get_text() for words in alert.select("[lang=en]")] == ["The custom function <urn:f> is not supported"]


def test_what_users_write_stays_what_it_is(server: Server) -> None:
    text = "{q} <b>{0.__class__}</b> %(x)s"
    soup = BeautifulSoup(server.request(f"/suche?q=Bus&state={quote(text)}").text, "html.parser")
    [alert] = soup.select("[role=alert]")
    assert f"Der Filter „Land“ kennt den Wert „{text}“ nicht." in " ".join(alert.get_text().split())
    assert not alert.select("b")
