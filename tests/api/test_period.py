"""The page of a case tells when it ended as precisely as the record does."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from koopkg.pipeline import ingest
from tests.conftest import Silent, running_server, with_vectors
from tests.koopkg.worlds import record

ENDS = {
    "genau": ({"ended": 2012}, "bis 2012", "until 2012"),
    "zwischen": ({"ended_earliest": 2011, "ended_latest": 2014}, "beendet zwischen 2011 und 2014", "ended between 2011 and 2014"),
    "fruehestens": ({"ended_earliest": 2011}, "beendet 2011 oder später", "ended in 2011 or later"),
    "spaetestens": ({"ended_latest": 2014}, "spätestens 2014 beendet", "ended in 2014 at the latest"),
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, known_vectors: Path) -> Path:
    folder = tmp_path_factory.mktemp("records")
    for name, (years, _, _) in ENDS.items():
        text = record(name, body="Zwei Gemeinden trugen ein Bad.", status="beendet", phase="beendigung", **years)
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    settings = with_vectors(tmp_path_factory.mktemp("world") / "data", known_vectors)
    assert ingest([folder], settings, Silent()).rejected == ()
    return settings.data


def test_the_end_is_told_as_precisely_as_it_is_known(data: Path) -> None:
    with running_server(data) as server:
        for name, (_, german, english) in ENDS.items():
            for language, told in (("de", german), ("en", english)):
                page = BeautifulSoup(server.request(f"/case/{name}?lang={language}", headers={"Accept": "text/html"}).text, "html.parser")
                assert told in " ".join(page.get_text(" ").split()), (name, language)
