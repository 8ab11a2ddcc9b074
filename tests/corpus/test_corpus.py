"""The corpus keeps its rules, and the evaluation set fits it."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest

from koopkg.evaluation import judgments, topics
from koopkg.model import Case, Document
from koopkg.ontology import Ontology
from koopkg.pipeline import bundled_corpus
from koopkg.reading import document_paths, read_document

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def documents(ontology: Ontology) -> dict[str, Document]:
    paths = document_paths(bundled_corpus())
    return {path.stem: read_document(path.read_bytes(), ontology, where=path.name) for path in paths}


@pytest.fixture(scope="module")
def cases(documents: dict[str, Document]) -> list[Case]:
    return [case for document in documents.values() for case in document.cases]


def test_file_name_is_the_id(documents: dict[str, Document]) -> None:
    assert len(documents) >= 483
    assert [name for name, document in documents.items() if document.id != name] == []


def test_every_case_has_a_source_and_no_address_of_a_session(cases: list[Case]) -> None:
    for case in cases:
        assert case.sources
        assert not [source.url for source in case.sources if source.url and re.search(r"jsessionid|PHPSESSID|[?&]sid=", source.url, re.IGNORECASE)], case.id


def test_no_personal_data(documents: dict[str, Document]) -> None:
    for document in documents.values():
        assert not re.search(r"[\w.+-]+@[\w-]+\.\w{2,}", document.text), document.id
        assert not re.search(r"\b(?:Tel\.|Telefon:|Mobil:)\s*[\d+]", document.text), document.id


def test_body_says_what_the_front_matter_says(documents: dict[str, Document]) -> None:
    """Prose and facts cannot drift apart: each factor, obstacle, result and source stands in its section."""
    for document in documents.values():
        [case] = document.cases
        told: list[Any] = [*case.obstacles, *case.results, *case.funding, *case.failure_reasons]
        supported = [factor.evidence for factor in case.success_factors] + [trigger.evidence for trigger in case.triggers if trigger.evidence]
        for words in (*(item.text for item in told), *supported, *(source.title for source in case.sources)):
            body = " ".join(document.text.split("\n---\n", 1)[1].split())
            assert " ".join(words.split()).replace("[", "(").replace("]", ")") in body, (document.id, words)


def test_sections_come_in_their_order(documents: dict[str, Document]) -> None:
    order = ["Ausgangslage und Zusammenarbeit", "Organisation", "Anlass", "Ergebnisse", "Erfolgsfaktoren", "Hürden", "Gründe des Endes", "Quellen"]
    for document in documents.values():
        found = re.findall(r"^## (.+)$", document.text, re.MULTILINE)
        assert found == [section for section in order if section in found], document.id
        assert {"Ausgangslage und Zusammenarbeit", "Quellen"} <= set(found)


def test_prose_ends_with_a_whole_sentence(documents: dict[str, Document]) -> None:
    for document in documents.values():
        prose = document.text.split("## Ausgangslage und Zusammenarbeit\n\n", 1)[1].split("\n\n## ", 1)[0]
        assert re.search(r"[.!?][“”»\"]?$", prose.rstrip()), document.id


def test_no_case_has_a_year_of_its_end_and_an_interval(cases: list[Case]) -> None:
    ended = [case for case in cases if case.status in ("beendet", "gescheitert") and case.ended is None]
    dated = {case.id for case in ended if case.ended_earliest or case.ended_latest}
    assert {case.id for case in ended} - dated == {"bauhof-mansfelder-grund-helbra-gescheitert", "webwiko-kommunalverbund-niedersachsen-bremen"}


def test_rules_of_status_phase_and_years_hold(cases: list[Case]) -> None:
    for case in cases:
        if case.status in ("beendet", "gescheitert"):
            assert case.phase == "beendigung", case.id
        if case.status == "geplant":
            assert case.started is None, case.id


def test_settled_doubts_stay_settled(documents: dict[str, Document], cases: list[Case]) -> None:
    """Some of the points in tools/corrections.yaml, as they must read now."""
    found = {case.id: case for case in cases}
    assert found["standesamt-voelklingen-grossrosseln"].ended == 2024
    assert found["solidarpakt-windenergie-simmern"].status == "beendet"
    assert found["klimaschutzmanagement-gvv-denzlingen"].sectors == ("klimaschutz-umwelt",)
    assert [place.name for place in found["regionalpolizei-suret"].places] == ["Suhr", "Buchs AG", "Gränichen"]
    assert "elf Millionen" not in documents["landbus-bregenzerwald"].text
    assert "erstes interkommunales Hallenbad" not in documents["interkommunales-hallenbad-geretsried"].text
    assert found["aerztezentrum-buesum"].population is None


def test_readme_counts_are_those_of_the_corpus(cases: list[Case]) -> None:
    readme = (ROOT / "corpus" / "README.md").read_text(encoding="utf-8")
    keyed = Counter(place.ags is not None for case in cases for place in case.places)
    for figure in (f"{len(cases)} cases", f"{keyed[True]} of {keyed.total()} places"):
        assert figure in readme


def test_topics_are_of_four_kinds_and_split_in_halves() -> None:
    with as_file(files("koopkg_corpus")) as folder:
        found = topics(folder / "eval" / "topics.tsv")
    assert len(found) >= 40
    assert set(Counter(topic.kind for topic in found)) == {"keyword", "question", "description", "english"}
    assert Counter(topic.split for topic in found)["dev"] == Counter(topic.split for topic in found)["test"]
    assert all(60 <= len(topic.text.split()) <= 120 for topic in found if topic.kind == "description")


def test_judgments_are_of_known_topics_cases_and_grades(documents: dict[str, Document]) -> None:
    with as_file(files("koopkg_corpus")) as folder:
        known = {topic.id for topic in topics(folder / "eval" / "topics.tsv")}
        grades = judgments(folder / "eval" / "qrels.txt")
    assert set(grades) == known
    assert {case for judged in grades.values() for case in judged} <= set(documents)
    assert {grade for judged in grades.values() for grade in judged.values()} == {0, 1, 2, 3}
