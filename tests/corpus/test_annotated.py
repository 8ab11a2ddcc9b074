"""The annotated texts and marked sentences: whole, of concepts and places that there are, and enough of each kind."""

from __future__ import annotations

from collections import Counter
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from koopkg.annotated import (
    AnnotatedText,
    AnnotationError,
    annotated_text,
    annotated_texts,
    labelled_texts,
    marked_clauses,
    marked_sentences,
    telling_texts,
)
from koopkg.ontology import Ontology
from koopkg.pipeline import bundled_corpus
from koopkg.register import Register


@pytest.fixture(scope="module")
def texts() -> list[AnnotatedText]:
    with as_file(files("koopkg_corpus")) as corpus:
        return annotated_texts(corpus / "eval" / "links")


def test_all_concepts_and_places_exist(texts: list[AnnotatedText], ontology: Ontology) -> None:
    register = Register.bundled()
    for text in texts:
        for scheme in (*text.gold, *text.accept):
            for slug in text.right(scheme) | text.doubtful(scheme):
                assert not ontology.concept(scheme, slug).is_deprecated, f"{text.id}: {scheme}/{slug}"
        for trap in text.mentioned:
            assert ontology.concept(trap.scheme, trap.concept)
        for place in text.places:
            assert place.ags is None or register.get(place.ags), f"{text.id}: {place.name}"


def test_texts_without_a_case_have_nothing(texts: list[AnnotatedText]) -> None:
    none = [text for text in texts if text.case == "none"]
    assert len(none) >= 12
    assert not [text.id for text in none if any(text.right(scheme) for scheme in text.gold)]


def test_there_are_enough(texts: list[AnnotatedText]) -> None:
    assert len(texts) >= 120
    assert len({text.text for text in texts}) == len(texts)


def test_both_halves_hold_every_frequent_kind(texts: list[AnnotatedText]) -> None:
    kinds = Counter((text.kind, text.split) for text in texts)
    for kind in ("press", "web-page", "report", "english", "council-paper", "minutes"):
        assert kinds[kind, "dev"] >= 2
        assert kinds[kind, "test"] >= 2


def test_marked_sentences_stand_in_their_cases(ontology: Ontology) -> None:
    with as_file(files("koopkg_corpus")) as corpus:
        bodies = {path.stem: path.read_text(encoding="utf-8") for path in Path(bundled_corpus()).glob("*.md")}
        marks = marked_sentences(corpus / "marks")
    assert len({mark.case for mark in marks}) >= 280
    for mark in marks:
        assert mark.sentence in bodies[mark.case], mark
        assert not ontology.concept(mark.scheme, mark.concept).is_deprecated


def test_labelled_and_telling_texts_name_concepts_that_there_are(ontology: Ontology) -> None:
    with as_file(files("koopkg_corpus")) as corpus:
        labelled, telling = labelled_texts(corpus / "marks"), telling_texts(corpus / "marks" / "told.jsonl")
    named = [(scheme, slug) for text in labelled for scheme in (*text.gold, *text.accept) for slug in text.right(scheme) | text.doubtful(scheme)]
    named += [(scheme, slug) for text in telling for scheme, slugs in text.told.items() for slug in slugs]
    assert all(not ontology.concept(scheme, slug).is_deprecated for scheme, slug in named)
    assert len({text.id for text in labelled}) == len({text.text for text in labelled}) == len(labelled) >= 200
    assert 0.05 <= sum(not text.case for text in labelled) / len(labelled) <= 0.4
    assert all(len(text.right("legal-form")) <= 1 for text in labelled)
    assert not [text.id for text in labelled for scheme in text.gold if not text.right(scheme).isdisjoint(text.accept.get(scheme, ()))]
    assert not [text for text in labelled if not text.case and text.gold]
    assert len({text.text for text in telling}) == len(telling) >= 1200
    assert {scheme for text in telling for scheme in text.told} == {"success-factor", "obstacle"}


def test_marked_clauses_name_concepts_that_there_are(ontology: Ontology) -> None:
    with as_file(files("koopkg_corpus")) as corpus:
        clauses = marked_clauses(corpus / "marks" / "clauses.jsonl")
    assert len(clauses) >= 800
    marks = [mark for clause in clauses for mark in clause.marks]
    assert 0.35 <= sum(mark.holds for mark in marks) / len(marks) <= 0.6
    assert all(not ontology.concept(mark.scheme, mark.concept).is_deprecated for mark in marks)
    assert all(mark.holds == (mark.why == "has") or mark.why == "member" for mark in marks)


_PLAIN = {
    "id": "a", "kind": "press", "split": "dev", "language": "de", "case": "one", "text": "Ein Bauhof.",
    "gold": {}, "accept": {}, "mentioned": [], "facts": {}, "places": [],
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "b"}, "not the name of the file"),
        ({"split": "train"}, "split"),
        ({"unknown": 1}, "unknown"),
        ({"gold": {"success-factor": [{"concept": "vertrauen", "quote": "steht nicht da"}]}}, "'steht nicht da' does not stand in the text"),
        ({"places": [{"name": "Anderswo", "ags": None}]}, "'Anderswo' does not stand in the text"),
    ],
)
def test_faults_are_told(change: dict[str, object], message: str) -> None:
    assert annotated_text(_PLAIN, "a.yaml").id == "a"
    with pytest.raises(AnnotationError, match=message):
        annotated_text({**_PLAIN, **change}, "a.yaml")
