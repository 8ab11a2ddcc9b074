"""A text is read by weights that have not seen it."""

from __future__ import annotations

from typing import Literal

from koopkg.analyses import Analyses
from koopkg.annotated import Carried, CountedText, JudgedSentence, LabelledText
from koopkg.deciding.learning_several import SeveralExample
from koopkg.deciding.text import ReadText
from koopkg.deciding.training import Example
from koopkg.lessons import Lessons
from koopkg.linking import Linker
from koopkg.model import Linked, Review, Verdict
from koopkg.ontology import Ontology
from koopkg.register import Register
from koopkg.reviews import Reviews
from koopkg.teaching import Teacher
from tests.koopkg.test_agreement import text

CASES: tuple[Literal["one", "several", "none"], ...] = ("one", "several", "none")
NAMES = [f"text-{number:02}" for number in range(12)]


def example(name: str) -> Example:
    return Example(case=name, text=ReadText("de", ()), linked=Linked("de", (), ()), beginning=())


def one_or_several(name: str) -> SeveralExample:
    return SeveralExample(name, ReadText("de", ()), (), Linked("de", (), ()), is_several=False)


def bundled_teacher() -> Teacher:
    ontology, analyses = Ontology.bundled(), Analyses()
    return Teacher(ontology, Linker(ontology, Register.bundled(), analyses), analyses)


def test_each_text_is_read_once_by_lessons_that_have_all_but_its_part() -> None:
    """Examples of cases and of texts that are not read now stay in all lessons."""
    lessons = Lessons(tuple(map(example, ["case", *NAMES, "other-text"])), (), (), (), tuple(map(one_or_several, NAMES)), Ontology.bundled())
    asked = [text(name) for name in reversed(NAMES)]
    read = []
    for rest, part in lessons.unseen(asked):
        names = [item.id for item in part]
        assert [item.case for item in rest.examples] == ["case", *(name for name in NAMES if name not in names), "other-text"]
        assert [item.case for item in rest.several] == [name for name in NAMES if name not in names]
        read += names
    assert sorted(read) == NAMES
    assert len(lessons.examples) == len(NAMES) + 2


def test_what_people_said_of_proposals_is_learned_in_its_sentence() -> None:
    """A mark for each accepted or refused concept whose words are known; nothing of numbers, places and documents as a whole."""
    teacher = bundled_teacher()
    sentence = "Die Schule war Ort der Sitzung, der Bauhof arbeitet für beide."

    def said(field: str, value: str | int, verdict: Verdict, quote: str | None) -> Review:
        return Review(at="2026", document="d", field=field, value=value, verdict=verdict, sentence=sentence, quote=quote)

    reviews = Reviews(
        [
            said("sectors", "baubetriebshof", "accept", "Bauhof"),
            said("sectors", "schule", "refuse", "Schule"),
            said("sectors", "wasser", "refuse", None),
            said("sectors", "abwasser", "refuse", "Kanal"),
            said("started", 2014, "accept", "Bauhof"),
            said("is_case", "true", "accept", "Bauhof"),
        ]
    )
    clauses = {clause.slug: clause for clause in teacher.of_reviews(reviews)}
    assert {slug: (clause.scheme, clause.holds, clause.mention.quote) for slug, clause in clauses.items()} == {
        "baubetriebshof": ("sector", True, "Bauhof"),
        "schule": ("sector", False, "Schule"),
    }
    for clause in clauses.values():
        assert sentence[clause.mention.start : clause.mention.end] == clause.mention.quote


def test_what_readers_said_of_a_sentence_counts_beside_what_was_marked() -> None:
    """Right is accepted unless a reader refused the sentence it was proposed for; what all readers accepted tells as much as a mark, and what is defensible
    is doubtful until a reader said something."""
    quote, proposed = "Die Kassen vertrauen sich.", "Man stritt lange."
    note = LabelledText(
        "note",
        "press",
        "de",
        case=True,
        text=f"{quote} {proposed} Es regnete.",
        gold={"success-factor": (Carried("vertrauen", quote), Carried("leidensdruck", quote)), "obstacle": ()},
        accept={"success-factor": ("augenhoehe", "commitment")},
    )
    judged = [
        JudgedSentence("note", "success-factor", "commitment", quote, (True, False)),
        JudgedSentence("note", "success-factor", "leidensdruck", quote, (False,)),
        JudgedSentence("note", "obstacle", "rivalitaet", proposed, (True, True)),
        JudgedSentence("other", "obstacle", "rivalitaet", "Es regnete.", (True,)),
    ]
    told = list(bundled_teacher().of_documents([note], judged))
    assert [sentence.words for sentence in told] == [quote, proposed, "Es regnete."]
    assert [sentence.gold["obstacle"] for sentence in told] == [frozenset(), {"rivalitaet"}, frozenset()]
    assert [sentence.gold["success-factor"] for sentence in told] == [{"vertrauen", "leidensdruck"}, frozenset(), frozenset()]
    accepted = {"success-factor": frozenset({"vertrauen"}), "obstacle": frozenset({"rivalitaet"})}
    assert all(sentence.accepted == accepted for sentence in told)
    assert all(sentence.doubtful == {"success-factor": frozenset({"augenhoehe"}), "obstacle": frozenset()} for sentence in told)


def test_a_text_without_a_cooperation_teaches_that_alone() -> None:
    texts = [CountedText(case, "guide", "de", case, 2 if case == "several" else None, "Ein Zweckverband entsteht durch Satzung.") for case in CASES]
    taught = list(bundled_teacher().of_counted(texts))
    assert [(example.case, example.is_case) for example in taught] == [("one", True), ("several", True), ("none", False)]
    assert all(example.tells_case_alone and not example.gold for example in taught)
