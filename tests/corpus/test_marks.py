"""The marked sentences keep what their README says of them."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from koopkg.annotated import annotated_texts, counted_texts, judged_sentences, labelled_texts
from koopkg.deciding.telling import TOLD
from koopkg.ontology import Ontology
from koopkg.pipeline import bundled_corpus
from koopkg.text import with_whole_words

_REASONS = {"has", "negated", "plan", "past", "other", "member", "scenery", "boilerplate", "definition"}
_SCHEMES = {"legal-form", "sector", "activity"}


@pytest.fixture(scope="module")
def clauses() -> list[dict[str, Any]]:
    lines = (bundled_corpus().parent / "marks" / "clauses.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_a_mark_quotes_whole_words_where_it_says(clauses: list[dict[str, Any]]) -> None:
    wrong = []
    for clause in clauses:
        text = clause["text"]
        for mark in clause["marks"]:
            start, end = mark["start"], mark["start"] + len(mark["quote"])
            in_word = text[:start][-1:].isalpha() or text[end:][:1].isalpha()
            if text[start:end] != mark["quote"] or in_word:
                wrong.append((text, mark["quote"]))
    assert not wrong


def test_a_mark_names_a_concept_in_use_and_why(clauses: list[dict[str, Any]], ontology: Ontology) -> None:
    marks = [mark for clause in clauses for mark in clause["marks"]]
    assert {mark["scheme"] for mark in marks} == _SCHEMES
    assert {mark["why"] for mark in marks} == _REASONS
    assert [mark for mark in marks if mark["holds"] is not (mark["why"] == "has")] == []
    assert [mark for mark in marks if ontology.concept(mark["scheme"], mark["concept"]).is_deprecated] == []


def test_texts_about_several_cooperations_say_how_many_and_none_is_measured_by() -> None:
    counted = counted_texts(bundled_corpus().parent / "marks" / "several.jsonl")
    assert len({text.id for text in counted}) == len({text.text for text in counted}) == len(counted)
    assert [text.id for text in counted if (text.cooperations is not None and text.cooperations >= 2) is not (text.case == "several")] == []
    assert {(text.case, text.language) for text in counted} >= {("several", "de"), ("several", "en"), ("one", "de"), ("one", "en"), ("none", "de")}
    measured = {text.text for text in annotated_texts(bundled_corpus().parent / "eval" / "links")}
    assert measured.isdisjoint(text.text for text in counted)


def test_no_text_and_no_mark_comes_twice(clauses: list[dict[str, Any]]) -> None:
    texts = Counter(clause["text"] for clause in clauses)
    assert [text for text, count in texts.items() if count > 1] == []
    for clause in clauses:
        places = Counter((mark["scheme"], mark["concept"], mark["start"]) for mark in clause["marks"])
        assert max(places.values()) == 1, clause["text"]
    assert {clause["language"] for clause in clauses} == {"de", "en"}


def test_the_readme_counts_what_there_is() -> None:
    folder = bundled_corpus().parent / "marks"
    texts, judged = labelled_texts(folder), judged_sentences(folder / "judged.jsonl")
    marked = [text for text in texts if all(scheme in text.gold for scheme in TOLD)]
    told = sum(len(text.gold[scheme]) for text in marked for scheme in TOLD)
    said = " ".join((folder / "README.md").read_text(encoding="utf-8").split())
    assert f"{sum(text.case for text in texts)} have a case" in said
    assert f"{sum(not text.case for text in texts)} have none" in said
    assert f"Of {len(marked)} it is known which success factors and obstacles they tell: {told} times" in said
    assert f"`several.jsonl`: {len(counted_texts(folder / 'several.jsonl'))} invented texts" in said
    assert f"`judged.jsonl`: {len(judged)} sentences" in said
    assert f"Of these {sum(all(sentence.accepted) for sentence in judged)} were accepted" in said


def test_what_readers_judged_stands_in_the_text_that_it_was_proposed_for() -> None:
    """Also for the test half of the annotated texts, none of which is learned from."""
    corpus = bundled_corpus().parent
    measured = {text.id: text for text in annotated_texts(corpus / "eval" / "links")}
    learned = {text.id: text.text for text in labelled_texts(corpus / "marks")} | {name: text.text for name, text in measured.items() if text.split == "dev"}
    for_learning, for_measuring = judged_sentences(corpus / "marks" / "judged.jsonl"), judged_sentences(corpus / "eval" / "links" / "judged.jsonl")
    assert {sentence.text for sentence in for_measuring} <= {name for name, text in measured.items() if text.split == "test"}
    texts = learned | {sentence.text: measured[sentence.text].text for sentence in for_measuring}
    astray = [item for item in (*for_learning, *for_measuring) if "".join(item.sentence.split()) not in "".join(with_whole_words(texts[item.text]).split())]
    assert astray == []
    assert all(item.accepted and item.scheme in TOLD for item in (*for_learning, *for_measuring))
