"""Front matter says what stands there: no guesses, nothing dropped, nothing followed."""

from __future__ import annotations

import pytest

from koopkg.errors import DocumentError
from koopkg.model import Case
from koopkg.ontology import Ontology
from koopkg.reading import document_paths, read_document
from tests.conftest import DATA, TINY
from tests.koopkg.mutations import mutated

GOOD = (TINY / "buergerbus-kirchhundem.md").read_text(encoding="utf-8")
TAGS = (DATA / "yaml-tags.txt").read_text(encoding="utf-8").split()


def read(text: str, ontology: Ontology) -> Case:
    return read_document(text.encode(), ontology, where="x.md").cases[0]


def refusal(text: str, ontology: Ontology) -> str:
    with pytest.raises(DocumentError) as caught:
        read(text, ontology)
    return str(caught.value)


def with_value(key: str, value: str) -> str:
    line = next(line for line in GOOD.splitlines() if line.startswith(f"{key}:"))
    return GOOD.replace(line, f"{key}: {value}", 1)


def line_of(key: str) -> int:
    return next(number for number, line in enumerate(GOOD.splitlines(), start=1) if line.startswith(f"{key}:"))


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("12.000", "12000"), ("12,000", "12000"), ("12'000", "12000"), ("1_000", "1000"), ("'12 000'", "12000"), ("0012", "12"), ("02017", "2017"),
        ("12.5", "2017"), ("1e3", "2017"), ("0x1F", "2017"), ("0o17", "2017"), ("190:20:30", "2017"), ("+5", "2017"), ("-5", "2017"), ("yes", "2017"),
        (".inf", "2017"), ("2019-02-30", "2017"), ("١٢", "2017"), ("9" * 5000, "2017"),
    ],
)  # fmt: skip
def test_only_plain_decimal_integers_are_numbers(written: str, advice: str, ontology: Ontology) -> None:
    """The message has the text of the file, its line and how to write the number."""
    message = refusal(with_value("population", written), ontology)
    shown = written.strip("'")[:80]
    assert message.startswith(f"x.md: population: {shown!r}" if "'" not in shown else f'x.md: population: "{shown}"')
    assert f"such as {advice}, or null" in message
    assert message.endswith(f"(line {line_of('population')})")


@pytest.mark.parametrize(("written", "value"), [("12000", 12000), ("'12000'", 12000), ("null", None), ("~", None), ("", None), ("NULL", None)])
def test_numbers_and_the_unknown(written: str, value: int | None, ontology: Ontology) -> None:
    assert read(with_value("population", written), ontology).population == value


@pytest.mark.parametrize("written", ["no", "on", "2019-02-30", "12.50", "017", "1:30", "0x1F", "1e3", ".nan", "<<", "=", "2001-12-14t21:59:43.10-05:00"])
def test_text_stays_as_it_is_written(written: str, ontology: Ontology) -> None:
    assert read(with_value("service", written), ontology).service == written
    assert read(with_value("service", f"'{written}'"), ontology).service == written


def test_official_keys_keep_their_zeros_without_quotes(ontology: Ontology) -> None:
    assert read(GOOD.replace("ags: null", "ags: 01001000", 1), ontology).places[1].ags == "01001000"


def test_a_key_given_twice_is_refused_with_both_lines(ontology: Ontology) -> None:
    """At the top and further down, also where one of the two is spelt with an escape."""
    line = line_of("title")
    message = refusal(GOOD.replace("title:", "title: x\ntitle:", 1), ontology)
    assert message == f"x.md: title: is given twice, in line {line} and in line {line + 1}; expected each key once"
    assert "title: is given twice" in refusal(GOOD.replace("title:", 'title: x\n"ti\\u0074le":', 1), ontology)
    assert "places.0.name: is given twice" in refusal(GOOD.replace("- name:", "- name: x\n  name:", 1), ontology)


@pytest.mark.parametrize("tag", TAGS)
def test_every_tag_is_refused_wherever_it_stands(tag: str, ontology: Ontology) -> None:
    for text in (
        with_value("title", f"{tag} x"),
        with_value("population", f"{tag} 5"),
        with_value("funding", f"{tag} []"),
        GOOD.replace("places:\n- ", f"places:\n- {tag} ", 1),
        GOOD.replace("title:", f"{tag} title:", 1),
        GOOD.replace("---\n", f"---\n{tag}\n", 1),
    ):
        assert "x.md: front matter: line " in refusal(text, ontology)


