"""Every sentence for people is in the catalogue, with the same placeholders, and is filled with what it asks for."""

from __future__ import annotations

import ast
import gettext
import io
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from tools.messages import CATALOGUES, KEYWORDS, extracted, updated

from koopkg.catalogues import catalogue
from koopkg.errors import ConfigurationError, DocumentError, KoopkgError, Problem, QueryError
from koopkg.messages import LANGUAGES, Foreign, Message, Piece, counted, pieces, translated
from koopkg.refusals import explain
from koopkg.sentences import KINDS, message_of, sentence_of

ROOT = Path(__file__).parent.parent
GERMAN = next(path for path in CATALOGUES if path.parts[-3] == "de")
MODULES = sorted(path for folder in ("src/koopkg", "api/koopkg_api") for path in (ROOT / folder).rglob("*.py"))


def read(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale=path.parts[-3])


def forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def placeholders(template: str) -> set[tuple[str, str, str | None]]:
    return {(name, specification or "", conversion) for _, name, specification, conversion in Formatter().parse(template) if name is not None}


def test_there_is_a_catalogue_for_every_language_but_english() -> None:
    assert [path.parts[-3] for path in CATALOGUES] == sorted(set(LANGUAGES) - {"en"})


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_catalogue_has_every_sentence_of_the_source_and_no_other(path: Path) -> None:
    said = {(message.id, message.context) for message in extracted() if message.id}
    known = {(message.id, message.context) for message in read(path) if message.id}
    assert len(said) > 250
    assert said - known == set(), "missing; run `make messages` and translate them"
    assert known - said == set(), "said no more; run `make messages`"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_catalogue_stands_as_the_tool_writes_it(path: Path) -> None:
    """Whoever adds a sentence sees that sentence alone in the diff; the head has the version of Babel, which may differ."""
    written = read_po(io.BytesIO(updated(path)), locale=path.parts[-3])
    places = [[(message.id, message.locations) for message in found if message.id] for found in (read(path), written)]
    assert places[0] == places[1], "run `make messages`"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_every_sentence_is_translated_with_the_same_placeholders(path: Path) -> None:
    found = read(path)
    for message in found:
        if not message.id:
            continue
        assert not message.fuzzy, message.id
        assert all(form.strip() for form in forms(message.string)), message.id
        expected = placeholders(forms(message.id)[-1])
        if expected:
            assert [placeholders(form) for form in forms(message.string)] == [expected] * len(forms(message.string)), message.id
    assert [(message.id, errors) for message, errors in found.check()] == []


def test_what_is_read_without_babel_is_what_babel_reads() -> None:
    texts = catalogue("de")
    for message in read(GERMAN):
        if isinstance(message.id, str) and message.id:
            assert texts.gettext(message.id) == message.string
        elif message.id:
            one, many = message.id
            assert tuple(texts.ngettext(one, many, number) for number in (1, 2)) == forms(message.string)
    assert texts.gettext("no such text") == "no such text"
    assert texts.gettext("") == ""
    assert isinstance(catalogue("en"), gettext.NullTranslations)


