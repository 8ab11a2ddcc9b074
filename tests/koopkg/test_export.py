"""What is exported opens where it has to: tables in spreadsheets, records in programs, graphs in other people's parsers."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
import rdflib

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.errors import QueryError
from koopkg.export import export
from koopkg.pipeline import ingest
from koopkg.snapshot import SnapshotFiles
from koopkg.sparql import answer
from tests.conftest import DATA, TINY, Silent

pytestmark = pytest.mark.filterwarnings("ignore:.* is deprecated, use .* instead:DeprecationWarning")  # rdflib's own parsers use what it deprecates
TITLES = {f"titel-{number}": title for number, title in enumerate((DATA / "titles.txt").read_text(encoding="utf-8").splitlines())}
"""Id -> a title that breaks careless programs, as a JSON string, which is also how YAML writes it in double quotes."""


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory, tiny: Settings) -> tuple[Settings, dict[str, str]]:
    """A snapshot of documents with these titles, and the titles."""
    folder = tmp_path_factory.mktemp("odd")
    text = (TINY / "standesamt-lossetal.md").read_text(encoding="utf-8")
    title = next(line for line in text.splitlines() if line.startswith("title:"))
    for name, written in TITLES.items():
        content = text.replace("id: standesamt-lossetal", f"id: {name}").replace(title, f"title: {written}", 1)
        (folder / f"{name}.md").write_text(content.replace("ags: '06633015'", "ags: '01001000'", 1), encoding="utf-8")
    settings = Settings(data=tmp_path_factory.mktemp("data"))
    shutil.copytree(tiny.cache_folder, settings.cache_folder)
    report = ingest([folder], settings, Silent())
    assert report.rejected == ()
    return settings, {name: json.loads(written) for name, written in TITLES.items()}


@pytest.fixture(scope="module")
def files(odd: tuple[Settings, dict[str, str]]) -> SnapshotFiles:
    return snapshot.open_files(odd[0].data)


def looks_like_more_than_text(cell: str) -> bool:
    """Whether a spreadsheet would make something of a cell, by the rules of common ones told apart one by one."""
    bare = cell.strip()
    is_formula = bare[:1] in tuple("=+-@\t＝＋－＠") and bare != ""
    try:
        float(bare.replace(",", "."))
    except ValueError:
        is_number = False
    else:
        is_number = True
    is_date = bare.count(".") == 2 and bare.replace(".", "").isdigit()
    return is_formula or is_number or is_date or bare.lower() in ("wahr", "falsch", "true", "false") or bare == "Mai 2020"


@pytest.mark.parametrize("separator", [",", ";"])
def test_table_is_text_in_spreadsheets(separator: str, files: SnapshotFiles, odd: tuple[Settings, dict[str, str]]) -> None:
    """A byte order mark for the umlauts; no formula; keys keep their zeros; without the apostrophe every title is as it was."""
    content = export(files, "csv", separator=separator)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=separator))
    titles = {row["id"]: row["title"] for row in rows}
    assert [title for title in titles.values() if looks_like_more_than_text(title)] == []
    assert {name: title[title.startswith("'") :] for name, title in titles.items()} == odd[1]
    assert [title for title in titles.values() if title.startswith("a;b")] == [title for title in odd[1].values() if title.startswith("a;b")]
    for row in rows:
        assert row["ags"].removeprefix("'").startswith("01001000")
        assert row["started"].isdigit()
        assert all(url.startswith("http") for url in row["sources"].split(" "))


def test_a_single_key_is_guarded(tiny: Settings) -> None:
    """A list of keys with one entry would be a number without its zero."""
    content = export(snapshot.open_files(tiny.data), "csv").decode("utf-8-sig")
    keys = [row["ags"] for row in csv.DictReader(io.StringIO(content, newline="")) if row["ags"]]
    assert any(key.startswith("'0") and key[1:].isdigit() for key in keys)
    assert [key for key in keys if key.isdigit()] == []


def test_lists_in_a_cell_can_be_taken_apart(tiny: Settings) -> None:
    """Addresses at blanks, which they cannot hold, slugs at semicolons: what comes out is what the records have."""
    files = snapshot.open_files(tiny.data)
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(export(files, "csv").decode("utf-8-sig"), newline=""))}
    records = [json.loads(line) for line in export(files, "jsonl").splitlines()]
    assert any(len(record["sources"]) > 1 for record in records)
    for record in records:
        row = rows[record["id"]]
        assert row["sources"].split() == [source["url"] for source in record["sources"] if source["url"]]
        assert [slug for slug in row["actors"].split(";") if slug] == record["actors"]
        assert [slug for slug in row["success_factors"].split(";") if slug] == [item["factor"] for item in record["success_factors"]]


def test_records_for_programs_lose_nothing(tiny: Settings) -> None:
    """One JSON object a line: every field of the front matter, with its type."""
    import yaml

    records = {record["id"]: record for record in map(json.loads, export(snapshot.open_files(tiny.data), "jsonl").splitlines())}
    assert len(records) == 8
    for path in TINY.glob("*-*.md"):
        front: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8").split("---\n")[1])
        record = records[path.stem]
        assert record.pop("iri") == f"https://w3id.org/koopkg/case/{path.stem}"
        assert filled(record) == filled({**front, **{key: [as_record(item) for item in front[key]] for key in ("obstacles", "results", "funding")}})


def as_record(item: Any) -> Any:
    """A plain text in a list of records is their text."""
    return {"text": item} if isinstance(item, str) else item


def filled(value: Any) -> Any:
    """What a record tells, without what it leaves open."""
    if isinstance(value, list):
        return [filled(item) for item in value]
    return {key: filled(item) for key, item in value.items() if item not in (None, [])} if isinstance(value, dict) else value


@pytest.mark.parametrize(("format", "separator"), [("pdf", ","), ("csv", "|")])
def test_unknown_choices_are_refused(format: str, separator: str, files: SnapshotFiles) -> None:
    with pytest.raises(QueryError, match="is unknown; expected one of"):
        export(files, format, separator=separator)


@pytest.mark.parametrize(("format", "parser"), [("nq", "nquads"), ("jsonld", "json-ld"), ("ttl", "turtle")])
def test_graphs_parse_elsewhere(format: str, parser: str, files: SnapshotFiles, odd: tuple[Settings, dict[str, str]]) -> None:
    """In rdflib, with every title as it was."""
    graph = rdflib.Dataset().parse(data=export(files, format), format=parser)
    found = {str(value) for _, _, value, _ in graph.quads((None, rdflib.DCTERMS.title, None, None))}
    assert set(odd[1].values()) <= found


@pytest.mark.skipif(shutil.which("rapper") is None, reason="raptor2-utils is not installed")
@pytest.mark.parametrize(("format", "parser"), [("nq", "nquads"), ("ttl", "turtle")])
def test_graphs_parse_in_raptor(format: str, parser: str, files: SnapshotFiles, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(export(files, format))
    done = subprocess.run(["rapper", "-q", "-c", "-i", parser, str(tmp_path / "x")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_query_results_parse_elsewhere(files: SnapshotFiles, odd: tuple[Settings, dict[str, str]]) -> None:
    """XML, JSON, CSV and TSV of SELECT; RDF/XML and N-Triples of CONSTRUCT."""
    settings, titles = odd
    select = "SELECT ?title { ?case a koop:Cooperation ; dcterms:title ?title FILTER(LANG(?title) = 'de') }"
    xml = ElementTree.fromstring(answer(files.graph, settings, select, format="xml").body)
    assert {node.text for node in xml.iter("{http://www.w3.org/2005/sparql-results#}literal")} == set(titles.values())
    rows = json.loads(answer(files.graph, settings, select, format="json").body)["results"]["bindings"]
    assert {row["title"]["value"] for row in rows} == set(titles.values())
    table = csv.DictReader(io.StringIO(answer(files.graph, settings, select, format="csv").body.decode(), newline=""))
    assert {row["title"] for row in table} == set(titles.values())
    construct = "CONSTRUCT { ?case dcterms:title ?title } { ?case a koop:Cooperation ; dcterms:title ?title FILTER(LANG(?title) = 'de') }"
    for syntax, parser in (("rdf", "xml"), ("nt", "nt"), ("ttl", "turtle"), ("jsonld", "json-ld")):
        graph = rdflib.Graph().parse(data=answer(files.graph, settings, construct, format=syntax).body, format=parser)
        assert {str(value) for value in graph.objects()} == set(titles.values()), syntax
