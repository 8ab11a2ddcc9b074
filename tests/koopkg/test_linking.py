"""Texts are linked to concepts and places: compounds and inflection are found, confusable forms refused, offsets exact."""

from __future__ import annotations

import gc
import random
import time
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koopkg import analyses as analyses_module
from koopkg.analyses import Analyses
from koopkg.caches import CheckedTable
from koopkg.language import detect_language
from koopkg.linking import Linker, open_labels, save_labels
from koopkg.linking.lexicon import is_abbreviation, labels_of
from koopkg.model import Document, Language, Link, Linked, PlaceLink
from koopkg.morphology import Morphology
from koopkg.ontology import Ontology
from koopkg.register import Register
from tests.conftest import DATA, passages


def lines(name: str) -> list[str]:
    return [line for line in (DATA / name).read_text(encoding="utf-8").splitlines() if line.strip() and not line.startswith("#")]


MENTIONS = [tuple(part.strip() for part in line.split("|")) for line in lines("mentions.txt")]
NO_EVIDENCE = [tuple(line.split()) for line in lines("no-evidence.txt")]
QUESTIONS = [tuple(part.strip() for part in line.split("|")) for line in lines("questions.txt")]
CARRIERS: dict[str, list[str]] = {
    "de": [
        "Die Nachbarn sprachen lange über {}.",
        "Wir {} das gemeinsam.",
        "Was {} die anderen?",
        "Sie wollen {}.",
        "{} ist hier die Frage.",
        "Niemand sagte {} und ging.",
        "Das ist {} gut so.",
        "warum {} wir nicht",
        "In den Orten rundum hört man oft {} davon.",
        "Es heißt, {} sei besser.",
    ],
    "en": [
        "They talked about {}.",
        "We {} it together.",
        "What {} the others say?",
        "They want to {}.",
        "{} is the question here.",
        "Nobody said {} and left.",
        "That is {} good.",
        "why {} we not",
        "In all these places one often hears {} of it.",
        "It {} now.",
    ],
}
ANALYSES = Analyses()


@pytest.fixture(scope="module")
def linker(ontology: Ontology) -> Linker:
    return Linker(ontology, Register.bundled(), ANALYSES)


def link(linker: Linker, text: str) -> Linked:
    return linker.link(passages(text), "de")


def named(linked: Linked) -> list[Link | PlaceLink]:
    return [*linked.concepts, *linked.places]


@pytest.mark.parametrize(("text", "concept", "expected"), MENTIONS)
def test_mentions_to_accept_and_to_refuse(text: str, concept: str, expected: str, linker: Linker) -> None:
    """tests/data/mentions.txt, one judgment a line."""
    found = {f"{link.scheme}/{link.slug}" for link in link(linker, text).concepts}
    assert (concept in found) == (expected == "yes")


def test_quotes_are_what_stands_at_the_offsets(linker: Linker, tiny_documents: dict[str, Document]) -> None:
    for document in tiny_documents.values():
        linked = linker.link(document.passages, document.language, state=document.cases[0].state)
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
    assert [item.slug for item in link(linker, "Die Kirchen sind alle dabei.").concepts] == ["kirche"]
    assert link(linker, "Die Gemeinde Kirchen (Sieg) ist dabei.").concepts == ()


def test_place_is_resolved_to_its_key(linker: Linker) -> None:
    place = link(linker, "Der Bauhof liegt in Wipperfürth.").places[0]
    assert (place.name, place.ags, place.state) == ("Wipperfürth", "05374052", "Nordrhein-Westfalen")


@pytest.mark.parametrize(
    ("text", "named_place"),
    [
        ("Das Essen schmeckte allen", None),
        ("Die Stadt Essen beteiligt sich", "Essen"),
        ("Bauhof Essen", None),
        ("Bauhof in Essen", "Essen"),
        ("Nahwärme Genossenschaft Dorf", None),
        ("am Laufen", None),
        ("Gemeinde Laufen", "Laufen"),
        ("Gehen und Laufen", None),
        ("Much ado about it", None),
        ("depot near Essen", "Essen"),
        ("Bauhof Köln", "Köln"),
        ("Kooperation Köln, Essen", "Köln"),
    ],
)
def test_name_that_is_a_word_needs_a_cue_in_texts_and_queries(text: str, named_place: str | None, linker: Linker) -> None:
    for linked in (link(linker, text), linker.link_query(text)):
        assert next((place.name for place in linked.places), None) == named_place


def test_places_after_a_place_need_no_cue_of_their_own(linker: Linker) -> None:
    found = [place.name for place in link(linker, "Beteiligt sind Köln, Essen und Halle sowie Regen.").places]
    assert found == ["Köln", "Essen", "Halle (Saale)", "Regen"]


def test_a_word_that_may_name_a_place_is_not_taken_apart(linker: Linker) -> None:
    """Wasserburg in Bavaria is no water supply; a word that no place has as its name is taken apart."""
    assert "wasser" not in {item.slug for item in link(linker, "Die Wasserburg liegt am Rand.").concepts}
    assert "abwasser" in {item.slug for item in link(linker, "Der Abwasserzweckverband liegt am Rand.").concepts}


