"""The review pages: not there without a token, closed without a session, and every answer is a line that the next ingest reads."""

from __future__ import annotations

import json
import re
import shutil
import threading
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.messages import Language
from koopkg.model import Review
from koopkg.pipeline import ingest
from koopkg.reviews import read_reviews
from koopkg.snapshot import OpenSnapshot
from koopkg_api.app import create_app
from koopkg_api.sessions import SECONDS, Guesses, Sessions
from tests.api.test_languages import assert_speaks
from tests.api.test_pages import browser
from tests.api.test_reflow import SMALL_TARGETS, SMALLEST_TARGET, WIDTH, width_of
from tests.conftest import Server, Silent, running_server, settings_of
from tests.koopkg.test_drafts import DEPOT, DEPOT_ID, KNOWN, KNOWN_ID, STATUTE, STATUTE_ID

__all__ = ["browser"]

TOKEN = "a-token-that-nobody-guesses"
STATUS, PLACE, LAND, SECTOR = (f"{DEPOT_ID}:{key}" for key in ("status=aktiv", "places=03159009", "state=Niedersachsen", "sectors=baubetriebshof"))
IS_CASE, KNOWN_CASE = f"{DEPOT_ID}:is_case=true", f"{KNOWN_ID}:describes=bauhof-gruenkraut-bodnegg"
RECORD = {"title": "Bauhof Adelebsen und Dransfeld", "title_en": "Works depot", "service": "Gemeinsamer Bauhof", "id": "bauhof-adelebsen-dransfeld"}
RECORD |= {"country": "DE", "state": "Niedersachsen", "status": "aktiv", "sectors": "baubetriebshof", "cooperation_type": "interkommunal"}

SESSION = Sessions(TOKEN).begun(time.time())


