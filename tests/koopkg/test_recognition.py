"""What counts as recognised and what as a false link, on queries whose links are plain; the readers' queries are whole."""

from __future__ import annotations

import csv
from functools import partial
from importlib.resources import as_file, files

import pytest

from koopkg.analyses import Analyses
from koopkg.evaluation import EvaluationError, ReaderQuery, reader_queries, recognised
from koopkg.linking import Linker
from koopkg.ontology import Ontology
from koopkg.register import Register
from koopkg.search import link
from koopkg.snapshot import OpenSnapshot
from tests.conftest import DATA


@pytest.fixture(scope="module")
def linker(ontology: Ontology) -> Linker:
    return Linker(ontology, Register.bundled(), Analyses())


def query(text: str, sector: str, *also: str) -> ReaderQuery:
    return ReaderQuery("x", "dev", "de", sector, frozenset(also), text)


@pytest.mark.parametrize(
    ("asked", "recall", "false_links"),
    [
        (query("Feuerwehr", "feuerwehr"), 1.0, 0.0),
        (query("Feuerwehr", "abfall"), 0.0, 1.0),  # another sector is no recognition, and false
        (query("Feuerwehr", "abfall", "feuerwehr"), 0.0, 0.0),  # unless the query touches it
        (query("Trinkwasserversorgung", "siedlungswasserwirtschaft"), 1.0, 0.0),  # a narrower one is one
        (query("Siedlungswasserwirtschaft", "wasser"), 1.0, 0.0),  # and a broader one
        (query("Klärschlammverwertung", "abwasser"), 1.0, 0.0),  # and an activity of it
        (query("etwas ganz anderes", "abfall"), 0.0, 0.0),
    ],
)
def test_what_counts(asked: ReaderQuery, recall: float, false_links: float, linker: Linker, ontology: Ontology) -> None:
    found = recognised([asked], linker.link_query, ontology)
    assert (found.recall, found.false_links) == (recall, false_links)
    assert found.missed == (() if recall else (asked,))


def test_no_queries_and_an_unknown_sector_are_told(linker: Linker, ontology: Ontology) -> None:
    with pytest.raises(EvaluationError, match="no queries"):
        recognised([], linker.link_query, ontology)
    with pytest.raises(EvaluationError, match="sector nix"):
        recognised([query("Feuerwehr", "nix")], linker.link_query, ontology)


def test_two_readers_wrote_eight_queries_for_each_sector(ontology: Ontology) -> None:
    with as_file(files("koopkg_corpus")) as corpus:
        queries = reader_queries(corpus / "eval" / "recognition.tsv")
    slugs = {concept.slug for concept in ontology.schemes["sector"]}
    assert len({asked.id for asked in queries}) == len(queries)
    for split in ("dev", "test"):
        counts = {slug: sum(asked.sector == slug and asked.split == split for asked in queries) for slug in slugs}
        assert set(counts.values()) == {8}, counts
    assert all(asked.also <= slugs - {asked.sector} for asked in queries)


def test_queries_to_learn_from_are_none_to_measure_with(ontology: Ontology) -> None:
    with as_file(files("koopkg_corpus")) as corpus:
        measured = {asked.text for asked in reader_queries(corpus / "eval" / "recognition.tsv") if asked.split == "test"}
        with (corpus / "marks" / "queries.tsv").open(encoding="utf-8", newline="") as handle:
            learned = list(csv.DictReader(handle, delimiter="\t"))
    assert len({row["id"] for row in learned}) == len(learned) == 1396
    assert not measured & {row["text"] for row in learned}
    named = {slug for row in learned for slug in (row["sector"], *filter(None, row["also"].split(",")))}
    assert named == {concept.slug for concept in ontology.schemes["sector"]}


def test_sectors_are_recognised_in_the_queries_of_both_readers(opened: OpenSnapshot) -> None:
    """What the search understands, which a fiftieth of may be false; the bound of the recall lies two hundredths off what was measured on test: .949."""
    with as_file(files("koopkg_corpus")) as corpus:
        queries = [asked for asked in reader_queries(corpus / "eval" / "recognition.tsv") if asked.split == "test"]
    found = recognised(queries, partial(link, opened), opened.ontology)
    assert found.recall >= 0.93
    assert found.false_links <= 0.02


def test_everyday_queries_name_nothing_false(linker: Linker, ontology: Ontology) -> None:
    """tests/data/everyday-queries.txt, one a line; no share is allowed here, unlike for the readers' queries that nobody wrote beside the code."""
    slugs = {concept.slug for concept in ontology.schemes["sector"]}
    asked = [line.split(" | ") for line in (DATA / "everyday-queries.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert len(asked) >= 300
    for text, *meant in asked:
        allowed = set(filter(None, ", ".join(meant).split(", ")))
        about = [query(text, *sorted(allowed & slugs))] if allowed & slugs else []
        named = linker.link_query(text)
        if about:
            wrong = {concept for _, concept in recognised(about, linker.link_query, ontology).wrong}
        else:
            wrong = {f"{link.scheme}/{link.slug}" for link in named.concepts}
        assert wrong <= allowed, text


def test_a_place_is_no_task_beside_one(linker: Linker) -> None:
    def sectors(text: str) -> set[str]:
        return {link.slug for link in linker.link_query(text).concepts if link.scheme == "sector"}

    assert sectors("Ladesäule vor der Kita") == {"energie-strom"}
    assert sectors("Solaranlage auf dem Dach der Kläranlage") == sectors("Solaranlage auf dem Schuldach") == {"energie-strom"}
    assert sectors("altes Krankenhaus als Unterkunft für Flüchtlinge") == {"integration"}
    assert sectors("wind farm behind the sewage plant") == {"energie-strom"}
    assert sectors("Ärger vor der Kita") == {"kita"}, "a place that stands alone is all that the text says"
    assert sectors("Kita und Feuerwehr am Bauhof") == {"kita", "feuerwehr"}
    assert sectors("Schwimmunterricht und Kläranlage") == {"schwimmbad-sport", "abwasser"}


def test_a_weak_name_of_the_other_language_does_not_count(linker: Linker) -> None:
    """German `Patienten` is weak and an English word with the same stem no more than that."""
    assert {link.slug for link in linker.link_query("in-patient wards").concepts} == {"krankenhaus"}


def test_a_weak_name_counts_only_where_its_scheme_has_no_plain_one(linker: Linker) -> None:
    """A bus stop may mean the buses; beside the youth club it is a place like any other."""
    assert {link.slug for link in linker.link_query("Haltestelle").concepts if link.scheme == "sector"} == {"mobilitaet-oepnv"}
    assert {link.slug for link in linker.link_query("Jugendarbeit an der Haltestelle").concepts if link.scheme == "sector"} == {"jugend-familie"}
    assert {link.slug for link in linker.link_query("Laden und Kita").concepts if link.scheme == "sector"} == {"nahversorgung", "kita"}