@pytest.mark.parametrize(("language", "carrier"), [(language, carrier) for language, carriers in CARRIERS.items() for carrier in carriers])
def test_everyday_words_name_nothing(language: Language, carrier: str, linker: Linker) -> None:
    """tests/data/no-evidence.txt in a text and in a query, with a capital where the sentence begins with the word."""
    misled = []
    for spoken, word in NO_EVIDENCE:
        text = carrier.format(word.capitalize() if carrier.startswith("{}") else word)
        if spoken == language and (named(linker.link_query(text)) or named(linker.link(passages(text), language))):
            misled.append(word)
    assert misled == []


def test_the_table_of_everyday_words_is_large() -> None:
    assert min(sum(spoken == language for spoken, _ in NO_EVIDENCE) for language in CARRIERS) >= 100
    assert {"was", "sich", "laufen", "run", "ends", "alt", "ging"} <= {word for _, word in NO_EVIDENCE}


@pytest.mark.parametrize("words", lines("misleading.txt"))
def test_misleading_words_name_no_concept(words: str, linker: Linker) -> None:
    """tests/data/misleading.txt, one a line."""
    assert link(linker, f"Die Gemeinden sprachen über {words}").concepts == ()


@pytest.mark.parametrize(("question", "expected"), QUESTIONS)
def test_everyday_questions_name_what_they_are_about_and_nothing_else(question: str, expected: str, linker: Linker) -> None:
    """tests/data/questions.txt, one a line; the expected concepts were written down by hand."""
    assert ", ".join(f"{item.scheme}/{item.slug}" for item in linker.link_query(question).concepts) == expected


@pytest.mark.parametrize(
    ("query", "concept", "expected"),
    [
        ("Die Kräfte zu vereinen war das Ziel", "legal-form/verein", False),
        ("vereine im dorf", "legal-form/verein", True),
        ("Gemeinden pflegen ihre Wege", "sector/pflege", False),
        ("pflege in der gemeinde", "sector/pflege", True),
        ("wer kann uns beim bauhof helfen", "sector/baubetriebshof", True),
        ("Bauhof zweckverband", "legal-form/zweckverband", True),
        ("bauhof in Hessen", "sector/baubetriebshof", True),
        ("BAUHOF HESSEN", "sector/baubetriebshof", True),
        ("man will die Nachbarn einladen und laden sie ein", "sector/nahversorgung", False),
        ("laden im dorf", "sector/nahversorgung", True),
        ("gescheiterte Kooperation Bauhof", "status/gescheitert", True),
        ("we trust our partners", "success-factor/vertrauen", False),
        ("mutual trust of the partners", "success-factor/vertrauen", True),
        ("legal form for a shared depot", "legal-form/forum", False),
        ("waste water", "sector/abfall", False),
        ("waste water", "sector/abwasser", True),
        ("waste collection", "sector/abfall", True),
    ],
)
def test_letters_count_in_queries_as_far_as_the_writer_uses_them(query: str, concept: str, expected: bool, linker: Linker) -> None:
    assert (concept in {f"{item.scheme}/{item.slug}" for item in linker.link_query(query).concepts}) is expected


def test_query_needs_no_capitals_and_takes_weak_labels(linker: Linker) -> None:
    found = {f"{item.scheme}/{item.slug}" for item in linker.link_query("wasser und verband").concepts}
    assert {"sector/wasser", "legal-form/zweckverband"} <= found


def test_umlauts_may_be_written_out(linker: Linker) -> None:
    assert "mobilitaet-oepnv" in {item.slug for item in linker.link_query("Buergerbus").concepts}


def test_english_query_is_linked_by_english_labels(linker: Linker) -> None:
    linked = linker.link_query("joint drinking water supply")
    assert linked.language == "en"
    assert [item.slug for item in linked.concepts] == ["trinkwasserversorgung", "wasser"]


def test_names_of_the_other_language_count_beside_those_of_the_own(linker: Linker) -> None:
    linked = linker.link_query("Zweckverband for drinking water")
    assert linked.language == "en"
    found = [f"{item.scheme}/{item.slug}" for item in linked.concepts]
    assert found == ["activity/trinkwasserversorgung", "legal-form/zweckverband", "sector/wasser"]


@pytest.mark.parametrize(
    "text", ["Bus", "Sport", "OZG", "Carsharing", "Bibliothek", "Museum", "Tourismus Marketing", "Smart City", "Co-Working Space auf dem Land"]
)
def test_german_words_that_look_english_are_german(text: str, linker: Linker) -> None:
    assert detect_language(text) == "de"
    assert linker.link_query(text).language == "de"