def calls_with_templates(path: Path) -> Iterator[tuple[str, str, set[str] | None]]:
    """Name, template and given values of each call that makes a sentence; None for values that only show when it runs."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        name = getattr(getattr(node, "func", None), "id", "")
        if not isinstance(node, ast.Call) or name not in KEYWORDS or name == "Problem":
            continue
        place = (KEYWORDS[name] or (1,))[0] - 1
        template = node.args[place] if len(node.args) > place else None
        if isinstance(template, ast.Constant) and isinstance(template.value, str):
            given = {keyword.arg for keyword in node.keywords} | ({"n"} if name == "counted" else set())
            yield name, template.value, None if None in given else {value for value in given if value is not None}


def test_every_sentence_is_given_the_values_that_it_asks_for() -> None:
    checked = 0
    tables = ("sentences.py", "problems.py")  # templates that are filled elsewhere
    for path in MODULES:
        for name, template, given in calls_with_templates(path):
            if given and given - {"field", "headers"}:
                assert {asked for asked, _, _ in placeholders(template)} <= given, (path.name, template)
                assert given - {"field", "headers"} <= {asked for asked, _, _ in placeholders(template)}, (path.name, template)
                checked += 1
            elif given is not None and path.name not in tables:
                assert "{" not in template, (path.name, name, template)
    assert checked > 60


@pytest.mark.parametrize("text", ["{", "}", "{0}", "{field}", "{x.__class__}", "{value!r:>{width}}", "%(x)s %", "{{}}"])
def test_what_users_write_is_never_a_template(text: str) -> None:
    """Neither as a value nor in a sentence that was finished where it was raised."""
    assert str(QueryError(f"q: {text} is odd", field="q")) == f"q: {text} is odd"
    assert str(KoopkgError(text)) == text
    for language in LANGUAGES:
        assert translated(Message("known: {known}", known=text), language).endswith(f": {text}")
        assert text in translated(Problem("id", f"{text} is odd").sentence, language)
        assert translated(Message(text), language) == text
    assert str(DocumentError("x.md", [Problem("a", text), Problem("b", text, 3)])) == f"x.md: a: {text}\nx.md: b: {text} (line 3)"


def test_an_error_is_said_in_the_language_of_its_reader() -> None:
    error = QueryError("{field}: has {count:,} characters; at most {most:,} are read", field="query", count=2_000_000, most=200_000)
    assert str(error) == "query: has 2,000,000 characters; at most 200,000 are read"
    assert translated(error.message, "de") == "query: hat 2.000.000 Zeichen; höchstens 200.000 werden gelesen"
    assert error.field == "query"
    slow = Message("the query ran longer than {seconds:g} seconds and was ended; narrow it down or add LIMIT", seconds=2.5)
    assert translated(slow, "de").startswith("Die Abfrage lief länger als 2,5 Sekunden")
    assert [counted("{n:,} case", "{n:,} cases", number, "de") for number in (0, 1, 1234)] == ["0 Fälle", "1 Fall", "1.234 Fälle"]
    assert [counted("{n:,} case", "{n:,} cases", number, "en") for number in (0, 1, 1234)] == ["0 cases", "1 case", "1,234 cases"]


def test_a_value_stands_in_quotes_where_its_sentence_says_so() -> None:
    """So that people see where what they wrote begins and ends, blanks included."""
    refusal = Message("{field}: {value!r} is unknown; expected one of {known}", field="format", value=" pdf", known="nq, ttl")
    assert translated(refusal, "en") == "format: ' pdf' is unknown; expected one of nq, ttl"
    assert "' pdf'" in translated(refusal, "de")


def test_sentences_within_a_sentence_are_translated_and_words_of_others_marked() -> None:
    refusal = ConfigurationError("{host}, port {port}: {refusal}", host="h", port="80", refusal=explain(PermissionError(13, "Permission denied")))
    german = list(pieces(refusal.message, "de"))
    assert [piece.text for piece in german if piece.language == "en"] == ["Permission denied"]
    assert "".join(piece.text for piece in german).endswith(
        "wählen Sie einen Ort, an den Sie schreiben dürfen (KOOPKG_DATA, --output), oder bitten Sie um das Recht"
    )
    several = Message("{where}: {problems}", where="x", problems=(Message("is missing"), Foreign("odd")))
    assert list(pieces(several, "de")) == [Piece("x"), Piece(": "), Piece("fehlt"), Piece("; "), Piece("odd", "en")]


def test_errors_of_the_command_line_read_no_catalogue() -> None:
    code = (
        "import sys; from koopkg import catalogues, cli; catalogues.files = None; from koopkg.text import query_text\n"
        "try: query_text('\\udc80', field='q')\n"
        "except cli.KoopkgError as error: print(error)\n"
        "print('babel' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["q: the character 1 is '\\udc80', half a character; expected valid Unicode text in UTF-8", "False"]


def test_catalogues_are_installed() -> None:
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]["koopkg"]
    installed = {path for pattern in patterns for path in (ROOT / "src" / "koopkg").glob(pattern)}
    assert set(CATALOGUES) <= installed


REASONS = [
    ("shared-sector", {"label": "X"}, "Gleiche Aufgabe: X", "Same task: X"),
    ("shared-legal-form", {"label": "X"}, "Gleiche Rechtsform: X", "Same legal form: X"),
    ("shared-success-factor", {"label": "X"}, "Erfolgsfaktor auch hier belegt: X", "Success factor supported here too: X"),
    ("shared-cooperation-type", {"label": "X"}, "Gleicher Kooperationstyp: X", "Same type of cooperation: X"),
    ("shared-area-type", {"label": "X"}, "Gleicher Raumtyp: X", "Same type of area: X"),
    ("shared-actor-type", {"label": "X"}, "Gleiche Art von Beteiligten: X", "Same kind of actor: X"),
    ("shared-phase", {"label": "X"}, "Gleiche Phase: X", "Same phase: X"),
    ("shared-status", {"label": "X"}, "Gleicher Stand: X", "Same status: X"),
    ("shared-initiative", {"label": "X"}, "Gleiche Initiative: X", "Same initiative: X"),
    ("shared-orientation", {"label": "X"}, "Gleiche Ausrichtung: X", "Same orientation: X"),
    ("shared-approach", {"label": "X"}, "Gleicher Ansatz: X", "Same approach: X"),
    ("shared-activity", {"label": "X"}, "Gleiche Aktivität: X", "Same activity: X"),
    ("likely-activity", {"label": "X"}, "Der Bedeutung nach wohl dieselbe Tätigkeit: X", "Probably the same task, by meaning: X"),
    ("shared-obstacle", {"label": "X"}, "Gleiche Hürde: X", "Same obstacle: X"),
    ("shared-service", {"label": "X"}, "Gleiches Angebot: X", "Same offer: X"),
    ("related-sector", {"label": "X", "asked": "Y"}, "Verwandte Aufgabe: X (nah an Y)", "Related task: X (close to Y)"),
    ("related", {"label": "X", "asked": "Y"}, "Verwandt: X (nah an Y)", "Related: X (close to Y)"),
    ("place", {"label": "X"}, "Liegt in X", "Located in X"),
    ("title", {"words": "X, Y"}, "Im Titel genannt: X, Y", "Named in the title: X, Y"),
    ("words", {"words": "X"}, "Im Text genannt: X", "Named in the text: X"),
    ("mentioned", {"label": "X"}, "Im Text ist die Rede davon: X", "Spoken of in the text: X"),
    ("outcome", {"label": "X"}, "Stand, nach dem gefragt ist: X", "Status asked for: X"),
    ("partners", {"label": "4"}, "Etwa so viele Partner: 4", "About as many partners: 4"),
    ("size", {"label": "X"}, "Etwa so groß, größte Gemeinde: X", "About as large, largest municipality: X"),
    ("meaning", {"quote": "X"}, "Inhaltlich nächste Stelle: „X“", "Passage closest in meaning: “X”"),
    ("meaning-too", {"quote": "X"}, "Inhaltlich nah ist auch diese Stelle: „X“", "Passage close in meaning too: “X”"),
    ("other-law", {"label": "X", "asked": "Y", "statute": "Z"}, "Anders: X statt Y, dort gilt: Z", "Differs: X instead of Y, law there: Z"),
    ("other-land", {"label": "X", "asked": "Y"}, "Anders: X statt Y", "Differs: X instead of Y"),
    ("other-status", {"label": "X"}, "Anders: Stand: X", "Differs: status: X"),
    ("differs-status", {"label": "X", "asked": "Y"}, "Anders: Stand: X statt Y", "Differs: status: X instead of Y"),
    ("differs-legal-form", {"label": "X", "asked": "Y"}, "Anders: Rechtsform: X statt Y", "Differs: legal form: X instead of Y"),
    ("differs-size-class", {"label": "X", "asked": "Y"}, "Anders: größte Gemeinde: X statt Y", "Differs: largest municipality: X instead of Y"),
    ("differs-partners", {"label": "7", "asked": "2"}, "Anders: 7 Partner statt 2", "Differs: 7 partners instead of 2"),
    ("other-task", {"label": "X", "asked": "Y"}, "Anders: Aufgabe: X statt Y", "Differs: task: X instead of Y"),
    ("words-missing", {"words": "X, Y"}, "Anders: hier nicht genannt: X, Y", "Differs: not named here: X, Y"),
    ("task", {"label": "X"}, "Behandelt die Aufgabe X", "Deals with the task X"),
    ("service", {"label": "X"}, "Gemeinsame Leistung: X", "Joint service: X"),
]


@pytest.mark.parametrize(("kind", "values", "german", "english"), REASONS, ids=[row[0] for row in REASONS])
def test_every_kind_of_reason_has_its_sentence(kind: str, values: dict[str, object], german: str, english: str) -> None:
    assert (sentence_of(kind, values, "de"), sentence_of(kind, values, "en")) == (german, english)


def test_words_of_documents_are_marked_as_german() -> None:
    said = message_of("meaning", {"quote": "Der Bauhof"})
    assert [piece for piece in pieces(said, "en") if piece.language] == [Piece("Der Bauhof", "de")]


def test_no_kind_of_reason_is_left_out() -> None:
    assert [row[0] for row in REASONS] == list(KINDS)


def test_a_new_field_needs_no_new_sentence() -> None:
    values = {"field": "Trend", "label": "{Digitalisierung}"}
    assert sentence_of("shared-trend", values, "de") == "Auch hier: Trend: {Digitalisierung}"
    assert sentence_of("shared-trend", values, "en") == "Here too: Trend: {Digitalisierung}"
