"""What one line of the table of case fields and one Turtle file have to give; run on copies of the packages that have both.

python new_field.py FOLDER_OF_CASES DATA
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

from starlette.testclient import TestClient

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.export import export
from koopkg.model import FACETS
from koopkg.pipeline import ingest
from koopkg.search import Filters, list_cases, search
from koopkg.sentences import sentence_of
from koopkg.snapshot import OpenSnapshot
from koopkg.sparql import answer


class Silent:
    """Progress that nobody watches."""

    def stage(self, name: str, total: int) -> None: ...

    def step(self, count: int = 1) -> None: ...


def with_need(text: str, need: str) -> str:
    return text.replace("\nstatus: ", f"\nclimate_needs:\n- {need}\nstatus: ", 1)


def main() -> None:
    cases, data = Path(sys.argv[1]), Path(sys.argv[2])
    path, broken = cases / "buergerbus-kirchhundem.md", cases / "standesamt-lossetal.md"
    path.write_text(with_need(path.read_text(encoding="utf-8"), "hitzevorsorge"), encoding="utf-8")
    whole = broken.read_text(encoding="utf-8")
    broken.write_text(with_need(whole, "hitzevorsorg"), encoding="utf-8")
    settings = Settings(data=data)

    report = ingest([cases], settings, Silent())
    [rejected] = report.rejected
    assert "climate_needs: 'hitzevorsorg' is no concept of the scheme climate-need; nearest: 'hitzevorsorge'" in str(rejected.problems[0]), rejected
    broken.write_text(whole, encoding="utf-8")
    assert ingest([cases], settings, Silent()).rejected == ()  # no other file has the field

    files = snapshot.open_files(data)
    query = "SELECT ?case { ?case koop:climateNeed <https://w3id.org/koopkg/vocab/climate-need/hitzevorsorge> }"
    assert answer(files.graph, settings, query, format="csv").body.decode().split()[1:] == ["https://w3id.org/koopkg/case/buergerbus-kirchhundem"]

    opened = OpenSnapshot(files, settings)
    assert "climate_need" in FACETS
    listed = list_cases(opened, Filters(climate_need=["hitzevorsorge"]))
    assert [entry.case.id for entry in listed.entries] == ["buergerbus-kirchhundem"]
    [facet] = [facet for facet in list_cases(opened).facets if facet.name == "climate_need"]
    assert (facet.label, [(value.value, value.label, value.count) for value in facet.values]) == ("Klimabedarf", [("hitzevorsorge", "Hitzevorsorge", 1)])

    found = search(opened, "Hitzevorsorge", signals=["concepts"])
    assert [hit.id for hit in found.hits] == ["buergerbus-kirchhundem"]
    reasons = [(reason.kind, sentence_of(reason.kind, reason.values, "de"), reason.fact.property) for reason in search(opened, "Hitzevorsorge").hits[0].reasons]
    assert ("shared-climate-need", "Auch hier: Klimabedarf: Hitzevorsorge", "koop:climateNeed") in reasons, reasons

    rows = list(csv.DictReader(io.StringIO(export(files, "csv").decode("utf-8-sig"))))
    assert {row["id"]: row["climate_needs"] for row in rows if row["climate_needs"]} == {"buergerbus-kirchhundem": "hitzevorsorge"}

    from koopkg_api.app import create_app

    with TestClient(create_app(settings)) as client:
        assert client.get("/api/v1/search", params={"q": "Bürgerbus", "climate_need": "hitzevorsorge"}).json()["total"] == 1
        assert client.get("/api/v1/search", params={"q": "Bürgerbus", "climate_need": "schneeraeumung"}).json()["total"] == 0
        assert client.get("/api/v1/search", params={"q": "Bürgerbus", "climate_need": "schnee"}).status_code == 400
        parameters = client.get("/openapi.json").json()["paths"]["/api/v1/cases"]["get"]["parameters"]
        assert "climate_need" in {parameter["name"] for parameter in parameters}
        page = client.get("/case/buergerbus-kirchhundem").text
        assert "Klimabedarf" in page
        assert "/vocab/climate-need/hitzevorsorge" in page
        assert "Klimabedarf" in client.get("/", params={"q": "Bürgerbus"}).text
        assert client.get("/vocab/climate-need/hitzevorsorge").status_code == 200


if __name__ == "__main__":
    main()
