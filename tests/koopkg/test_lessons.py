"""A text is read by weights that have not seen it."""

from __future__ import annotations

from koopkg.deciding.text import ReadText
from koopkg.deciding.training import Example
from koopkg.lessons import Lessons
from koopkg.model import Linked
from koopkg.ontology import Ontology
from tests.koopkg.test_agreement import text

NAMES = [f"text-{number:02}" for number in range(12)]


def example(name: str) -> Example:
    return Example(case=name, text=ReadText("de", ()), linked=Linked("de", (), ()))


def test_each_text_is_read_once_by_lessons_that_have_all_but_its_part() -> None:
    """Examples of cases and of texts that are not read now stay in all lessons."""
    lessons = Lessons(tuple(map(example, ["case", *NAMES, "other-text"])), (), Ontology.bundled())
    asked = [text(name) for name in reversed(NAMES)]
    read = []
    for rest, part in lessons.unseen(asked):
        names = [item.id for item in part]
        assert [item.case for item in rest.examples] == ["case", *(name for name in NAMES if name not in names), "other-text"]
        read += names
    assert sorted(read) == NAMES
    assert len(lessons.examples) == len(NAMES) + 2
