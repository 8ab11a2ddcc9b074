"""A document that tells of several cooperations says so on its pages, in the API and in the review, and is no draft of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient

from koopkg.config import Settings
from koopkg.pipeline import ingest
from koopkg_api.app import create_app
from tests.api.test_review import TOKEN
from tests.conftest import Silent
from tests.koopkg.test_drafts import DEPOT, DEPOT_ID, LIST, LIST_ID


@pytest.fixture
def client(tmp_path: Path, tiny_copy: Settings) -> Iterator[TestClient]:
    folder = tmp_path / "desk"
    folder.mkdir()
    for name, text in (("liste", LIST), ("bauhof", DEPOT)):
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    ingest([folder], tiny_copy, Silent())
    with TestClient(create_app(Settings(data=tiny_copy.data, corpus=tiny_copy.corpus, review_token=TOKEN))) as client:
        yield client


def words(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return " ".join(BeautifulSoup(answer.text, "html.parser").get_text(" ").split())


def test_pages_api_and_review_tell_of_several_cooperations(client: TestClient) -> None:
    listed, single = (client.get(f"/api/v1/drafts/{name}").json() for name in (LIST_ID, DEPOT_ID))
    number = listed["cooperations"]
    assert (number in (3, 4, 5), listed["is_about_case"]) == (True, False)
    assert (single["cooperations"], single["is_about_case"]) == (None, True)
    german, english = f"berichtet von mehreren Kooperationen (etwa {number})", f"tells of several cooperations (about {number})"
    client.post("/review/login", data={"token": TOKEN})
    for page in (f"/draft/{LIST_ID}", f"/document/{LIST_ID}"):
        assert german in words(client, page)
        assert english in words(client, f"{page}?lang=en")
    assert "Vorschlag" not in words(client, f"/draft/{LIST_ID}")
    assert f"Handelt das Dokument, das anscheinend von mehreren Kooperationen berichtet (etwa {number}), von einer einzigen?" in words(
        client, f"/review/{LIST_ID}"
    )
    for page in (f"/draft/{DEPOT_ID}", f"/document/{DEPOT_ID}", f"/review/{DEPOT_ID}"):
        assert "mehreren Kooperationen" not in words(client, page)
