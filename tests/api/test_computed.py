"""What was computed from the register is shown with its day and never as a statement of the record: on the page of a case, in the API, in the table."""

from __future__ import annotations

import csv
import io
from importlib.resources import files

from bs4 import BeautifulSoup

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.export import export
from tests.conftest import Server

TABLE = csv.DictReader(files("koopkg_corpus").joinpath("register", "municipalities-de.csv").read_text(encoding="utf-8").splitlines())
ROWS = {row["name"]: row for row in TABLE if row["name"] in ("Kaufungen", "Helsa", "Nieste") and row["key"].startswith("06633")}
TOGETHER = sum(int(row["population"]) for row in ROWS.values())


def facts(server: Server, address: str) -> dict[str, str]:
    soup = BeautifulSoup(server.request(address).text, "html.parser")
    return {pair.dt.get_text(strip=True): " ".join(pair.dd.get_text(" ").split()) for pair in soup.select(".facts dl > div") if pair.dt and pair.dd}


def test_a_case_shows_members_and_their_sum_as_computed(server: Server) -> None:
    found = facts(server, "/case/standesamt-lossetal")
    assert "Einwohner insgesamt" not in found
    assert (
        found["Einwohner, berechnet"] == f"zusammen rund {TOGETHER / 1000:.1f}00 in allen Mitgliedern (berechnet aus dem Gemeindeverzeichnis, Stand 31.12.2024)"
    )
    assert found["Gemeindegröße"] == "10.000 bis unter 20.000 Einwohner"
    for name, row in ROWS.items():
        assert f"{name}: {int(row['population']):,} Einwohner, Landkreis Kassel".replace(",", ".", 1) in found["Beteiligte"]


def test_what_cannot_be_computed_is_not_there(server: Server) -> None:
    """A day nursery with partners in France, whose inhabitants the register does not have."""
    found = facts(server, "/case/kita-salut-saarbruecken?lang=en")
    assert {"Inhabitants, computed", "Municipality size"} & found.keys() == set()
    assert "Saarbrücken: " in found["Participants"]
    computed = server.request("/api/v1/cases/kita-salut-saarbruecken").json()["computed"]
    assert (computed["population"], computed["size_class"], computed["lands"]) == (None, None, ["Saarland"])
    assert [member["inhabitants"] is None for member in computed["members"]] == [False, True, True]


def test_the_api_says_what_was_computed_beside_the_record(server: Server) -> None:
    answer = server.request("/api/v1/cases/standesamt-lossetal").json()
    assert answer["case"]["population"] is None
    computed = answer["computed"]
    assert (computed["population"], computed["counted_on"], computed["size_class"], computed["lands"]) == (
        TOGETHER,
        "2024-12-31",
        "10000-bis-20000",
        ["Hessen"],
    )
    for member in computed["members"]:
        row = ROWS[member["name"]]
        assert (member["ags"], member["inhabitants"], member["district"]) == (row["key"], int(row["population"]), "Landkreis Kassel")
        assert (member["latitude"], member["longitude"]) == (float(row["latitude"]), float(row["longitude"]))
        assert member["area_km2"] == float(row["area_km2"])


def test_the_table_has_columns_of_its_own_for_it(tiny: Settings) -> None:
    content = export(snapshot.open_files(tiny.data), "csv").decode("utf-8-sig")
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(content, newline=""))}
    lossetal = rows["standesamt-lossetal"]
    assert (lossetal["population"], lossetal["computed_population"], lossetal["computed_size_class"]) == ("", str(TOGETHER), "10000-bis-20000")


def test_the_facet_says_what_it_goes_by(server: Server) -> None:
    """On the page and in the API, in the language asked for; other facets need no note."""
    notes = {facet["name"]: facet["note"] for facet in server.request("/api/v1/cases?lang=en").json()["facets"]}
    assert {name for name, note in notes.items() if note} == {"size_class"}
    assert "largest municipality" in notes["size_class"]
    facets = BeautifulSoup(server.request("/suche?size_class=5000-bis-20000").text, "html.parser").select(".facets")
    assert "größten beteiligten Gemeinde" in " ".join(facet.get_text() for facet in facets)
