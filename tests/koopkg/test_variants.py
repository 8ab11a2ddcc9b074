"""Other ways of writing are made by rule, the same in every run, and change what they say and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koopkg.evaluation import Topic
from koopkg.evaluation.variants import VARIANTS, variants
from koopkg.morphology import Analyses, Morphology
from tests.koopkg.test_topics import topic

GERMAN = Morphology("de", Analyses())
WORDS = st.lists(
    st.sampled_from("Größere Bürgerbusse fahren ärztlich Standesamtsbezirk Straße im ÖPNV Genossenschaften aaaaaa über x 24 –".split()), min_size=1
)


def variants_of(text: str, name: str = "t") -> dict[str, str]:
    return {variant: found.text for variant, found in variants(replace(topic(name), text=text), GERMAN).items()}


@pytest.mark.parametrize(
    ("variant", "text", "expected"),
    [
        ("umlaut as ae", "Ärzte für Bürger", "Aerzte fuer Buerger"),
        ("umlaut dropped", "Ärzte für Bürger", "Arzte fur Burger"),
        ("ß as ss", "Straßen", "Strassen"),
        ("compounds split", "Ein Dorfladen, zwei Standesamtsbezirke", "Ein Dorf Laden, zwei Standes Amts Bezirke"),
        ("lower case", "Bauhof der Stadt", "bauhof der stadt"),
        ("upper case", "Straße", "STRASSE"),
        ("inflected", "Schule als Genossenschaft", "Schule als Genossenschaften"),
        ("inflected", "Genossenschaften", "Genossenschaft"),
        ("inflected", "ein Bauhof", "ein Bauhofs"),
        ("inflected", "Gemeinde", "Gemeinden"),
        ("inflected", "Rathäuser", "Rathäusern"),
        ("inflected", "Frauenhaus", "Frauenhauses"),
    ],
)
def test_variants_by_hand(variant: str, text: str, expected: str) -> None:
    assert variants_of(text)[variant] == expected


@given(WORDS)
def test_variants_differ_and_come_out_the_same_again(words: list[str]) -> None:
    text = " ".join(words)
    found = variants_of(text)
    assert found.keys() <= VARIANTS.keys()
    assert text not in found.values()
    assert found == variants_of(text)


@given(WORDS)
def test_a_slip_is_one_within_the_longest_word(words: list[str]) -> None:
    """First and last letter of every word stay; one is missing, or two are in each other's place."""
    text, found = " ".join(words), variants_of(" ".join(words))
    longest = max(len(word) for word in words if word.isalpha()) if any(word.isalpha() for word in words) else 0
    if dropped := found.get("letter dropped"):
        pairs = [(old, new) for old, new in zip(words, dropped.split(" "), strict=True) if old != new]
        [(old, new)] = pairs
        assert len(old) == longest == len(new) + 1
        assert (old[0], old[-1]) == (new[0], new[-1])
        assert any(old[:place] + old[place + 1 :] == new for place in range(len(old)))
    if swapped := found.get("letters swapped"):
        differing = [place for place in range(len(text)) if text[place] != swapped[place]]
        assert len(swapped) == len(text)
        assert differing == [differing[0], differing[0] + 1]
        assert sorted(text) == sorted(swapped)


@given(WORDS)
def test_case_and_blanks_change_no_letters(words: list[str]) -> None:
    text = " ".join(words)
    found = variants_of(text)
    assert found.get("lower case", text).casefold() == text.casefold() == found.get("upper case", text).casefold()
    assert found.get("compounds split", text).replace(" ", "").casefold() == text.replace(" ", "").casefold()
    assert not set("äöüÄÖÜ") & set(found.get("umlaut as ae", "") + found.get("umlaut dropped", ""))


def test_a_slip_depends_on_the_topic() -> None:
    slips = {variants_of("Wasserversorgungsgenossenschaft", f"t{number}")["letter dropped"] for number in range(20)}
    assert len(slips) > 5


def test_english_is_neither_split_nor_inflected() -> None:
    english: Topic = replace(topic(), language="en", text="Community hospital Partnership")
    assert not {"compounds split", "inflected"} & variants(english, GERMAN).keys()
    assert variants(english, GERMAN)["lower case"].language == "en"
