"""Which tasks a search text asks for, and which it may name in passing alone; by the bundled encoder and the weights that are installed."""

from __future__ import annotations

import pytest

from koopkg.evaluation import EvaluationError, ReaderQuery, learned_intent
from koopkg.index import Asked
from koopkg.search import link, search
from koopkg.search.intent import Intent, less_sure, likelihoods
from koopkg.search.question import meaning_of, question_of_text
from koopkg.snapshot import OpenSnapshot

PLANT = "Kläranlage stilllegen und an Nachbarstadt anschließen, Leitung müsste am Freibad und am Friedhof vorbei"
SHOP = "Dorfladen gemeinsam betreiben"


def test_what_a_text_names_perhaps_is_told_apart(opened: OpenSnapshot) -> None:
    understood = search(opened, PLANT).understood
    assert understood
    asked, perhaps = ({f"{entry.scheme}/{entry.slug}" for entry in entries} for entries in (understood.concepts, understood.perhaps))
    assert {"sector/abwasser", "activity/klaeranlage"} <= asked
    assert {"sector/friedhof", "sector/schwimmbad-sport"} <= perhaps
    assert {entry.role for entry in understood.concepts} == {"preference"}
    assert {entry.role for entry in understood.perhaps} == {"perhaps"}
    assert {entry.key for entry in understood.perhaps} <= {entry.key for entry in understood.all()}
    assert {f"{found.scheme}/{found.slug}" for found in link(opened, PLANT).concepts} == asked


def test_it_counts_by_how_likely_it_is_asked_for_and_can_be_taken_back(opened: OpenSnapshot) -> None:
    question, alone = question_of_text(opened, PLANT), question_of_text(opened, "Friedhof gemeinsam betreiben")
    [graveyard] = [found.iri for found in question.linked.concepts if found.iri in alone.asked and found.scheme == "sector"]  # type: ignore[union-attr]
    assert 0 < question.asked[graveyard] < 0.9 * alone.asked[graveyard]
    taken_back = question_of_text(opened, PLANT, without=["sector/friedhof"])
    assert graveyard not in taken_back.asked
    understood = search(opened, PLANT, without=["sector/friedhof"]).understood
    assert understood
    assert "sector/friedhof" not in {entry.key for entry in understood.all()}
    assert "sector/friedhof" in {entry.key for entry in understood.taken_back}


def test_the_likeliest_task_is_always_asked_for() -> None:
    least = Intent.bundled().least
    assert less_sure({}) == frozenset()
    assert less_sure({"a": least / 4}) == frozenset()
    assert less_sure({"a": least / 2, "b": least / 4}) == {"b"}
    assert less_sure({"a": least, "b": least - 0.01, "c": 0.999}) == {"b"}


def test_a_text_about_one_task_names_nothing_perhaps(opened: OpenSnapshot) -> None:
    understood = search(opened, SHOP).understood
    assert understood
    assert understood.concepts
    assert understood.perhaps == ()


def test_where_no_tasks_were_learned_and_in_a_paper_all_that_is_named_is_asked_for(opened: OpenSnapshot) -> None:
    named = opened.linker.link_query(PLANT)
    meaning = meaning_of(opened, PLANT, named)
    assert likelihoods(named, PLANT, meaning, opened.ontology)
    assert likelihoods(named, PLANT, Asked(meaning.direction, {}, 0.0), opened.ontology) == {}
    assert likelihoods(named, PLANT + " " * 500, meaning, opened.ontology) == {}


def test_what_speaks_for_a_task_is_learned_of_queries(opened: OpenSnapshot) -> None:
    """Alike each time; of queries that are about what stands first, that this tells."""
    pairs = [
        ("Bauhof", "baubetriebshof"),
        ("Feuerwehr", "feuerwehr"),
        ("Friedhof", "friedhof"),
        ("Standesamt", "verwaltung"),
        ("Kita", "kita"),
        ("Hallenbad", "schwimmbad-sport"),
    ]
    queries = [
        ReaderQuery(f"{first}-{second}", "train", "de", sector, frozenset(), f"{first} gemeinsam betreiben, {second} gibt es auch")
        for first, sector in pairs
        for second, _ in pairs
        if first != second
    ]
    learned = learned_intent(opened, queries)
    assert learned == learned_intent(opened, queries)
    assert learned.weights["place"] < 0
    assert learned.weights.keys() == Intent.bundled().weights.keys()
    assert learned.figures["false"] < learned.figures["false_before"]
    with pytest.raises(EvaluationError, match="no query names a task"):
        learned_intent(opened, [ReaderQuery("x", "train", "de", "abfall", frozenset(), "etwas ganz anderes")])
