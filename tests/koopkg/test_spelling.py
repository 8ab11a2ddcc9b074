"""Slips of a search text are put right where that gives words that there are, and nothing else is touched."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koopkg.model import LANGUAGES
from koopkg.search import Correction, search
from koopkg.search.spelling import corrected
from koopkg.snapshot import OpenSnapshot
from koopkg.wordlist import WordList
from tests.koopkg.worlds import record, world

SHOP = "Der Dorfladen gehört einer Genossenschaft. Die Bürger betreiben ihn gemeinsam, und die Gemeinde fördert die Versorgung."
BUS = "Der Bürgerbus hält am Dorfladen und am Feuerwehrhaus. Ehrenamtliche fahren ihn durch die Dörfer."
STATION = "Zwei Dörfer bauen ein Feuerwehrhaus. Die Feuerwehr hat darin eine Werkstatt, und die Gemeinde trägt die Kosten."


@pytest.fixture(scope="module")
def villages(tmp_path_factory: pytest.TempPathFactory, known_vectors: Path) -> OpenSnapshot:
    """Three cases; two of them have a Dorfladen, two a Feuerwehrhaus."""
    return world(
        tmp_path_factory,
        known_vectors,
        record("laden", body=SHOP, title="Dorfladen als Genossenschaft", title_en="Village shop as a cooperative", activities=["dorfladen"]),
        record("bus", body=BUS, title="Bürgerbus im Tal", title_en="Community bus in the valley", activities=["buergerbus"]),
        record("wehr", body=STATION, title="Haus der Feuerwehr", title_en="Fire station of two villages", activities=["gemeinsame-feuerwehr"]),
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Eine Genosenschaft für das Dorf", "Eine Genossenschaft für das Dorf"),  # a letter dropped
        ("Eine Genossennschaft für das Dorf", "Eine Genossenschaft für das Dorf"),  # one too many
        ("Eine Genossesnchaft für das Dorf", "Eine Genossenschaft für das Dorf"),  # two swapped
        ("Eine Genossenschoft für das Dorf", "Eine Genossenschaft für das Dorf"),  # one replaced
        ("Wer zahlt für die Feurwehr?", "Wer zahlt für die Feuerwehr?"),
        ("Feurwehr", "Feuerwehr"),
        ("Unsere Dorfgenosenschaft", "Unsere Dorfgenossenschaft"),  # in the last part of a compound that nobody has
        ("Unsere Dorfegnossenschaft", "Unsere Dorfgenossenschaft"),  # where that begins
        ("Unser Feurwehrkonzert", "Unser Feuerwehrkonzert"),  # and in the first
        ("Der Bürgemeister und die Gemeinde", "Der Bürgermeister und die Gemeinde"),  # also one that can be read as a compound, of Bürge and Meister
        ("Wir wollen das niht", "Wir wollen das nicht"),  # of four letters
        ("Was sagen die Nahbargemeinden?", "Was sagen die Nachbargemeinden?"),
        ("The municipalites run a village shop", "The municipalities run a village shop"),
    ],
)
def test_a_slip_of_one_letter_is_put_right(written: str, meant: str, villages: OpenSnapshot) -> None:
    assert corrected(villages, written)[0] == meant


@pytest.mark.parametrize(("written", "meant"), [("Wer will ihn bestreiben?", "Wer will ihn betreiben?"), ("Sie fahen ihn gern", "Sie fahren ihn gern")])
def test_of_several_words_that_could_be_meant_the_one_is_taken_that_cases_have(written: str, meant: str, villages: OpenSnapshot) -> None:
    """Bestreben and Fahnen are words, too."""
    assert all(word in WordList.bundled("de") for word in ("bestreben", "fahnen"))
    assert corrected(villages, written)[0] == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Hochwsserschuz", "Hochwasserschutz"),
        ("Hocwhasserschuz", "Hochwasserschutz"),
        ("Wassrversogung", "Wasserversorgung"),
        ("Wassrvesogung", "Wassrvesogung"),  # three slips
        ("Abxxll", "Abxxll"),  # of six letters
    ],
)
def test_a_long_word_may_have_two_slips_where_a_label_has_it(written: str, meant: str, villages: OpenSnapshot) -> None:
    assert corrected(villages, written)[0] == meant


def test_where_words_of_two_stems_are_two_slips_away_neither_is_taken(villages: OpenSnapshot) -> None:
    """Regionalbus or Regionalzug, nobody knows."""
    assert {"regionalbus", "regionalzug"} <= villages.linker.label_words.keys()
    assert corrected(villages, "Regionalxuy")[0] == "Regionalxuy"
    assert corrected(villages, "Regiohxlbus")[0] == "Regionalbus"


def test_a_word_that_no_case_has_is_put_right_where_only_one_can_be_meant(villages: OpenSnapshot) -> None:
    """Schranke or Schränke, nobody knows."""
    assert corrected(villages, "Die Knozerte im Kurpark")[0] == "Die Konzerte im Kurpark"
    assert corrected(villages, "Die Schrnke im Kurpark")[0] == "Die Schrnke im Kurpark"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Wir wollen einen Burgerbus fahren", "Wir wollen einen Bürgerbus fahren"),
        ("Wir wollen einen Buergerbus fahren", "Wir wollen einen Bürgerbus fahren"),
        ("Was kostet das die Dorfer?", "Was kostet das die Dörfer?"),
        ("Was kostet das die Doerfer?", "Was kostet das die Dörfer?"),
    ],
)
def test_umlauts_that_a_german_text_leaves_out_are_put_back(written: str, meant: str, villages: OpenSnapshot) -> None:
    assert corrected(villages, written)[0] == meant


@pytest.mark.parametrize("text", ["Was kostet ein Bürgerbus die Dorfer?", "Who will pay for a Burgerbus?"])
def test_umlauts_are_left_out_neither_by_whoever_writes_some_nor_in_english(text: str, villages: OpenSnapshot) -> None:
    assert corrected(villages, text) == (text, ())


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Wo ist der Dorf Laden?", "Wo ist der Dorfladen?"),
        ("Dorf Laden", "Dorfladen"),
        ("Das Feuer Wehr Haus der Gemeinde", "Das Feuerwehrhaus der Gemeinde"),
        ("Das Feuerwehr Haus der Gemeinde", "Das Feuerwehrhaus der Gemeinde"),
        ("Das Feuer Wehrhaus der Gemeinde", "Das Feuerwehrhaus der Gemeinde"),
        ("Der Dorf Laden neben dem Feuer Wehr Haus", "Der Dorfladen neben dem Feuerwehrhaus"),
        ("Der dorf laden neben dem Feuerwehrhaus", "Der dorfladen neben dem Feuerwehrhaus"),  # two cases have it
        ("Der bürger bus neben dem Feuerwehrhaus", "Der bürgerbus neben dem Feuerwehrhaus"),  # a case and a label have it
    ],
)
def test_a_compound_taken_apart_is_put_together(written: str, meant: str, villages: OpenSnapshot) -> None:
    assert corrected(villages, written)[0] == meant


@pytest.mark.parametrize(
    "text",
    [
        *("Dorf, Laden und Bus", "Dorf-Laden", "Dorf\nLaden", "Dorf und Laden", "Die Feuerwehr wehrt sich"),
        "Neben Kosten trägt die Gemeinde auch Arbeit",  # no Nebenkosten
        "The village shop and the fire station",
    ],
)
def test_words_that_stand_apart_otherwise_stay_apart(text: str, villages: OpenSnapshot) -> None:
    assert corrected(villages, text) == (text, ())


def test_what_few_cases_have_is_put_together_only_where_it_is_written_as_nouns(villages: OpenSnapshot) -> None:
    """Of verbs and nouns side by side many look like a compound."""
    assert corrected(villages, "Wir bauen einen Dorf Brunnen")[0] == "Wir bauen einen Dorfbrunnen"
    assert corrected(villages, "Wir bauen einen dorf brunnen")[0] == "Wir bauen einen dorf brunnen"


def test_corrections_say_where_they_stand_in_what_was_written(villages: OpenSnapshot) -> None:
    written = "Eine Genosenschaft für den Dorf Laden, das Feuer Wehr Haus und die Feurwehr."
    searched, found = corrected(villages, written)
    assert searched == "Eine Genossenschaft für den Dorfladen, das Feuerwehrhaus und die Feuerwehr."
    assert found == (
        Correction(5, 18, "Genosenschaft", "Genossenschaft"),
        Correction(27, 37, "Dorf Laden", "Dorfladen"),
        Correction(43, 58, "Feuer Wehr Haus", "Feuerwehrhaus"),
        Correction(67, 75, "Feurwehr", "Feuerwehr"),
    )
    assert [written[one.start : one.end] for one in found] == [one.written for one in found]


@pytest.mark.parametrize("written", ["wo ist der dorf laden", "was kostet die doerfer ein burgerbus", "DIE GENOSENSCHAFT IM DORF"])
def test_corrections_quote_a_text_without_capitals_as_it_was_written(written: str, villages: OpenSnapshot) -> None:
    """What is searched has capitals, what is quoted has none."""
    found = corrected(villages, written)[1]
    assert found
    assert [one.written for one in found] == [written[one.start : one.end] for one in found]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Die GENOSENSCHAFT und der Bürgerbus", "Die GENOSSENSCHAFT und der Bürgerbus"),
        ("Die genosenschaft und der Bürgerbus", "Die genossenschaft und der Bürgerbus"),
        ("Die Genosenschaft und der Bürgerbus", "Die Genossenschaft und der Bürgerbus"),
    ],
)
def test_capitals_are_kept(written: str, meant: str, villages: OpenSnapshot) -> None:
    assert corrected(villages, written)[0] == meant


@pytest.mark.parametrize(("written", "meant"), [("wo ist der dorf laden", "wo ist der Dorfladen"), ("DER BÜRGERBUS IM DORF", "der Bürgerbus im Dorf")])
def test_a_text_without_capitals_or_of_capitals_is_searched_as_people_write(written: str, meant: str, villages: OpenSnapshot) -> None:
    """To the encoder a noun without a capital is another word."""
    assert corrected(villages, written)[0] == meant


@pytest.mark.parametrize("text", ["breitband auf 500 m", "radweg in der bundesrepublik", "feuerwehr in sankt augustin", "bauhof in nrw", "schule in hessen"])
def test_where_capitals_are_put_nothing_else_changes(text: str, villages: OpenSnapshot) -> None:
    """What is not told as a correction has the letters that were written."""
    searched, found = corrected(villages, text)
    assert (searched.lower(), found) == (text, ())


RIGHT = [
    "Der Dorfladen gehört einer Genossenschaft.",
    "Die Genossenschaften fördern Dorfläden, Feuerwehrhäuser und Bürgerbusse.",
    "Konzerte, Toiletten und Sensoren",
    "Wir waschen gemeinsam und warten die Sensoren in den Toiletten.",
    "Wer bezahlt die Konzerte im Kurpark?",
    "Ein Feuerwehrgerätehausneubau mit Schulungsraum und Stiefelwaschanlage",
    "Zwei Gemeinden wollen ihre Kläranlagen zusammenlegen, weil beide veraltet sind.",
    "Wie haben andere Verbandsgemeinden ihr Standesamt, ihre Kasse und ihre Vollstreckung gemeinsam besetzt?",
    "Bauhof in Söchtenau und Prutting",
    "Hückeswagen, Wipperfürth, Grünkraut, Bodnegg und Crainfeld",
    "Kirchhundem bei Olpe",
    "Der Dorfladen in Altertheim",  # no Altersheim
    "Die Kinderleihe der Bücherei",
    "Akten mitbearbeiten und miterledigen, durch eine Nebenvereinbarung",
    "Wir haben zwei Leihautos und die Brache am Dorfladen.",
    "What is the rate for car sharing, and is it worth it?",
    "what is the rate for car sharing, and is it worth it?",
    "We want to run a village shop as a cooperative, but the rate of interest is high.",
    "How did small towns share a registrar and a swimming pool?",
    "EDV, KMU und ÖPNV in der VG",
    "Haus am See, Bus zum Arzt",
    "ob und wie und warum nicht",
    "2024 B27 5G 3er 1.000",
    "xyz abc qqq",
    "",
    " \n ",
    "?!",
]


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_right_stays_as_it_is(text: str, villages: OpenSnapshot) -> None:
    """Words of cases, labels and places, other forms of them and what is made of them; words that the corpus does not have; short ones and numbers."""
    assert corrected(villages, text) == (text, ())


WORDS = st.sampled_from(
    (
        *("Dorf", "Laden", "Dorfladen", "Bürgerbus", "Burgerbus", "Buergerbus", "Genosenschaft", "Genossenschaft", "Versorgug", "Werkstat", "Dörfer"),
        *("Konzerte", "Toiletten", "Söchtenau", "Xqzvbx", "GENOSENSCHAFT", "die", "und", "für", "in", "waschen", "2024", "rate", "worth"),
    )
)
TEXTS = st.lists(WORDS, max_size=12).map(" ".join)


@given(text=TEXTS)
def test_what_was_put_right_is_right(text: str, villages: OpenSnapshot) -> None:
    searched, _ = corrected(villages, text)
    assert corrected(villages, searched) == (searched, ())


@given(text=TEXTS)
def test_what_is_searched_is_what_was_written_but_for_the_corrections(text: str, villages: OpenSnapshot) -> None:
    """They follow each other and do not overlap, and each changes something."""
    searched, found = corrected(villages, text)
    assert all(first.end <= second.start for first, second in pairwise(found))
    assert all(one.written != one.searched and text[one.start : one.end].lower() == one.written.lower() for one in found)
    for one in reversed(found):
        text = text[: one.start] + one.searched + text[one.end :]
    assert searched.lower() == text.lower()


@pytest.mark.parametrize(("unknown", "meant"), [(19, "Genossenschaft"), (20, "Genosenschaft")])
def test_twenty_unknown_words_are_tried(unknown: int, meant: str, villages: OpenSnapshot) -> None:
    """What is pasted from a table of numbers and codes costs no more than that."""
    nobody_knows = " ".join(f"Xqzv{chr(ord('a') + number)}xqj" for number in range(unknown))
    assert corrected(villages, f"{nobody_knows} Genosenschaft")[0] == f"{nobody_knows} {meant}"


def test_a_search_finds_what_was_meant_and_says_so(villages: OpenSnapshot) -> None:
    result = search(villages, "Dorf Laden als Genosenschaft")
    assert result.corrected == (Correction(0, 10, "Dorf Laden", "Dorfladen"), Correction(15, 28, "Genosenschaft", "Genossenschaft"))
    right = search(villages, "Dorfladen als Genossenschaft")
    assert right.corrected == ()
    assert [hit.id for hit in right.hits][:1] == ["laden"]
    assert result.hits == right.hits


def test_a_search_without_spelling_is_as_written(villages: OpenSnapshot) -> None:
    """No word of the first is in any case, so that nothing but what it means can find one."""
    result = search(villages, "Dorfladn Genosenschaft", spelling=False)
    assert result.corrected == ()
    assert all(hit.parts["lexical"] == 0 for hit in result.hits)
    assert search(villages, "Dorfladn Genosenschaft").hits[0].parts["lexical"] > 0.5
    right = "Dorfladen als Genossenschaft"
    assert search(villages, right, spelling=False) == search(villages, right)


@pytest.mark.parametrize(
    ("word", "languages"),
    [("konzerte", {"de"}), ("neighbouring", {"en"}), ("fußgänger", {"de"}), ("sport", {"de", "en"}), ("genosenschaft", set()), ("xqzvbx", set()), ("", set())],
)
def test_the_lists_have_the_words_of_their_language(word: str, languages: set[str]) -> None:
    assert {language for language in LANGUAGES if word in WordList.bundled(language)} == languages


def test_the_lists_know_how_common_a_word_is() -> None:
    words = WordList.bundled("de")
    assert words.share("nicht") > words.share("konzerte") > words.share("niht") > words.share("xqzvbx") == 0
    assert list(words.shares(["nicht", "xqzvbx", "konzerte"])) == [words.share(word) for word in ("nicht", "xqzvbx", "konzerte")]
