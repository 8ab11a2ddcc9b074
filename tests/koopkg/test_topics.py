"""The test collection is read whole or not at all, and topics are sorted by what they can be measured by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from koopkg.evaluation import EvaluationError, Topic, judgments, selected, topics

ENTRY = {"id": "k01", "split": "dev", "kind": "keyword", "aim": "plain", "language": "de", "text": "Bauhof", "need": "a joint depot"}


def topic(name: str = "t") -> Topic:
    return Topic(name, "dev", "keyword", "plain", "de", "Bauhof", "a joint depot")


def written(path: Path, *entries: object) -> Path:
    file = path / "topics.yaml"
    file.write_text(yaml.safe_dump(list(entries), allow_unicode=True), encoding="utf-8")
    return file


def test_topics_are_read_as_they_stand(tmp_path: Path) -> None:
    english = ENTRY | {"id": "e01", "kind": "english", "language": "en", "text": "depot", "twin": "k01"}
    profile = ENTRY | {"id": "p01", "kind": "profile", "profile": {"task": "Bauhof", "partners": 3}}
    found = topics(written(tmp_path, ENTRY, english, profile))
    assert found[0] == replace(topic("k01"), text="Bauhof")
    assert (found[1].twin, found[2].profile) == ("k01", {"task": "Bauhof", "partners": 3})


@pytest.mark.parametrize(
    ("entries", "faults"),
    [
        ([ENTRY | {"kind": "riddle"}], ["k01: kind: Input should be 'keyword'"]),
        ([ENTRY | {"split": "train"}, ENTRY | {"id": "k02", "language": "fr"}], ["k01: split:", "k02: language:"]),
        ([ENTRY | {"text": ""}], ["k01: text:"]),
        ([{key: value for key, value in ENTRY.items() if key != "need"}], ["k01: need: Field required"]),
        ([ENTRY | {"colour": "red"}], ["k01: colour:"]),
        ([{"text": "x"}], ["topic 1: id:"]),
        ([ENTRY, ENTRY], ["k01: id: is used 2 times"]),
        ([ENTRY | {"language": "en", "twin": "k99"}], ["k01: twin: 'k99' is no German topic"]),
        ([ENTRY | {"language": "en", "twin": "k02"}, ENTRY | {"id": "k02", "split": "test"}], ["k01: twin: 'k02' is in the other split"]),
        ([ENTRY | {"twin": "k02"}, ENTRY | {"id": "k02"}], ["k01: twin: 'k02' is no German topic that an English one could translate"]),
        (["a text"], ["topic 1:"]),
    ],
)
def test_faults_are_named_by_topic_and_field(entries: list[object], faults: list[str], tmp_path: Path) -> None:
    with pytest.raises(EvaluationError) as caught:
        topics(written(tmp_path, *entries))
    assert str(caught.value).startswith("topics.yaml: ")
    assert [fault for fault in faults if fault not in str(caught.value)] == []


@pytest.mark.parametrize("content", ["id: k01\n", "- id: [\n", "3"])
def test_a_file_that_is_no_list_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"topics\.yaml: "):
        topics(tmp_path / "topics.yaml")


@pytest.mark.parametrize("line", ["k01 0 case", "k01 0 case 4", "k01 0 case -1", "k01 0 case x", "k01 0 other 2"])
def test_judgments_that_cannot_be_read_are_named_by_line(line: str, tmp_path: Path) -> None:
    """The last one judges a case once more."""
    (tmp_path / "q.txt").write_text(f"k01 0 other 1\n{line}\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match=f"line 2: '{line}' cannot be read"):
        judgments(tmp_path / "q.txt")


def test_judgments_are_grades_by_topic_and_case(tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("k01 0 a 3\nk02 0 a 0\nk01 0 b 1\n", encoding="utf-8")
    assert judgments(tmp_path / "q.txt") == {"k01": {"a": 3, "b": 1}, "k02": {"a": 0}}


def test_topics_are_sorted_by_what_they_can_be_measured_by() -> None:
    """A grade of 1 makes no case relevant; what nothing fits needs no judgment to be asked."""
    asked = [topic("a"), topic("b"), topic("c"), replace(topic("n"), kind="nothing"), replace(topic("o"), kind="nothing")]
    found = selected(asked, {"a": {"x": 2}, "b": {"x": 1, "y": 0}, "n": {"x": 0}})
    assert (found.ranked, found.without_relevant, found.unjudged) == ((asked[0],), ("b",), ("c", "o"))
    assert found.nothing == (asked[3], asked[4])