@pytest.mark.parametrize(
    "lines",
    [
        "a: &a [x]\nb: *a",
        "<<: {title: x}",
        "a: &a [" + "x," * 9 + "]\nb: &b [" + "*a," * 9 + "]\nc: &c [" + "*b," * 9 + "]",
        "? [a]: b",
        "? {a: b}\n: c",
        "a: [[[[[[[[[[1]]]]]]]]]]",
        "a: " + "[" * 100_000,
        "a: " + "{b: " * 50_000,
        "a: b\n---\nc: d" + "\nx: y",
        "a: b\n...\nc: d",
        "%YAML 1.2",
        "a: 'b",
        "a:\n\tb: c",
    ],
)
def test_nothing_but_keys_lists_and_texts_is_read(lines: str, ontology: Ontology) -> None:
    assert refusal(GOOD.replace("---\n", f"---\n{lines}\n", 1), ontology).startswith("x.md: ")


def test_front_matter_of_a_book_is_refused_by_its_length(ontology: Ontology) -> None:
    assert "front matter: has 6,0" in refusal(GOOD.replace("---\n", "---\n" + "- x\n" * 1_500_000, 1), ontology)


def test_a_sign_of_number_does_not_cut_a_value(ontology: Ontology) -> None:
    """A comment needs a blank behind its sign; what looks like part of the value is not dropped."""
    assert "'#3' would be lost as a comment; put the whole value in quotes" in refusal(with_value("service", "Halle #3"), ontology)
    assert read(with_value("service", "'Halle #3'"), ontology).service == "Halle #3"
    assert read(with_value("service", "Halle # seit 2020"), ontology).service == "Halle"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (with_value("title", '"a\\0b"'), r"x.md: title: has the character '\x00', which is no text; leave it out (line 3)"),
        (with_value("title", '"a\\uffffb"'), r"x.md: title: has the character '\uffff', which is no text; leave it out (line 3)"),
        (with_value("title", '"\\ud83d"'), "x.md: front matter: line 3: "),
        (GOOD.replace("\n# ", "\n# \x1b[31m", 1), r"x.md: character: the character '\x1b' at position 3 of its line is no text; leave it out (line "),
        ("\ufffe" + GOOD, "x.md: character: the character '\\ufffe' at position 1 of its line is no text; leave it out (line 1)"),
    ],
)
def test_what_is_no_text_is_refused_with_its_place(text: str, message: str, ontology: Ontology) -> None:
    assert refusal(text, ontology).startswith(message)


def test_escapes_are_normalised_too(ontology: Ontology) -> None:
    assert read(with_value("title", '"Kla\\u0308r\\u200banlage"'), ontology).title == "Kläranlage"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//x.de", "www.x.de", "https://", "'https://x.de/a b'", "'https://x.de/?a[1]=2'", "ftp://x.de"]
)
def test_sources_have_web_addresses(url: str, ontology: Ontology) -> None:
    line = next(line for line in GOOD.splitlines() if line.startswith("- url:"))
    message = refusal(GOOD.replace(line, f"- url: {url}", 1), ontology)
    assert message.startswith(f"x.md: sources: {url if url[0] == chr(39) else repr(url)} is no web address; expected one that begins with https://")
    assert message.endswith(f"(line {GOOD.splitlines().index(line) + 1})")


def test_problems_name_the_line_of_the_value(ontology: Ontology) -> None:
    text = GOOD.replace("- ehrenamt-gemeinwesen", "- ehrenamt", 1).replace("status: beendet", "status: zuende", 1)
    lines = text.splitlines()
    message = refusal(text, ontology)
    assert f"(line {lines.index('- ehrenamt') + 1})" in message
    assert f"(line {lines.index('status: zuende') + 1})" in message


def test_a_thousand_faults_are_not_all_listed(ontology: Ontology) -> None:
    text = GOOD.replace("---\n", "---\n" + "".join(f"k{number}: x\n" for number in range(1000)), 1)
    assert len(refusal(text, ontology).splitlines()) == 20


def test_identifiers_fit_into_file_names(ontology: Ontology) -> None:
    assert "is no identifier; expected at most 120" in refusal(with_value("id", "x" * 121), ontology)
    assert read(with_value("id", "x" * 120), ontology).id == "x" * 120


def test_no_file_raises_anything_but_a_rejection(ontology: Ontology, request: pytest.FixtureRequest) -> None:
    """Mutations of real documents are read or rejected with a message that can be printed; `--mutations 10000` tries more of them."""
    seeds = [path.read_bytes() for path in document_paths(TINY)]
    accepted, messages = 0, []
    for raw in mutated(seeds, request.config.getoption("--mutations"), seed=20261126):
        try:
            document = read_document(raw, ontology, where="x.md")
        except DocumentError as error:
            messages.append(str(error).encode())
            continue
        accepted += 1
        assert all(document.text[passage.start : passage.end] == passage.text for passage in document.passages)
    assert accepted
    assert messages
    assert [message for message in messages if not message.startswith(b"x.md: ")] == []
