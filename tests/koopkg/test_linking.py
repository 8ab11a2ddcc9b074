"""Texts are linked to concepts and places: compounds and inflection are found, confusable forms refused, offsets exact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koopkg.linking import Linked, Linker
from koopkg.linking.lexicon import is_abbreviation
from koopkg.model import Document, Link, PlaceLink
from koopkg.morphology import Analyses, Morphology
from koopkg.ontology import Ontology
from koopkg.reading import passages
from tests.conftest import DATA

MENTIONS = [
    tuple(part.strip() for part in line.split("|"))
    for line in (DATA / "mentions.txt").read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]
ANALYSES = Analyses()


@pytest.fixture(scope="module")
def linker(ontology: Ontology, tiny_documents: dict[str, Document]) -> Linker:
    return Linker(ontology, [document.case for document in tiny_documents.values()], ANALYSES)


def link(linker: Linker, text: str) -> Linked:
    return linker.link(passages(text, document_id="x"), "de")


def named(linked: Linked) -> list[Link | PlaceLink]:
    return [*linked.concepts, *linked.places]


@pytest.mark.parametrize(("text", "concept", "expected"), MENTIONS)
def test_mentions_to_accept_and_to_refuse(text: str, concept: str, expected: str, linker: Linker) -> None:
    """tests/data/mentions.txt, one judgment a line."""
    found = {f"{link.scheme}/{link.slug}" for link in link(linker, text).concepts}
    assert (concept in found) == (expected == "yes")


def test_quotes_are_what_stands_at_the_offsets(linker: Linker, tiny_documents: dict[str, Document]) -> None:
    for document in tiny_documents.values():
        linked = linker.link(document.passages, document.language, state=document.case.state)
        for item in named(linked):
            assert item.evidence
            for mention in item.evidence:
                assert document.text[mention.start : mention.end] == mention.quote


def test_a_part_of_a_compound_is_quoted_alone(linker: Linker) -> None:
    sector = next(item for item in link(linker, "Der Abwasserzweckverband plant.").concepts if item.slug == "abwasser")
    assert [mention.quote for mention in sector.evidence] == ["Abwasser"]


def test_longest_match_of_a_scheme_wins(linker: Linker) -> None:
    forms = {item.slug for item in link(linker, "Sie schlossen eine delegierende Zweckvereinbarung.").concepts if item.scheme == "legal-form"}
    assert forms == {"oeffentlich-rechtliche-vereinbarung-delegierend"}


def test_concepts_inside_place_names_do_not_count(linker: Linker) -> None:
    linked = link(linker, "Beteiligt sind Bodnegg und der Landkreis Bad Tölz.")
    assert [place.name for place in linked.places] == ["Bodnegg"]


def test_place_is_resolved_to_its_key(linker: Linker) -> None:
    place = link(linker, "Der Bauhof liegt in Wipperfürth.").places[0]
    assert (place.name, place.ags, place.state) == ("Wipperfürth", "05374052", "Nordrhein-Westfalen")


def test_everyday_word_needs_a_cue_to_be_a_place(ontology: Ontology, tiny_documents: dict[str, Document]) -> None:
    from dataclasses import replace

    from koopkg.model import Place

    case = replace(tiny_documents["standesamt-lossetal"].case, places=(Place("Essen", "Stadt", "05113000"),))
    linker = Linker(ontology, [case], ANALYSES)
    assert not link(linker, "Das Essen schmeckte allen.").places
    assert link(linker, "Die Stadt Essen beteiligt sich.").places[0].ags == "05113000"


def test_query_needs_no_capitals_and_takes_weak_labels(linker: Linker) -> None:
    found = {f"{item.scheme}/{item.slug}" for item in linker.link_query("wasser und verband").concepts}
    assert {"sector/wasser", "legal-form/zweckverband"} <= found


def test_umlauts_may_be_written_out(linker: Linker) -> None:
    assert "mobilitaet-oepnv" in {item.slug for item in linker.link_query("Buergerbus").concepts}


def test_english_query_is_linked_by_english_labels(linker: Linker) -> None:
    linked = linker.link_query("joint drinking water supply")
    assert linked.language == "en"
    assert [item.slug for item in linked.concepts] == ["wasser"]


@pytest.mark.parametrize(("label", "expected"), [("AöR", True), ("eG", True), ("e. V.", True), ("Verein", False), ("Bus", False), ("Runder Tisch", False)])
def test_abbreviations_are_matched_as_written(label: str, expected: bool) -> None:
    assert is_abbreviation(label) is expected


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("Abwasserzweckverband", ["Abwasser", "zweck", "verband"]),
        ("Standesamtsbezirk", ["Stand", "amt", "bezirk"]),
        ("Hallenbad", ["Halle", "bad"]),
        ("Vereinbarung", []),
        ("Bauhof", []),
    ],
)
def test_compounds_are_taken_apart(word: str, parts: list[str]) -> None:
    """Expected by hand; words below seven letters and simple words stay whole."""
    assert [word[start:end] for start, end in Morphology("de", ANALYSES).parts(word)] == parts


@given(st.text(max_size=300))
def test_tokens_slice_the_text(text: str) -> None:
    position = 0
    for token in Morphology("de", ANALYSES).tokens(text):
        assert position <= token.start < token.end
        assert text[token.start : token.end] == token.surface
        position = token.end


@given(st.lists(st.sampled_from(["Zweckverband", "Verein", "in", "Hessen", "Bauhof", "e. V.", ".", "Bürgerbusverein", "AöR", "\n\n", "die"]), max_size=25))
def test_any_text_gives_exact_offsets_and_confidences_in_range(words: list[str]) -> None:
    text = " ".join(words)
    linked = Linker(Ontology.bundled(), [], ANALYSES).link(passages(text, document_id="x"), "de") if words else Linked("de", (), ())
    for item in named(linked):
        assert 0 < item.confidence < 1
        assert all(text[mention.start : mention.end] == mention.quote for mention in item.evidence)
