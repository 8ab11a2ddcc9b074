"""Text is the same however it comes in, and nothing that is no text gets in."""

from __future__ import annotations

import unicodedata
from functools import partial

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from koopkg.errors import QueryError
from koopkg.ontology import Ontology
from koopkg.search import Filters, link, list_cases, search
from koopkg.snapshot import OpenSnapshot
from koopkg.text import is_web_address, normalise, printable, query_text, unusable

ANY = st.text(alphabet=st.characters(exclude_categories=()))
"""Lone surrogates, controls and noncharacters included."""


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Kla\u0308ranlage", "Kläranlage"),
        ("Klär\u00adan\u200blage", "Kläranlage"),
        ("\ufeffBauhof\u202e", "Bauhof"),
        ("a\u200b\u0308", "ä"),
        ("Auf\u200clage", "Auflage"),
        ("eins\r\nzwei\rdrei\u2028vier", "eins\nzwei\ndrei\nvier"),
        ("\u26bd\ufe0f", "\u26bd"),
    ],
)
def test_what_no_reader_sees_makes_no_difference(given: str, expected: str) -> None:
    assert normalise(given) == expected


@given(ANY)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once == unicodedata.normalize("NFC", once)


@given(ANY)
def test_what_is_usable_fits_into_xml(text: str) -> None:
    """Exactly the characters of XML 1.0 (production 2, Char), less the controls above ASCII and the block of noncharacters."""
    fits = [c in "\t\n\r" or " " <= c < "\x7f" or "\xa0" <= c < "\ud800" or "\ue000" <= c < "\ufdd0" or "\ufdf0" <= c < "\ufffe" or c > "\uffff" for c in text]
    found = unusable(text)
    assert (found.start() if found else None) == (fits.index(False) if False in fits else None)


@given(ANY)
def test_no_query_raises_anything_but_a_query_error(text: str) -> None:
    """Half characters are refused; what comes through has no control characters."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        with pytest.raises(QueryError, match="half a character") as caught:
            query_text(text, field="q")
        assert str(caught.value).encode()
    else:
        assert unusable(query_text(text, field="q")) is None


@given(st.binary(min_size=1, max_size=40))
def test_any_file_name_can_be_shown_and_tells_apart(name: bytes) -> None:
    shown = printable(name.decode("utf-8", "surrogateescape"))
    assert shown.encode()
    assert unusable(shown) is None
    assert "\n" not in shown
    assert printable("a\udcff") != printable("a\\xff")


@given(st.sampled_from(["https://a.de/", "http://x", "HTTP://", "javascript:", ""]), st.text(max_size=30))
def test_a_web_address_can_stand_in_the_graph(begin: str, rest: str) -> None:
    if is_web_address(begin + rest):
        assert ox.NamedNode(begin + rest).value.lower().startswith(("http://", "https://"))


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "//x.de/a",
        "/a",
        "x.de",
        "http://",
        "https:///a",
        "http:/x.de",
        "https://x.de:99999/",
        "https://x .de",
        "ftp://x.de",
        "http://[::1",
    ],
)
def test_other_addresses_are_none(text: str) -> None:
    assert not is_web_address(text)


def test_labels_of_the_ontology_are_normalised(ontology: Ontology) -> None:
    """Texts are normalised before labels are looked for, so labels have to be as well."""
    labels = [label.text for concept in ontology.concepts.values() for label in concept.labels]
    labels += [name for land in ontology.territories.values() for _, name in land.names]
    assert labels
    assert [label for label in labels if normalise(label) != label] == []


DISGUISES = [
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: "\u200b".join(text),
    lambda text: text.replace("l", "l\u00ad"),
    lambda text: "\ufeff" + text + "\u202c",
]


@pytest.mark.parametrize("disguise", DISGUISES)
def test_search_answers_alike_in_every_disguise(disguise: object, opened: OpenSnapshot) -> None:
    """Hits, understanding and filters."""
    text, state = "gemeinsamer Bauhof in Wipperfürth", "Baden-Württemberg"
    assert callable(disguise)
    assert search(opened, disguise(text)) == search(opened, text)
    assert link(opened, disguise(text)) == link(opened, text)
    assert search(opened, "Bauhof", Filters(state=(disguise(state),))) == search(opened, "Bauhof", Filters(state=(state,)))
    assert list_cases(opened, Filters(state=(disguise(state),))).total > 0


@pytest.mark.parametrize("text", ["Bauhof \ud83d", "\udcff"])
def test_half_a_character_is_refused_everywhere(text: str, opened: OpenSnapshot) -> None:
    for ask in (partial(search, opened), partial(link, opened), lambda value: list_cases(opened, Filters(state=(value,)))):
        with pytest.raises(QueryError, match="half a character; expected valid Unicode"):
            ask(text)


def test_text_of_nothing_visible_is_empty(opened: OpenSnapshot) -> None:
    with pytest.raises(QueryError, match="q: is empty"):
        search(opened, "\u200b\u00ad\x00")
