"""Files become documents, or are refused with every problem at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from koopkg.errors import DocumentError
from koopkg.model import Document
from koopkg.ontology import Ontology
from koopkg.reading import document_paths, read_document, read_text
from koopkg.reading.markdown import read_markdown
from koopkg.reading.passages import PASSAGE_CHARACTERS
from tests.conftest import TINY, passages

GOOD = (TINY / "buergerbus-kirchhundem.md").read_text(encoding="utf-8")

BROKEN = {
    # change of the text -> what the message must name
    ("legal_form: verein", "legal_form: verain"): "legal_form: 'verain' is no concept of the scheme legal-form; nearest: 'verein'",
    ("- mobilitaet-oepnv", "- mobilitet"): "sectors: 'mobilitet' is no concept of the scheme sector; nearest: 'mobilitaet'",
    ("status: beendet", "status: zuende"): "status: 'zuende' is no concept of the scheme status",
    ("partner_count: null", "partner_count: viele"): "partner_count: 'viele' cannot be used; expected: a valid integer",
    ("country: DE", "country: XX"): "country: 'XX' is not in ontology/places.ttl",
    ("state: Nordrhein-Westfalen", "state: Nordrhein"): "state: 'Nordrhein' is no Land or canton of ontology/places.ttl; nearest: 'Nordrhein-Westfalen'",
    ("id: buergerbus-kirchhundem", "id: Bürgerbus Kirchhundem"): "id: 'Bürgerbus Kirchhundem' is no identifier",
    ("status: beendet", "state_of_affairs: beendet"): "state_of_affairs: is no key of a case",
    ("title_en:", "title_fr:"): "title_en: is missing",
    ("ended: null", "ended: 85"): "ended: 85 is no year",
    ("ended: null", "ended: 2101"): "ended: 2101 is no year",
    ("ended: null", "ended: 2010\nended_latest: 2011"): "ended_latest: is told beside the year of the end, 2010",
    ("ended: null", "ended: null\nended_earliest: 2012\nended_latest: 2011"): "ended_latest: 2011 lies before the earliest year of the end, 2012",
    ("ags: 05966016", "ags: 0596601600"): "places: '0596601600' is no official key of 'Kirchhundem'; expected 2, 5, 8 or 9 digits",
    ("ags: 05966016", "ags: 0596601x"): "places: '0596601x' is no official key of 'Kirchhundem'; expected 2, 5, 8 or 9 digits",
    ("started: null\nended: null", "started: 2020\nended: 2010"): "ended: 2010 lies before the start in 2020",
    ("sectors:", "sectors: ["): "front matter: line",
    ("phase: beendigung", "phase: betrieb"): "phase: 'betrieb' contradicts the status 'beendet'",
    ("name: Kirchhundem", "name: ' '"): "places: is empty; expected words",
    ("sources:", "participants:\n- name: ''\nsources:"): "participants.name: is empty; expected words",
    ("sources:", "relations:\n- relation: vorbild\n  name: Er selbst\n  case: buergerbus-kirchhundem\nsources:"): (
        "relations.case: 'buergerbus-kirchhundem' is this case itself; expected another one"
    ),
}


@pytest.mark.parametrize(("change", "message"), BROKEN.items())
def test_broken_front_matter_names_field_value_and_expectation(change: tuple[str, str], message: str, ontology: Ontology) -> None:
    """Each fault gives a message that starts with the file and names the field."""
    broken = GOOD.replace(*change, 1)
    assert broken != GOOD
    with pytest.raises(DocumentError) as caught:
        read_document(broken.encode(), ontology, where="corpus/x.md")
    assert f"corpus/x.md: {message}" in str(caught.value)


def test_all_problems_of_a_file_are_reported_at_once(ontology: Ontology) -> None:
    broken = GOOD.replace("legal_form: verein", "legal_form: verain").replace("status: beendet", "status: zuende")
    with pytest.raises(DocumentError) as caught:
        read_document(broken.encode(), ontology, where="x.md")
    assert {problem.field for problem in caught.value.problems} >= {"legal_form", "status"}


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "x.md: file: is empty"),
        (b"  \n\n", "x.md: file: is empty"),
        ("Bürgerbus".encode("latin-1"), "x.md: encoding: byte 0xfc at position 1 is not UTF-8"),
        (b"---\n- a list\n---\n\nText.", "x.md: front matter: is a list"),
        (b"---\nid: [\n---\n\nText.", "x.md: front matter: line"),
    ],
)
def test_unreadable_bytes_are_refused(raw: bytes, message: str, ontology: Ontology) -> None:
    with pytest.raises(DocumentError) as caught:
        read_document(raw, ontology, where="x.md")
    assert str(caught.value).startswith(message)


def test_body_without_text_is_refused(ontology: Ontology) -> None:
    front = GOOD.split("---\n")[1]
    with pytest.raises(DocumentError, match="body: has no text"):
        read_document(f"---\n{front}---\n".encode(), ontology, where="x.md")


def test_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.md"
    with path.open("wb") as handle:
        handle.truncate(50_000_000)
    with pytest.raises(DocumentError, match=r"size: 50,000,000 bytes; at most 5,000,000 are read"):
        read_text(path, max_bytes=5_000_000)


def test_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="there is no such file or folder"):
        document_paths(tmp_path / "nothing.md")


def test_text_is_nfc_with_unix_line_ends() -> None:
    assert read_markdown("Bu\u0308rgerbus\r\nDorf\r".encode(), "x").text == "Bürgerbus\nDorf\n"


def test_dates_and_abbreviations_do_not_end_a_sentence() -> None:
    """Each passage ends where a sentence does: never after `1.` or `ca.`, but after a year."""
    text = "Er begann zum 1. Januar mit ca. Zehn Orten. " * 11 + "Das war 2010. " * 20
    ends = [passage.text[-12:] for passage in passages(text)]
    assert len(ends) > 1
    assert all(end.endswith(("Zehn Orten.", "war 2010.")) for end in ends)


def test_readme_and_changelog_are_no_documents() -> None:
    assert not [path for path in document_paths(TINY) if path.stem == "README"]


def test_passages_slice_the_document(tiny_documents: dict[str, Document]) -> None:
    for document in tiny_documents.values():
        for passage in document.passages:
            assert document.text[passage.start : passage.end] == passage.text


def test_sources_are_not_searched(tiny_documents: dict[str, Document]) -> None:
    assert all(passage.section != "Quellen" for document in tiny_documents.values() for passage in document.passages)


def test_case_record_has_the_values_of_the_front_matter(tiny_documents: dict[str, Document]) -> None:
    case = tiny_documents["standesamt-lossetal"].cases[0]
    assert (case.state, case.legal_form, case.sectors) == ("Hessen", "oeffentlich-rechtliche-vereinbarung-delegierend", ("standesamt-meldewesen",))
    assert {place.name: place.ags for place in case.places}["Kaufungen"] == "06633015"


@example("- ")
@example("- \n1")
@given(st.text(alphabet=st.sampled_from("abcÄ.!? \n#-*1"), max_size=2000))
def test_passages_are_ordered_disjoint_slices(text: str) -> None:
    """Whatever the text: passages slice it, do not overlap, hold no blank ends and no line of only a heading mark."""
    if not text.strip():
        return
    position = 0
    for passage in passages(text):
        assert position <= passage.start < passage.end <= len(text)
        assert passage.text == text[passage.start : passage.end] == passage.text.strip()
        position = passage.end


@given(st.lists(st.text(alphabet="abcdefgh ", min_size=5, max_size=90).map(lambda words: f"A{words.strip()}b."), min_size=1, max_size=30))
def test_every_sentence_is_in_exactly_one_passage(sentences: list[str]) -> None:
    """Nothing is lost when a text is cut, and no passage is longer than the limit unless one sentence is."""
    text = " ".join(sentences)
    cut = passages(text)
    assert " ".join(passage.text for passage in cut) == text
    assert all(len(passage.text) <= PASSAGE_CHARACTERS for passage in cut)


RECORD = GOOD.split("---\n")[1]
BODY = GOOD.split("---\n", 2)[2]
SECOND = RECORD.replace("id: buergerbus-kirchhundem", "id: buergerbus-zwei")


def indented(record: str) -> str:
    return "- " + record.rstrip("\n").replace("\n", "\n  ") + "\n"


def test_a_document_may_hold_the_records_of_several_cases(ontology: Ontology) -> None:
    text = f"---\nid: bericht\ntitle: Bericht\ncases:\n{indented(RECORD)}{indented(SECOND)}describes:\n- ein-anderer-fall\n---\n{BODY}"
    document = read_document(text.encode(), ontology, where="x.md")
    assert (document.id, document.title) == ("bericht", "Bericht")
    assert [case.id for case in document.cases] == ["buergerbus-kirchhundem", "buergerbus-zwei"]
    assert document.describes == ("buergerbus-kirchhundem", "buergerbus-zwei", "ein-anderer-fall")
    assert document.cases[0] == read_document(GOOD.encode(), ontology, where="x.md").cases[0]


def test_a_document_may_be_about_cases_whose_records_stand_elsewhere(ontology: Ontology) -> None:
    text = f"---\nid: bericht\ntitle: Bericht\ndescribes:\n- buergerbus-kirchhundem\n---\n{BODY}"
    document = read_document(text.encode(), ontology, where="x.md")
    assert (document.cases, document.describes) == ((), ("buergerbus-kirchhundem",))


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("id: bericht\ntitle: Bericht\ndescribes: []\n", "x.md: describes: is empty, and there are no cases; expected the id of at least one case"),
        ("id: bericht\ntitle: Bericht\ndescribes:\n- Kein Name\n", "x.md: describes: 'Kein Name' is no identifier"),
        ("id: Bericht 1\ntitle: Bericht\ndescribes:\n- x\n", "x.md: id: 'Bericht 1' is no identifier"),
        ("id: bericht\ntitle: ''\ndescribes:\n- x\n", "x.md: title: is empty; expected the title of the document"),
        ("id: bericht\ntitel: Bericht\ndescribes:\n- x\n", "x.md: titel: is no key of a record; nearest: 'title'"),
        (f"id: bericht\ntitle: Bericht\ncases:\n{indented(RECORD.replace('status: beendet', 'status: zuende'))}", "x.md: status: 'zuende' is no concept"),
    ],
)
def test_broken_records_of_documents_are_named(front: str, message: str, ontology: Ontology) -> None:
    with pytest.raises(DocumentError) as caught:
        read_document(f"---\n{front}---\n{BODY}".encode(), ontology, where="x.md")
    assert message in str(caught.value)


def test_fields_that_may_be_unknown_may_be_left_out(ontology: Ontology) -> None:
    """A new field has a default, so that no file has to be changed for it."""
    short = "\n".join(line for line in RECORD.splitlines() if not line.endswith(": null"))
    assert short.count("\n") < RECORD.count("\n") - 4
    document = read_document(f"---\n{short}\n---\n{BODY}".encode(), ontology, where="x.md")
    assert document.cases[0] == read_document(GOOD.encode(), ontology, where="x.md").cases[0]
