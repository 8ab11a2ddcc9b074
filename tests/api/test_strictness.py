"""Nothing that a request brings is dropped silently, and nothing that is no text reaches the engine."""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup

from tests.api.test_api import CASE, problem
from tests.conftest import DATA, Answer, Server

JSON = {"Content-Type": "application/json"}
REFUSED = [line.split("\t") for line in (DATA / "refused-requests.tsv").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


def post(server: Server, body: bytes | str, **headers: str) -> Answer:
    return server.request("/api/v1/search", method="POST", data=body.encode() if isinstance(body, str) else body, headers={**JSON, **headers})


@pytest.mark.parametrize(("address", "body", "status", "field", "words"), REFUSED)
def test_requests_are_refused_with_what_is_wrong(address: str, body: str, status: str, field: str, words: str, server: Server) -> None:
    answer = server.request(address, method="POST", data=body.encode(), headers=JSON) if body else server.request(address)
    found = problem(answer, int(status))
    assert found.get("field", "") == field
    assert words in found["detail"]


def test_every_operation_of_the_json_api_refuses_what_it_does_not_know(server: Server) -> None:
    operations = 0
    for path, methods in server.request("/openapi.json").json()["paths"].items():
        for method in methods if path.startswith("/api/") else ():
            address = path.replace("{case_id}", CASE).replace("{scheme}", "sector").replace("{slug}", "wasser").replace("{draft_id}", "nix")
            answer = server.request(f"{address}?unbekannt=1", method=method.upper(), data=b"{}" if method == "post" else None, headers=JSON)
            assert problem(answer, 422)["field"] == "unbekannt"
            operations += 1
    assert operations >= 10


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"q": "\xff"}', 400),
        (b'{"q": "\xed\xa0\xbd"}', 400),
        (b"\xfe\xff\x00{", 422),
        (b'{"q": ' + b"[" * 100_000, 400),
        (b'{"q": "Bus", "sector": ' + b"[" * 900 + b"]" * 900 + b"}", 422),
        (b'{"q": "Bus", "limit": ' + b"9" * 5_000 + b"}", 400),
        (b'{"q": "Bus", "limit": 1e400}', 422),
        (b'{"q": "Bus", "offset": NaN}', 422),
        (json.dumps({"q": "Bus", "x" * 100_000: 1}).encode(), 422),
        (json.dumps({"q": "Bus", "sector": ["wasser"] * 1_000}).encode(), 422),
        (json.dumps({"q": "Bus", "sector": ["x" * 100_000]}).encode(), 422),
        (b"", 422),
    ],
)
def test_odd_bodies_are_refused_in_few_words(body: bytes, status: int, server: Server) -> None:
    assert len(problem(post(server, body), status)["detail"]) < 300


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/ld+json"])
def test_a_body_of_another_type_is_415(media_type: str, server: Server) -> None:
    answer = server.request("/api/v1/search", method="POST", data=b'{"q": "Bus"}', headers={"Content-Type": media_type})
    assert "application/json" in problem(answer, 415)["detail"]


@pytest.mark.parametrize("coding", ["gzip", "br", "GZIP"])
def test_a_compressed_body_is_415_and_says_so(coding: str, server: Server) -> None:
    answer = post(server, b"\x1f\x8b", **{"Content-Encoding": coding})
    assert "Content-Encoding" in problem(answer, 415)["detail"]
    assert answer.headers["accept-encoding"] == "identity"


def test_empty_filters_count_as_not_given(server: Server) -> None:
    """As forms send them, in the API and on the pages."""
    whole = server.request("/api/v1/cases").json()
    assert server.request("/api/v1/cases?state=&sector=&legal_form=&status=&country=").json() == whole
    narrowed = server.request("/api/v1/cases?state=&state=Hessen").json()
    assert narrowed["total"] == 2
    assert post(server, '{"q": "Bus", "state": ["", " "], "sector": []}').json() == post(server, '{"q": "Bus"}').json()
    empty, none = (cases_on(server.request(f"/suche?q=Standesamt{filters}")) for filters in ("&state=&sector=", ""))
    assert empty == none != []


def cases_on(page: Answer) -> list[str]:
    assert page.status == 200
    return [str(link["href"]) for link in BeautifulSoup(page.text, "html.parser").select("a[href*='/case/']")]


def test_pages_may_be_asked_for_more_than_they_know(server: Server) -> None:
    assert server.request("/suche?q=Standesamt&utm_source=brief").status == 200


@pytest.mark.parametrize("words", ["Bauhof\tund\r\nBus", "Kläranlage 😀", "Bus\u2028Laden"])
def test_all_other_texts_are_searched(words: str, server: Server) -> None:
    assert post(server, json.dumps({"q": words})).status == 200
    assert post(server, json.dumps({"q": words}, ensure_ascii=False)).status == 200


def test_numbers_that_json_does_not_tell_apart_are_one(server: Server) -> None:
    assert post(server, '{"q": "Bus", "limit": 2.0}').json() == post(server, '{"q": "Bus", "limit": 2}').json()