@pytest.mark.parametrize(
    ("text", "expected"), [("bus", "de"), ("bibliothek", "de"), ("Library", "en"), ("community bus", "en"), ("waste water", "en"), ("xyz", "de")]
)
def test_without_function_words_labels_tell_the_language(text: str, expected: str, linker: Linker) -> None:
    assert linker.link_query(text).language == expected


@pytest.mark.parametrize(
    ("word", "label", "expected"),
    [
        ("Wassers", "Wasser", True),
        ("Was", "Wasser", False),
        ("Busse", "Bus", True),
        ("Buß", "Bus", False),
        ("Gassen", "Gas", False),
        ("Bäder", "Bad", True),
        ("Bad", "Bäder", True),
        ("Bauer", "Bau", False),
        ("Bauen", "Bau", False),
        ("Alt", "Alter", False),
        ("Vereinigung", "Verein", False),
        ("Senior", "Senioren", True),
        ("Buergerbusse", "Bürgerbus", True),
        ("geplanter", "Geplant", True),
    ],
)
def test_only_inflection_makes_a_form_of_a_label(word: str, label: str, expected: bool) -> None:
    assert Morphology("de", ANALYSES).is_form(word, label, is_noun=True) is expected


def test_words_longer_than_any_are_neither_taken_apart_nor_remembered(tmp_path: Path) -> None:
    analyses = Analyses.cache(tmp_path / "analyses.sqlite")
    german = Morphology("de", analyses)
    word = "Wasser" * 1000
    assert german.parts(word) == ()
    assert len(german.stem(word)) <= 100
    analyses.save(tmp_path / "saved.sqlite")
    assert len(CheckedTable.published(tmp_path / "saved.sqlite")) == 0


def test_what_is_kept_in_memory_has_a_bound_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(analyses_module, "_MOST_REMEMBERED", 5)
    analyses = Analyses.cache(tmp_path / "analyses.sqlite")
    for word in ("Abwasser", "Bürgerbus", "Dorfladen", "Hallenbad", "Rathaus", "Standesamt", "Feuerwehr"):
        analyses.segments(word)
        assert len(analyses._recent) <= 5
    analyses.save(tmp_path / "saved.sqlite")
    assert len(CheckedTable.published(tmp_path / "saved.sqlite")) == 7


@lru_cache(maxsize=1)
def _without_places() -> Linker:
    return Linker(Ontology.bundled(), Register.bundled(), ANALYSES)


def costly_texts(size: int) -> dict[str, str]:
    """Texts that make a step without a bound slow: its time grows with the square of a word, of the matches, of a gap, of a run of parts."""
    letters = random.Random(5)
    word = "".join(letters.choice("abcdefghijklmnoprstuwz") for _ in range(size)).capitalize()
    repeated = {
        "label": "Bus ",
        "labels inside labels": "Wasserversorgung Feuerwehrhaus ",
        "begun labels": "öffentlich-rechtliche ",
        "places": "Bad Hersfeld, Essen und ",
        "abbreviations": "e. V.",
        "apostrophes": "a'",
        "hyphens": "a-",
        "gaps": "Bus" + " " * 500,
        "one gap": " ",
        "signs": "🚌",
        "lines": "a\n",
        "words of both languages": "und the ",
    }
    return {"word": word, "label in a word": ("Wasser" * size)[:size], **{name: (part * size)[:size] for name, part in repeated.items()}}


def test_cost_is_bounded_by_the_length_of_a_text(linker: Linker, tiny_documents: dict[str, Document]) -> None:
    """Processor time against that of ordinary text of the same length, whose words are new to it; each runs in well below a second."""
    ordinary = " ".join(passage.text for document in tiny_documents.values() for passage in document.passages)
    fresh = Linker(Ontology.bundled(), Register.bundled(), Analyses())

    def seconds(text: str) -> float:
        gc.disable()  # what other tests have left in memory is not gone through meanwhile
        begin = time.process_time()
        fresh.link_query(text)
        fresh.link(passages(text), detect_language(text))
        gc.enable()
        return time.process_time() - begin

    allowed = 3 * seconds(ordinary)
    assert {name: spent for name, text in costly_texts(len(ordinary)).items() if (spent := seconds(text)) > allowed} == {}


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
    linked = _without_places().link(passages(text), "de") if words else Linked("de", (), ())
    for item in named(linked):
        assert 0 < item.confidence < 1
        assert all(text[mention.start : mention.end] == mention.quote for mention in item.evidence)


def test_ontology_and_labels_come_back_from_their_files_as_they_were(ontology: Ontology, tmp_path: Path) -> None:
    ontology.save(tmp_path / "terms.json")
    save_labels(ontology, tmp_path / "labels.json")
    opened = Ontology.open(tmp_path / "terms.json")
    assert (opened.concepts, opened.territories, opened.unlinked_schemes) == (ontology.concepts, ontology.territories, ontology.unlinked_schemes)
    assert (opened.scheme_labels, opened.property_labels) == (ontology.scheme_labels, ontology.property_labels)
    assert open_labels(tmp_path / "labels.json") == labels_of(ontology) == labels_of(opened)