@pytest.fixture(scope="module")
def world(tiny: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The tiny cases and three drafts."""
    folder = tmp_path_factory.mktemp("review")
    shutil.copytree(tiny.data, folder / "data")
    (folder / "desk").mkdir()
    for stem, text in (("bauhof", DEPOT), ("gesetz", STATUTE), ("bekannt", KNOWN)):
        (folder / "desk" / f"{stem}.txt").write_text(text, encoding="utf-8")
    settings = settings_of(folder / "data")
    ingest([folder / "desk"], settings, Silent())
    return settings


def forgotten(settings: Settings) -> None:
    """Nothing was answered yet."""
    for name in ("reviews", "cases"):
        shutil.rmtree(settings.corpus / name, ignore_errors=True)


@pytest.fixture(scope="module")
def application(world: Settings) -> Iterator[TestClient]:
    settings = Settings(data=world.data, corpus=world.corpus, review_token=TOKEN)
    with TestClient(create_app(settings), follow_redirects=False) as client:
        yield client


@pytest.fixture
def client(application: TestClient, world: Settings) -> TestClient:
    """Somebody without a session, where nothing was answered."""
    forgotten(world)
    application.cookies.clear()
    return application


@pytest.fixture
def reviewer(client: TestClient) -> TestClient:
    assert client.post("/review/login", data={"token": TOKEN}).status_code == 303
    return client


def soup_of(client: TestClient, path: str, status: int = 200) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def one(soup: BeautifulSoup, selector: str) -> Tag:
    found = soup.select_one(selector)
    assert isinstance(found, Tag), selector
    return found


def text_of(soup: BeautifulSoup, selector: str) -> str:
    return " ".join(one(soup, selector).get_text(" ").split())


def key_of(client: TestClient) -> str:
    return str(one(soup_of(client, "/review"), "input[name=key]")["value"])


def say(client: TestClient, question: str, verdict: str, *, at: str = "/review", **told: str) -> str:
    """Answer a question; where that leads to."""
    return str(answer_to(client, question, verdict, 303, told, at=at).headers["location"])


def answer_to(client: TestClient, question: str, verdict: str, status: int, told: dict[str, str], *, at: str = "/review") -> Any:
    """What comes back where a question is answered."""
    answer = client.post(at, data={"key": key_of(client), "question": question, "verdict": verdict, **told})
    assert answer.status_code == status, answer.text
    return answer


def written(settings: Settings) -> list[dict[str, object]]:
    """The lines of the review files, in their order."""
    return [json.loads(line) for path in sorted(settings.reviews_folder.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]


# Who gets in


def test_without_a_token_there_is_nothing(server: Server) -> None:
    for path in ("/review", "/review/login", f"/review/{DEPOT_ID}", "/review/x/case"):
        for method in ("GET", "POST", "OPTIONS"):
            assert server.request(path, method=method, data=b"" if method == "POST" else None).status == 404, (path, method)
    for path in ("/", "/robots.txt", "/openapi.json", "/nix", "/case/standesamt-lossetal"):
        assert "review" not in server.request(path).text


def test_with_a_token_nothing_public_tells_of_it(client: TestClient) -> None:
    for path in ("/", "/robots.txt", "/openapi.json", "/nix"):
        answer = client.get(path).text
        assert "/review" not in answer
        assert TOKEN not in answer


def test_the_token_is_not_shown_with_the_settings() -> None:
    assert TOKEN not in repr(Settings(review_token=TOKEN))
    assert Settings.from_environment({"KOOPKG_REVIEW_TOKEN": TOKEN}).review_token == TOKEN


@pytest.mark.parametrize(("path", "to"), [("/review", "/review/login"), (f"/review/{DEPOT_ID}?lang=en", f"/review/login?draft={DEPOT_ID}&lang=en")])
def test_whoever_has_no_session_is_led_to_the_login(path: str, to: str, client: TestClient) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["location"], answer.headers["cache-control"]) == (303, to, "no-store")


def test_the_right_token_gives_a_cookie_that_does_not_hold_it(client: TestClient) -> None:
    answer = client.post("/review/login", data={"token": TOKEN, "draft": DEPOT_ID})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/review/{DEPOT_ID}")
    cookie = answer.headers["set-cookie"]
    assert TOKEN not in cookie
    assert {"HttpOnly", "Path=/review", "SameSite=strict", f"Max-Age={SECONDS}"} <= {part.strip() for part in cookie.split(";")}
    assert "Secure" not in cookie
    assert client.get("/review").status_code == 200


def test_the_cookie_is_for_https_and_the_prefix_where_the_site_has_them(world: Settings) -> None:
    settings = Settings(data=world.data, corpus=world.corpus, review_token=TOKEN, base_url="https://example.org/daten")
    with TestClient(create_app(settings), follow_redirects=False) as client:
        answer = client.post("/review/login", data={"token": TOKEN}, headers={"Origin": "https://example.org"})
        assert answer.headers["location"] == "/daten/review"
        assert {"Secure", "Path=/daten/review"} <= {part.strip() for part in answer.headers["set-cookie"].split(";")}


def test_below_a_prefix_every_link_and_form_stays_there(world: Settings) -> None:
    settings = Settings(data=world.data, corpus=world.corpus, review_token=TOKEN, base_url="https://example.org/daten")
    forgotten(world)
    with TestClient(create_app(settings), base_url="https://example.org", follow_redirects=False) as client:
        headers = {"Cookie": f"koopkg_review={SESSION}"}
        for path in ("/review", f"/review/{DEPOT_ID}", f"/review?done={STATUS}"):
            soup = BeautifulSoup(client.get(path, headers=headers).text, "html.parser")
            led = {str(tag[name]) for name in ("href", "src", "action") for tag in soup.select(f"[{name}]")}
            assert len(led) > 20
            assert {target for target in led if not target.startswith(("/daten/", "#"))} == set()
        data = {"key": reviewer_key(), "question": STATUS, "verdict": "accept"}
        assert client.post("/review", data=data, headers=headers).headers["location"].startswith("/daten/review?done=")


def test_a_token_that_can_be_guessed_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    create_app(Settings(review_token="geheim"))
    assert "KOOPKG_REVIEW_TOKEN: can be guessed" in caplog.text
    assert "geheim" not in caplog.text


@pytest.mark.parametrize("given", ["", "nix", TOKEN[:-1], f"{TOKEN}x", "ä"])
def test_a_wrong_token_is_refused_with_one_clear_message(given: str, client: TestClient) -> None:
    answer = client.post("/review/login", data={"token": given})
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    assert text_of(BeautifulSoup(answer.text, "html.parser"), "[role=alert]") == "Das ist nicht das Zugangswort."


def test_who_guesses_waits(world: Settings) -> None:
    """Twenty wrong tokens a minute are looked at, from whatever address; then the right one is none either, until one of them is a minute old."""
    settings = Settings(data=world.data, corpus=world.corpus, review_token=TOKEN)
    with TestClient(create_app(settings), follow_redirects=False) as client:
        for number in range(20):
            assert client.post("/review/login", data={"token": f"{number}"}).status_code == 403
        answer = client.post("/review/login?lang=en", data={"token": TOKEN})
        assert (answer.status_code, "set-cookie" in answer.headers) == (429, False)
        assert 0 < int(answer.headers["retry-after"]) <= 60
        assert "Too many wrong tokens" in text_of(BeautifulSoup(answer.text, "html.parser"), "[role=alert]")


def test_guesses_are_forgotten_after_a_minute() -> None:
    guesses = Guesses()
    for number in range(20):
        assert guesses.wait(100 + number) == 0
        guesses.add(100 + number)
    assert guesses.wait(120) == 40
    assert guesses.wait(160) == 0
    guesses.add(160)
    assert guesses.wait(160) == 1


def test_a_login_leads_nowhere_else(client: TestClient) -> None:
    for draft in ("//example.org", "https://example.org/x", "../.."):
        location = client.post("/review/login", data={"token": TOKEN, "draft": draft}).headers["location"]
        assert location.startswith("/review")


def forged(session: str) -> list[str]:
    end, random, signature = session.split(".")
    return [
        "",
        "x",
        "..",
        f"{int(end) + 1}.{random}.{signature}",
        f"{end}.{random}x.{signature}",
        f"{end}.{random}.{signature[:-1]}",
        f"{end}.{random}.",
        "ä.b.c",
    ]


def test_forged_and_expired_sessions_are_none(client: TestClient) -> None:
    now = time.time()
    good = Sessions(TOKEN).begun(now)
    assert client.get("/review", headers={"Cookie": f"koopkg_review={good}"}).status_code == 200
    others = [Sessions("another token").begun(now), Sessions(TOKEN).begun(now - SECONDS - 1)]
    for session in [*forged(good), *others]:
        answer = client.get("/review", headers={b"Cookie": f"koopkg_review={session}".encode("latin-1")})
        assert (answer.status_code, answer.headers["location"]) == (303, "/review/login"), session


def test_an_answer_without_session_is_refused_and_says_so(client: TestClient, world: Settings) -> None:
    answer = client.post("/review", data={"key": "x", "question": STATUS, "verdict": "accept"})
    assert answer.status_code == 403
    assert "Ihre Anmeldung ist abgelaufen" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert BeautifulSoup(answer.text, "html.parser").find("a", href="/review") is not None
    assert written(world) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Origin": "http://testserver:81"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_forms_of_other_sites_are_refused(headers: dict[str, str], reviewer: TestClient, world: Settings) -> None:
    data = {"key": key_of(reviewer), "question": STATUS, "verdict": "accept"}
    for path in ("/review", f"/review/{DEPOT_ID}", f"/review/{DEPOT_ID}/case", "/review/logout", "/review/login"):
        assert reviewer.post(path, data={**data, "token": TOKEN}, headers=headers).status_code == 403, path
    assert written(world) == []
    assert reviewer.post("/review", data=data, headers={"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_a_form_without_the_key_of_the_session_is_refused(reviewer: TestClient, world: Settings) -> None:
    other = Sessions(TOKEN)
    for key in ("", "x", "ä", other.form_key(other.begun(time.time()))):
        for path in ("/review", f"/review/{DEPOT_ID}", f"/review/{DEPOT_ID}/case", "/review/logout"):
            assert reviewer.post(path, data={"key": key, "question": STATUS, "verdict": "accept"}).status_code == 403
    assert written(world) == []


def test_logging_out_ends_the_session_of_the_browser(reviewer: TestClient) -> None:
    answer = reviewer.post("/review/logout", data={"key": key_of(reviewer)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/review/login")
    assert reviewer.get("/review").status_code == 303


def test_every_process_knows_a_session(world: Settings) -> None:
    with running_server(world.data, KOOPKG_REVIEW_TOKEN=TOKEN, KOOPKG_WORKERS="2") as server:
        session = {"Cookie": f"koopkg_review={Sessions(TOKEN).begun(time.time())}"}
        assert {server.request("/review", headers=session).status for _ in range(12)} == {200}


def test_pages_are_kept_by_nobody_and_not_indexed(reviewer: TestClient) -> None:
    for path in ("/review", f"/review/{DEPOT_ID}", "/review/login", "/review/nix", "/review?question=nix"):
        answer = reviewer.get(path)
        assert answer.headers["cache-control"] == "no-store", path
        assert answer.headers["referrer-policy"] == "same-origin"
        assert one(BeautifulSoup(answer.text, "html.parser"), "meta[name=robots]")["content"] == "noindex"
    assert reviewer.get("/").headers["referrer-policy"] == "same-origin"


# Questions and answers


def test_the_first_question_is_shown_whole_and_the_next_ones_are_listed(reviewer: TestClient, world: Settings) -> None:
    from koopkg.reviewing import open_questions

    opened = OpenSnapshot(snapshot.open_files(world.data), world)
    queue = open_questions(opened, read_reviews(world.reviews_folder))
    soup, first = soup_of(reviewer, "/review"), queue.questions[0]
    assert first.context is not None
    assert first.concept is not None
    assert text_of(soup, "#question") == f"{first.field_label} : {first.label}".replace(" :", ":")
    assert one(soup, "blockquote").get_text() == first.context.sentence
    assert one(soup, "blockquote mark").get_text() == first.context.quote
    assert first.concept.definition("de") in soup.get_text()
    assert f"Maschinelle Einschätzung: {round(first.probability * 100)}\u00a0%, " in soup.get_text()
    assert [parse_qs(urlsplit(str(link["href"])).query)["question"][0] for link in soup.select(".upcoming a")] == [item.name for item in queue.questions[1:9]]
    passage = one(soup, f'a[href^="/document/{first.document}?start="]')
    assert one(soup_of(reviewer, str(passage["href"]).partition("#")[0]), "#passage").get_text() == first.context.quote


def test_questions_about_the_whole_document_say_what_is_asked(reviewer: TestClient) -> None:
    soup = soup_of(reviewer, f"/review?question={IS_CASE}")
    assert text_of(soup, "#question") == "Handelt das Dokument von einer Zusammenarbeit?"
    assert one(soup, "blockquote").get_text().startswith("Gemeinsamer Bauhof für Adelebsen und Dransfeld")
    assert [str(button["value"]) for button in soup.select(".question button[name=verdict]")] == ["accept", "refuse"]
    soup = soup_of(reviewer, f"/review?question={KNOWN_CASE}")
    assert text_of(soup, "#question") == "Ist dies ein weiteres Dokument zu diesem Fall?"
    assert one(soup, '.question a[href="/case/bauhof-gruenkraut-bodnegg"]').get_text() == "Gemeinsamer Bauhof von Grünkraut und Bodnegg"


@pytest.mark.parametrize("verdict", ["accept", "refuse"])
def test_an_answer_is_a_line_and_the_queue_moves_on(verdict: str, reviewer: TestClient, world: Settings) -> None:
    soup = soup_of(reviewer, "/review")
    first, second = str(one(soup, "input[name=question]")["value"]), soup.select(".upcoming a")[0].get_text()
    total = int(text_of(soup, ".review-head + .help").split()[0])
    location = say(reviewer, first, verdict)
    [line] = written(world)
    assert f"{line['document']}:{line['field']}={line['value']}" == first
    assert (line["verdict"], line["quote"]) == (verdict, one(soup, "blockquote mark").get_text())
    after = soup_of(reviewer, location)
    assert text_of(after, "#question") == second
    assert text_of(after, ".review-head + .help").startswith(f"{total - 1} offene Fragen")
    assert {"accept": "– Ja .", "refuse": "– Nein ."}[verdict] in text_of(after, "[role=status]")


def test_an_answer_is_undone_by_another_one(reviewer: TestClient, world: Settings) -> None:
    after = soup_of(reviewer, say(reviewer, STATUS, "accept"))
    undo = one(after, "[role=status] a")
    assert undo.get_text() == "Rückgängig"
    again = soup_of(reviewer, str(undo["href"]))
    assert str(one(again, "input[name=question]")["value"]) == STATUS
    assert "Schon beantwortet: Ja ." in text_of(again, ".question .notice")
    say(reviewer, STATUS, "refuse")
    assert [line["verdict"] for line in written(world)] == ["accept", "refuse"]
    assert read_reviews(world.reviews_folder).of(DEPOT_ID)["status", "aktiv"].verdict == "refuse"


@pytest.mark.parametrize(
    ("question", "told", "instead"),
    [
        (STATUS, {"choose": "beendet"}, "beendet"),
        (STATUS, {"instead": "Beendet"}, "beendet"),
        (f"{DEPOT_ID}:started=2014", {"instead": "2013"}, 2013),
        (LAND, {"instead": "Hessen"}, "Hessen"),
        (PLACE, {"choose": "031595401"}, "031595401"),
        (PLACE, {"instead": "Hann. Münden"}, "03159017"),
    ],
)
def test_another_value_is_recorded(question: str, told: dict[str, str], instead: str | int, reviewer: TestClient, world: Settings) -> None:
    say(reviewer, question, "replace", **told)
    assert [(line["verdict"], line["instead"]) for line in written(world)] == [("replace", instead)]


@pytest.mark.parametrize(
    ("question", "verdict", "told", "message"),
    [
        (STATUS, "replace", {"instead": "Beendet!"}, "Stand: 'Beendet!' ist kein Begriff des Schemas status; am nächsten: 'beendet'"),
        (STATUS, "replace", {"instead": ""}, "Stand: '' ist kein Begriff"),
        (f"{DEPOT_ID}:started=2014", "replace", {"instead": "früh"}, "'früh' ist keine Zahl"),
        (PLACE, "replace", {"instead": "Neustadtdorfen"}, "'Neustadtdorfen' ist kein Name und kein amtlicher Schlüssel"),
        (PLACE, "replace", {"instead": "Dransfeld"}, "'Dransfeld' heißen mehrere Orte"),
        (STATUS, "term", {"term": "x" * 201}, "erwartet ein Begriff mit 1 bis 200 Zeichen"),
        (PLACE, "term", {"term": "x"}, "ist kein Begriff; an seiner Stelle lässt sich keiner vorschlagen"),
    ],
)
def test_a_value_that_is_none_is_named_and_kept(question: str, verdict: str, told: dict[str, str], message: str, reviewer: TestClient, world: Settings) -> None:
    soup = BeautifulSoup(answer_to(reviewer, question, verdict, 422, told).text, "html.parser")
    assert message in text_of(soup, "#refusal")
    assert str(one(soup, "input[name=question]")["value"]) == question
    [(name, value)] = told.items()
    if field := soup.select_one(f".question input[name={name}]"):
        assert field["value"] == value
    assert written(world) == []


def test_a_term_is_proposed(reviewer: TestClient, world: Settings) -> None:
    after = soup_of(reviewer, say(reviewer, STATUS, "term", term="  ruhend   gestellt "))
    assert [(line["verdict"], line["term"]) for line in written(world)] == [("term", "ruhend gestellt")]
    assert "Begriff vorgeschlagen: ruhend gestellt" in text_of(after, "[role=status]")


def test_a_skipped_question_stays_open(reviewer: TestClient, world: Settings) -> None:
    soup = soup_of(reviewer, "/review")
    skip = one(soup, ".answers a")
    after = soup_of(reviewer, str(skip["href"]))
    assert text_of(after, "#question") == soup.select(".upcoming a")[0].get_text()
    assert "dies ist Nummer 2" in after.get_text()
    location = say(reviewer, str(one(after, "input[name=question]")["value"]), "refuse", skip="1")
    assert text_of(soup_of(reviewer, location), "#question") == soup.select(".upcoming a")[1].get_text()
    assert text_of(soup_of(reviewer, "/review"), "#question") == text_of(soup, "#question")
    assert "Das war die letzte Frage" in soup_of(reviewer, "/review?skip=999").get_text()


def test_neighbours_are_those_of_the_hierarchy(reviewer: TestClient) -> None:
    soup = soup_of(reviewer, f"/review?question={DEPOT_ID}:legal_form=zweckverband")
    rows = [" ".join(row.get_text().split()) for row in soup.select(".neighbours p")]
    assert rows == ["weiter gefasst: Öffentlich-rechtliche Form", "enger gefasst: Freiverband Pflichtverband"]
    beside = {str(button["value"]) for button in soup_of(reviewer, f"/review?question={STATUS}").select(".neighbours button[name=choose]")}
    assert {"geplant", "pilot", "beendet", "gescheitert", "unbekannt"} <= beside
    assert "aktiv" not in beside


def test_a_question_that_is_gone_leads_back_to_the_queue(reviewer: TestClient, world: Settings) -> None:
    for path in ("/review?question=nix", f"/review?question={DEPOT_ID}:status=pilot", f"/review/{DEPOT_ID}?question={KNOWN_CASE}", "/review/nix"):
        soup = soup_of(reviewer, path, 404)
        assert soup.find("a", href="/review") is not None
    page = BeautifulSoup(answer_to(reviewer, f"{DEPOT_ID}:status=pilot", "accept", 404, {}).text, "html.parser")
    assert "Diese Frage wird nicht mehr gestellt" in text_of(page, "[role=alert]")
    assert written(world) == []


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"question": STATUS}, 400),
        ({"question": STATUS, "verdict": "nix"}, 400),
        ({"question": STATUS, "verdict": "term", "term": "a\x00b"}, 400),
        ({"verdict": "accept"}, 404),
    ],
)
def test_forms_that_no_page_has_sent(data: dict[str, str], status: int, reviewer: TestClient, world: Settings) -> None:
    assert reviewer.post("/review", data={"key": key_of(reviewer), **data}).status_code == status
    assert written(world) == []


def test_bodies_that_are_no_form(reviewer: TestClient) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert reviewer.post("/review", content=b"key=%ff", headers=form).status_code == 400
    assert reviewer.post("/review", content=b"\xff", headers=form).status_code == 400
    assert reviewer.post("/review", content=b"&".join([b"a=b"] * 2_000), headers=form).status_code == 400
    assert reviewer.post("/review", json={}).status_code == 415


def test_what_users_wrote_is_escaped(reviewer: TestClient) -> None:
    evil = "<script>alert(1)</script>"
    page = answer_to(reviewer, STATUS, "replace", 422, {"instead": evil}).text
    assert [script["src"] for script in BeautifulSoup(page, "html.parser")("script")] == ["/static/review.js"]
    assert evil not in soup_of(reviewer, say(reviewer, STATUS, "term", term=evil)).decode()


def test_answers_at_once_all_land(world: Settings) -> None:
    forgotten(world)
    opened = OpenSnapshot(snapshot.open_files(world.data), world)
    names = [f"{item.document}:{item.field}={item.value}" for item in opened.catalog.questions()]
    with running_server(world.data, KOOPKG_REVIEW_TOKEN=TOKEN, KOOPKG_WORKERS="2") as server:
        session = Sessions(TOKEN).begun(time.time())
        headers = {"Cookie": f"koopkg_review={session}", "Content-Type": "application/x-www-form-urlencoded"}
        key, barrier, statuses = Sessions(TOKEN).form_key(session), threading.Barrier(8), list[int]()

        def answer(share: list[str]) -> None:
            barrier.wait()
            for name in share:
                body = urlencode({"key": key, "question": name, "verdict": "refuse"}).encode()
                statuses.append(server.request("/review", method="POST", data=body, headers=headers).status)

        threads = [threading.Thread(target=answer, args=(names[place::8],)) for place in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(statuses) == len(names) > 20
    assert set(statuses) == {200}  # the page that the answer leads to
    assert sorted(f"{line['document']}:{line['field']}={line['value']}" for line in written(world)) == sorted(names)


def test_of_several_who_make_a_case_at_once_one_does(world: Settings) -> None:
    forgotten(world)
    with running_server(world.data, KOOPKG_REVIEW_TOKEN=TOKEN, KOOPKG_WORKERS="2") as server:
        headers = {"Cookie": f"koopkg_review={SESSION}", "Content-Type": "application/x-www-form-urlencoded"}
        body, barrier, statuses = urlencode({"key": reviewer_key(), "what": "write", **RECORD}).encode(), threading.Barrier(6), list[int]()

        def write() -> None:
            barrier.wait()
            statuses.append(server.request(f"/review/{DEPOT_ID}/case", method="POST", data=body, headers=headers).status)

        threads = [threading.Thread(target=write) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(statuses) == [200, *[422] * 5]
    assert [path.name for path in (world.corpus / "cases").iterdir()] == [f"{RECORD['id']}.md"]
    assert [line["field"] for line in written(world)] == ["describes"]


# A draft, and the case that is made of it


def test_the_page_of_a_draft_has_its_questions_and_what_was_confirmed(reviewer: TestClient) -> None:
    soup = soup_of(reviewer, f"/review/{DEPOT_ID}")
    asked = [parse_qs(urlsplit(str(link["href"])).query)["question"][0] for link in soup.select(".upcoming a")]
    assert all(name.startswith(f"{DEPOT_ID}:") for name in asked)
    assert "Noch nichts." in soup.get_text()
    say(reviewer, SECTOR, "accept", at=f"/review/{DEPOT_ID}")
    location = say(reviewer, STATUS, "replace", choose="beendet", at=f"/review/{DEPOT_ID}")
    assert location.startswith(f"/review/{DEPOT_ID}?done=")
    after = soup_of(reviewer, location)
    assert [" ".join(item.get_text().split()) for item in after.select(".confirmed li")] == ["Stand: Beendet", "Sektor: Baubetriebshof"]
    answers = [" ".join(item.get_text().split()) for item in after.select(".answered li")]
    assert sorted(answers) == ["Sektor: Baubetriebshof – Ja. ändern", "Stand: Aktiv – ersetzt durch Beendet. ändern"]
    assert [str(option["value"]) for option in after.select("#status option[selected]")] == ["beendet"]
    assert [str(box["value"]) for box in after.select("input[name=sectors][checked]")] == ["baubetriebshof"]
    assert one(after, "#title")["value"] == "Gemeinsamer Bauhof für Adelebsen und Dransfeld"


def test_what_is_no_case_makes_none(reviewer: TestClient) -> None:
    say(reviewer, IS_CASE, "refuse")
    soup = soup_of(reviewer, f"/review/{DEPOT_ID}")
    assert "dass das Dokument nicht von einer Zusammenarbeit handelt" in text_of(soup, ".notice")
    assert soup.select_one("form.record") is None
    assert soup.select_one(".question") is None


def send(client: TestClient, what: str, expected: int, **changed: str) -> BeautifulSoup:
    """The page that comes when the form of a case is sent."""
    answer = client.post(f"/review/{DEPOT_ID}/case", data={"key": key_of(client), "what": what, **RECORD, **changed})
    assert answer.status_code == expected, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def test_a_preview_shows_the_file_and_writes_nothing(reviewer: TestClient, world: Settings) -> None:
    say(reviewer, PLACE, "accept")
    soup = send(reviewer, "preview", 200)
    shown = one(soup, "pre.file").get_text()
    assert shown.startswith("---\nid: bauhof-adelebsen-dransfeld\ntitle: Bauhof Adelebsen und Dransfeld\n")
    assert "Dransfeld" in shown
    assert "Adelebsen\n  kind" not in shown
    assert one(soup, "#service")["value"] == "Gemeinsamer Bauhof"
    assert not (world.corpus / "cases").exists()
    assert len(written(world)) == 1


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("title", "", "bitte ausfüllen"),
        ("service", "", "bitte ausfüllen"),
        ("country", "", "bitte ausfüllen"),
        ("status", "", "bitte ausfüllen"),
        ("sectors", "", "bitte ausfüllen"),
        ("cooperation_type", "", "bitte ausfüllen"),
        ("id", "../../x", "ist keine Kennung"),
        ("id", "bauhof-gruenkraut-bodnegg", "ist schon die Kennung eines Falls"),
        ("sectors", "nix", "ist kein Begriff des Schemas sector"),
        ("country", "XX", "steht nicht in ontology/places.ttl"),
    ],
)
def test_a_problem_stands_beside_its_field_and_nothing_is_written(field: str, value: str, message: str, reviewer: TestClient, world: Settings) -> None:
    for what in ("preview", "write"):
        soup = send(reviewer, what, 422, **{field: value})
        assert message in text_of(soup, f"#{field}-problem")
        assert [str(problem["id"]) for problem in soup.select("p.refusal[id]")] == [f"{field}-problem"]
        described = one(soup, f"[aria-describedby~={field}-problem]")
        assert described.name == "fieldset" or described["name"] == field
        assert "Nichts wurde geschrieben" in text_of(soup, "[role=alert]")
    assert list(world.corpus.glob("**/*.md")) == list(world.corpus.parent.glob("*.md")) == []
    assert written(world) == []


def test_a_case_is_written_once_and_the_next_ingest_takes_it_in(reviewer: TestClient, world: Settings, tmp_path: Path) -> None:
    for name in (SECTOR, PLACE):
        say(reviewer, name, "accept")
    answer = reviewer.post(f"/review/{DEPOT_ID}/case", data={"key": key_of(reviewer), "what": "write", **RECORD})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/review/{DEPOT_ID}")
    soup = soup_of(reviewer, f"/review/{DEPOT_ID}")
    assert "cases/bauhof-adelebsen-dransfeld.md" in text_of(soup, ".notice")
    assert soup.select_one("form.record") is None
    before = (world.corpus / "cases" / "bauhof-adelebsen-dransfeld.md").read_bytes()
    refused = send(reviewer, "write", 422, id="another")
    assert "das Dokument gehört schon zum Fall bauhof-adelebsen-dransfeld" in refused.get_text() or refused.select_one("form.record") is None
    assert [path.name for path in (world.corpus / "cases").iterdir()] == ["bauhof-adelebsen-dransfeld.md"]
    assert (world.corpus / "cases" / "bauhof-adelebsen-dransfeld.md").read_bytes() == before

    shutil.copytree(world.data, tmp_path / "data")
    shutil.copytree(world.corpus, tmp_path / "corpus")
    settings = settings_of(tmp_path / "data")
    report = ingest([tmp_path / "corpus" / "cases", world.data.parent / "desk"], settings, Silent())
    assert report.rejected == ()
    opened = OpenSnapshot(snapshot.open_files(settings.data), settings)
    entry = opened.catalog.entry(opened.catalog.row_of("bauhof-adelebsen-dransfeld"))
    assert (entry.case.title_en, entry.case.sectors, [place.ags for place in entry.case.places]) == ("Works depot", ("baubetriebshof",), ["03159009"])
    assert DEPOT_ID in {text.document.id for text in entry.texts}
    assert DEPOT_ID not in opened.catalog.drafts()


def test_a_file_that_is_there_is_not_written_over(reviewer: TestClient, world: Settings) -> None:
    path = world.corpus / "cases" / f"{RECORD['id']}.md"
    path.parent.mkdir(parents=True)
    path.write_text("mine", encoding="utf-8")
    assert "eine Falldatei mit dieser Kennung gibt es schon" in text_of(send(reviewer, "write", 422), "#id-problem")
    assert path.read_text(encoding="utf-8") == "mine"
    assert [found.name for found in path.parent.iterdir()] == [path.name]
    assert written(world) == []


def test_a_corpus_that_cannot_be_written_to_is_told(reviewer: TestClient, world: Settings) -> None:
    world.corpus.mkdir(exist_ok=True)
    (world.corpus / "reviews").write_text("", encoding="utf-8")  # a file where a folder should be
    try:
        page = reviewer.post("/review", data={"key": reviewer_key(), "question": STATUS, "verdict": "accept"}, headers={"Cookie": f"koopkg_review={SESSION}"})
        assert page.status_code == 500
        assert "Nichts wurde festgehalten" in page.text
        assert str(world.corpus) not in page.text
        data = {"key": reviewer_key(), "what": "write", **RECORD}
        assert reviewer.post(f"/review/{DEPOT_ID}/case", data=data, headers={"Cookie": f"koopkg_review={SESSION}"}).status_code == 500
        assert list((world.corpus / "cases").iterdir()) == []
    finally:
        (world.corpus / "reviews").unlink()


def reviewer_key() -> str:
    return Sessions(TOKEN).form_key(SESSION)


# Languages, screens, keyboards

KINDS = ["/review", f"/review/{DEPOT_ID}", f"/review/{STATUTE_ID}", "/review/login"]
KINDS += [f"/review?question={name}" for name in (IS_CASE, KNOWN_CASE, PLACE, LAND, STATUS, f"{DEPOT_ID}:started=2014", "nix")]


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_page_speaks_its_language(language: Language, reviewer: TestClient) -> None:
    for path in KINDS:
        assert_speaks(reviewer.get(f"{path}{'&' if '?' in path else '?'}lang={language}").text, language)
    query = f"?lang={language}"
    for verdict, told in (("accept", {}), ("replace", {"instead": "beendet"}), ("term", {"term": "ruhend"}), ("replace", {"instead": "nix"})):
        data = {"key": key_of(reviewer), "question": STATUS, "verdict": verdict, **told}
        answer = reviewer.post(f"/review/{DEPOT_ID}{query}", data=data, follow_redirects=True)
        assert_speaks(answer.text, language)
    for changed in ({}, {"title": ""}, {"id": "x x", "sectors": ""}):
        answer = reviewer.post(f"/review/{DEPOT_ID}/case{query}", data={"key": key_of(reviewer), **RECORD, **changed})
        assert_speaks(answer.text, language)
    assert reviewer.get(f"/review{query}").text.count("lang=en") > 10 or language == "de"


@pytest.fixture(scope="module")
def desk(world: Settings) -> Iterator[Server]:
    """A real server, for a real browser."""
    with running_server(world.data, KOOPKG_REVIEW_TOKEN=TOKEN) as server:
        yield server


def logged_in(browser: Browser, desk: Server, **options: object) -> Page:
    page = browser.new_context(extra_http_headers={"Accept": "text/html"}, **options).new_page()  # type: ignore[arg-type]
    page.goto(f"{desk.address}/review")
    page.get_by_label("Zugangswort").fill(TOKEN)
    page.keyboard.press("Enter")
    page.wait_for_url("**/review")
    return page


@pytest.mark.parametrize("path", KINDS)
def test_pages_are_accessible_and_fit_a_narrow_screen(path: str, browser: Browser, desk: Server, world: Settings) -> None:
    forgotten(world)
    page = logged_in(browser, desk, bypass_csp=True, viewport={"width": WIDTH, "height": 640})
    try:
        assert width_of(page, desk.address + path) <= WIDTH
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        assert page.evaluate("document.scrollingElement.scrollWidth") <= WIDTH
        assert page.evaluate(SMALL_TARGETS, SMALLEST_TARGET) == []
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
        found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice']})")
        assert [(violation["id"], violation["nodes"][0]["html"]) for violation in found["violations"]] == []
    finally:
        page.context.close()


def test_by_keyboard_alone_and_without_javascript(browser: Browser, desk: Server, world: Settings) -> None:
    """Tab reaches the answers in their order, Enter gives one, and the last of them is taken back."""
    forgotten(world)
    page = logged_in(browser, desk, java_script_enabled=False)
    page.goto(f"{desk.address}/review?question={STATUS}")
    page.locator("blockquote + .help a").focus()
    reached = []
    for _ in range(6):
        page.keyboard.press("Tab")
        reached.append(page.locator(":focus").inner_text())
    assert reached == ["Alles zu diesem Entwurf, und als Fall übernehmen", "Ja, stimmt", "Nein", "Überspringen", "Beendet", "Geplant"]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**done=*")
    assert "ersetzt durch Beendet" in page.get_by_role("status").inner_text()
    page.get_by_role("link", name="Rückgängig").press("Enter")
    page.get_by_role("button", name="Ja, stimmt").press("Enter")
    page.wait_for_url("**done=*")
    assert [line["verdict"] for line in written(world)] == ["replace", "accept"]
    page.get_by_label("Anderer Wert").fill("nix")
    page.keyboard.press("Enter")
    assert "ist kein Begriff" in page.get_by_role("alert").inner_text()
    assert len(written(world)) == 2
    page.context.close()


def test_single_keys_answer_until_they_are_turned_off(browser: Browser, desk: Server, world: Settings) -> None:
    forgotten(world)
    page = logged_in(browser, desk)
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(f"{desk.address}/review?question={STATUS}")
    page.keyboard.press("j")
    page.wait_for_url("**done=*")
    assert [line["verdict"] for line in written(world)] == ["accept"]
    page.keyboard.press("a")
    field = page.get_by_label("Anderer Wert")
    assert field.evaluate("field => field === document.activeElement")
    page.keyboard.type("jn")
    assert field.input_value() == "jn"
    page.get_by_text("Tasten").click()
    page.get_by_label("Außerhalb von Feldern auch ohne Alt").uncheck()
    page.locator("h1").click()
    page.keyboard.press("n")
    page.reload()
    page.keyboard.press("n")
    assert len(written(world)) == 1
    assert errors == []
    page.context.close()


def test_a_review_is_what_the_library_reads(reviewer: TestClient, world: Settings) -> None:
    say(reviewer, STATUS, "accept")
    [review] = read_reviews(world.reviews_folder).all()
    assert isinstance(review, Review)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", review.at)
