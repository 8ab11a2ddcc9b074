"""One text in every format is one text; what stands around it is not read; what cannot be read is refused in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import pairwise

import pytest

from koopkg.analyses import Analyses
from koopkg.errors import DocumentError
from koopkg.linking import Linker
from koopkg.messages import translated
from koopkg.model import Document
from koopkg.ontology import Ontology
from koopkg.pipeline import bundled_corpus
from koopkg.reading import document_paths, format_of, read_document
from koopkg.reading.sentence_ends import sentence_starts
from koopkg.register import Register
from tests.koopkg import made_files as made

TITLE = "Gemeinsamer Bauhof am See"
PARAGRAPHS = (
    "Die Gemeinden Grünkraut und Bodnegg im Landkreis Ravensburg betreiben seit 2010 einen gemeinsamen Bauhof, z. B. für den Winterdienst.",
    "Träger ist ein Zweckverband gem. § 4 Abs. 2 des Gesetzes. Er beschäftigt zwölf Leute und kostet 1,2 Mio. Euro im Jahr.",
    "Haushalts- und Kassenwesen führt die Verwaltungsgemeinschaft. Das Vertrauen der Bürgermeister war entscheidend.",
)


@pytest.fixture(scope="module")
def linker(ontology: Ontology) -> Linker:
    return Linker(ontology, Register.bundled(), Analyses())


def read(raw: bytes, name: str, ontology: Ontology) -> Document:
    document = read_document(raw, ontology, where=name)
    assert all(document.text[passage.start : passage.end] == passage.text for passage in document.passages)
    return document


def words(document: Document) -> list[str]:
    return " ".join(passage.text for passage in document.passages).split()


@pytest.mark.parametrize("ending", sorted(made.MADE))
def test_the_same_text_in_every_format_gives_the_same_text_and_links(ending: str, ontology: Ontology, linker: Linker) -> None:
    document = read(made.MADE[ending](TITLE, PARAGRAPHS), f"bericht{ending}", ontology)
    expected = " ".join(PARAGRAPHS if ending == ".eml" else (TITLE, *PARAGRAPHS)).split()
    assert words(document) == expected
    assert (document.title, document.language, document.has_record) == (TITLE, "de", False)
    linked = linker.link_document(document)
    named = {(link.scheme, link.slug) for link in linked.concepts}
    assert {("legal-form", "zweckverband"), ("activity", "bauhof"), ("success-factor", "vertrauen")} <= named
    plain = linker.link_document(read(made.MADE[".txt"](TITLE, PARAGRAPHS), "bericht.txt", ontology))
    assert named == {(link.scheme, link.slug) for link in plain.concepts}
    assert {place.ags for place in linked.places} == {place.ags for place in plain.places} >= {"08436039", "08436018"}
    mentions = [mention for link in linked.concepts for mention in link.evidence] + [mention for place in linked.places for mention in place.evidence]
    assert all(document.text[mention.start : mention.end] == mention.quote for mention in mentions)


def test_every_format_is_tried() -> None:
    """A format that is added is added here, too, or to the tests of what it can do."""
    by_hand = {".pptx", ".zip", ".csv", ".json"}
    from koopkg.reading import FORMATS

    assert {row.endings[0] for row in FORMATS} == made.MADE.keys() | by_hand


# PDF


def _prose() -> list[str]:
    """Paragraphs of real cases, long enough for a dozen pages."""
    found: list[str] = []
    for path in document_paths(bundled_corpus())[:60]:
        text = path.read_text(encoding="utf-8").split("---\n", 2)[2].partition("## Quellen")[0]
        found += [" ".join(part.split()) for part in text.split("\n\n") if len(part) > 150 and part[0] not in "#-"]
    return found


def _grams(text: str) -> Iterator[tuple[str, ...]]:
    found = re.findall(r"\w+", text.lower())
    return (tuple(found[place : place + 6]) for place in range(len(found) - 5))


def _share(paragraphs: Iterable[str], text: str) -> float:
    """Share of the runs of six words of the source that the text still has."""
    kept, wanted = set(_grams(text)), [gram for paragraph in paragraphs for gram in _grams(paragraph)]
    return sum(gram in kept for gram in wanted) / len(wanted)


@pytest.mark.parametrize(("columns", "by_rows"), [(1, False), (2, False), (2, True)])
def test_columns_hyphens_headers_and_footers_are_read_as_people_read_them(columns: int, by_rows: bool, ontology: Ontology) -> None:
    """Whatever the order in which the lines of two columns were drawn; the pages are where they were."""
    prose = _prose()
    raw = made.printed(TITLE, prose, columns=columns, by_rows=by_rows, running="Amtsblatt der Gemeinde Neudorf")
    document = read(raw, "amtsblatt.pdf", ontology)
    assert _share(prose, document.text) >= 0.95
    assert "Amtsblatt der Gemeinde" not in document.text
    assert not re.search(r"Seite \d", document.text)
    assert len(document.pages) == raw.count(b"/Type /Page\n") > 3
    assert document.title == TITLE
    assert list(document.pages) == sorted(document.pages)


def test_words_in_parts_are_whole_again_but_for_those_that_belong_so(ontology: Ontology) -> None:
    """A hyphen before `und` stays with its blank, one before a capital stays, the others go."""
    filling = "Der Rat tagte oft und lange in dieser Sache. " * 3
    text = f"{filling}Die Zusammenarbeitsvereinbarungen regeln Haushalts- und Kassenwesen in Baden-Württemberg. {filling}"
    document = read(made.printed(TITLE, [text] * 3, columns=2), "x.pdf", ontology)
    assert document.text.count("Zusammenarbeitsvereinbarungen") == 3
    assert document.text.count("Haushalts- und Kassenwesen in Baden-Württemberg") == 3


def test_a_mention_has_the_page_that_it_stands_on(ontology: Ontology) -> None:
    document = read(made.pages_pdf(12), "x.pdf", ontology)
    assert len(document.pages) == 12
    for number in (1, 2, 7, 12):
        assert document.page_of(document.text.index(f"Blatt {number} ")) == number
    assert read(b"Nur Text.", "x.txt", ontology).page_of(3) is None


def test_a_table_of_two_columns_is_read_row_by_row(ontology: Ontology) -> None:
    rows = [f"{year} | {year - 1990} Euro" for year in range(2001, 2013)]
    text = read(made.table_pdf([row.split(" | ") for row in rows]), "x.pdf", ontology).text
    assert all(row in text for row in rows)


# What stands around a text, and in it


def test_nothing_around_the_text_of_a_page_is_read(ontology: Ontology) -> None:
    """Menus, banners, scripts and footers, by what they are or by what they are called; also where the page is long."""
    around = (
        "<nav><ul><li>Wasserversorgung</li></ul></nav><div class='cookie-banner'>Cookies der Sparkasse</div><header role=banner>Kläranlage</header>"
        "<script>var verein = 'Feuerwehr';</script><style>.schule{}</style><aside>Kindergarten</aside>"
    )
    behind = "<footer>Impressum der Volkshochschule</footer><noscript>Bibliothek</noscript>"
    for paragraphs in (PARAGRAPHS, [f"{number}. Abschnitt. {text}" for number in range(8) for text in PARAGRAPHS]):
        document = read(made.html(TITLE, paragraphs, around=around, behind=behind), "seite.html", ontology)
        assert words(document) == " ".join([TITLE, *paragraphs]).split()


def test_what_a_page_says_of_itself_is_kept_and_nothing_is_made_up(ontology: Ontology) -> None:
    head = (
        "<title>Gemeinsamer Bauhof am See | Gemeinde Neudorf</title><meta property='og:site_name' content='Gemeinde Neudorf'>"
        "<meta name='dcterms.date' content='2021-03-04'><link rel=canonical href='https://example.org/bauhof'>"
    )
    document = read(made.html(TITLE, PARAGRAPHS, head=head), "seite.html", ontology)
    assert (document.date, document.publisher, document.source) == ("2021-03-04", "Gemeinde Neudorf", "https://example.org/bauhof")
    bare = read(made.html(TITLE, [*PARAGRAPHS, "Beschlossen am 3. Mai 2019."]), "seite.html", ontology)
    assert (bare.date, bare.publisher, bare.source) == (None, None, None)
    odd = read(made.html(TITLE, PARAGRAPHS, head="<link rel=canonical href='javascript:alert(1)'><meta name=date content='gestern'>"), "x.html", ontology)
    assert (odd.date, odd.source) == (None, None)
    for told, date in (("1970-01-01", None), ("1601-01-01", None), ("1989-12-31", None), ("1990-01-01", "1990-01-01")):  # what a program writes that knows none
        assert read(made.html(TITLE, PARAGRAPHS, head=f"<meta name='dcterms.date' content='{told}'>"), "x.html", ontology).date == date


def test_a_title_is_believed_only_if_the_text_knows_it(ontology: Ontology) -> None:
    """Of a PDF whose properties call it `Vorlage_neu_3` the largest line is the title; where nothing is one, the name of the file."""
    assert read(made.printed(TITLE, PARAGRAPHS, columns=1), "x.pdf", ontology).title == TITLE
    head = "<title>Willkommen</title>"
    assert read(f"<html><head>{head}</head><body><p>{PARAGRAPHS[0]}</p></body></html>".encode(), "x.html", ontology).title == PARAGRAPHS[0]
    assert read(b"12 34\n\n56", "zahlen aus 2024.txt", ontology).title == "zahlen aus 2024"


def test_tables_of_word_stand_where_they_stood(ontology: Ontology) -> None:
    document = read(made.docx(TITLE, PARAGRAPHS[:1], table=[("Jahr", "Kosten"), ("2010", "5 Mio. Euro")]), "x.docx", ontology)
    assert (
        document.text.index(PARAGRAPHS[0]) < document.text.index("Jahr | Kosten") < document.text.index("2010 | 5 Mio. Euro") < document.text.index("Unter der")
    )


def test_notes_of_a_text_stand_behind_it_and_deleted_words_nowhere(ontology: Ontology) -> None:
    body = (
        "<text:p>Der Verband<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Gegründet 1999.</text:p></text:note-body></text:note>"
        " arbeitet.</text:p><text:tracked-changes><text:p>Gestrichen.</text:p></text:tracked-changes>"
    )
    document = read(made.odt(TITLE, PARAGRAPHS, body=body), "x.odt", ontology)
    assert "Der Verband arbeitet." in document.text
    assert document.text.rstrip().endswith("Gegründet 1999.")
    assert "Gestrichen" not in document.text
    assert document.date == "2024-02-29"


def test_each_slide_is_a_page(ontology: Ontology) -> None:
    document = read(made.pptx(TITLE, PARAGRAPHS), "x.pptx", ontology)
    assert document.title == TITLE
    assert [document.page_of(document.text.index(paragraph)) for paragraph in PARAGRAPHS] == [1, 2, 3]


def test_a_letter_may_be_html_and_nobody_is_named(ontology: Ontology) -> None:
    document = read(made.eml(TITLE, PARAGRAPHS, as_html=True), "x.eml", ontology)
    assert words(document) == " ".join([TITLE, *PARAGRAPHS]).split()
    assert (document.date, document.publisher) == ("2024-03-05", None)
    assert "example.org" not in document.text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Bauhof für Grünkraut".encode(), "Bauhof für Grünkraut"),
        ("Bauhof für Grünkraut".encode("utf-8-sig"), "Bauhof für Grünkraut"),
        ("Bauhof für Grünkraut – 5 €".encode("cp1252"), "Bauhof für Grünkraut – 5 €"),
        ("Bauhof für Grünkraut".encode("utf-16"), "Bauhof für Grünkraut"),
        ("Bauhof für Grünkraut".encode().decode("cp1252").encode(), "Bauhof für Grünkraut"),
        ("Bauhof f\u0075\u0308r alle".encode(), "Bauhof für alle"),
        ("São Paulo, „Ä“ und ¼ – 5 €".encode(), "São Paulo, „Ä“ und ¼ – 5 €"),
    ],
)
def test_text_is_read_in_whatever_encoding_it_is(raw: bytes, text: str, ontology: Ontology) -> None:
    assert read(raw, "x.txt", ontology).text == text


# What a file is


def test_what_a_file_is_its_content_says(ontology: Ontology) -> None:
    """Whatever the end of its name; macros are no hindrance, and are not read."""
    for name, raw in (
        ("falsch.docx", made.pdf(TITLE, PARAGRAPHS)),
        ("falsch.pdf", made.docx(TITLE, PARAGRAPHS)),
        ("falsch.pdf", made.html(TITLE, PARAGRAPHS)),
        ("falsch.txt", made.odt(TITLE, PARAGRAPHS)),
        ("macro.docm", made.with_macros(made.docx(TITLE, PARAGRAPHS))),
        ("macro.docx", made.with_macros(made.docx(TITLE, PARAGRAPHS))),
    ):
        assert words(read(raw, name, ontology)) == " ".join([TITLE, *PARAGRAPHS]).split(), name


REFUSED: dict[str, tuple[bytes | Callable[[], bytes], str, str]] = {
    "leer.pdf": (b"", "is empty", "ist leer"),
    "weiss.txt": (b" \n\n ", "is empty", "ist leer"),
    "gesperrt.pdf": (made.locked_pdf(), "is locked with a password", "mit einem Passwort gesperrt"),
    "gesperrt.odt": (made.odt(TITLE, PARAGRAPHS, manifest="<encryption-data/>"), "is locked with a password", "mit einem Passwort gesperrt"),
    "gesperrt.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "is locked", "mit einem Passwort gesperrt"),
    "alt.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 WordDocument", "before 2007", "von vor 2007"),
    "scan.pdf": (made.scan(), "is a scan", "ist ein Scan"),
    "kaputt.pdf": (b"%PDF-1.7\n" + bytes(range(256)) * 9, "is damaged", "ist beschädigt"),
    "kaputt.docx": (made.docx(TITLE, PARAGRAPHS)[:5000], "is damaged", "ist beschädigt"),
    "tabelle.docx": (made.archive({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}), "is no text document", "kein Textdokument"),
    "bild.pdf": (b"\x89PNG\r\n\x1a\n123", "is no document", "ist kein Dokument"),
    "zufall.txt": (bytes(range(256)) * 20, "is no text", "ist kein Text"),
    "lang.pdf": (partial(made.pages_pdf, 2_001), "has 2,001 pages", "hat 2.001 Seiten"),
    "bombe.docx": (made.archive({"[Content_Types].xml": "<x/>", "word/document.xml": b" " * 60_000_000}), "times its own size", "-Fache"),
    "kein.eml": (b"Nur ein Text.", "is no e-mail", "ist keine E-Mail"),
    "menue.html": (b"<html><body><nav>Start</nav><script>1</script></body></html>", "has no text", "hat keinen Text"),
    "lang.txt": (b"Bauhof " * 720_000, "characters of text", "Zeichen Text"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_in_words_of_both_languages(name: str, ontology: Ontology) -> None:
    raw, english, german = REFUSED[name]
    with pytest.raises(DocumentError) as refused:
        read_document(raw() if callable(raw) else raw, ontology, where=name)
    assert english in str(refused.value)
    assert german in translated(refused.value.message, "de")


def test_an_archive_is_no_document(ontology: Ontology) -> None:
    raw = made.archive({"a.txt": "Ein Text."})
    assert format_of(raw, "x.zip", "x.zip").reader is None
    with pytest.raises(DocumentError, match="holds other files"):
        read_document(raw, ontology, where="x.zip")


# Sentences

SENTENCES = [
    ["Die Gemeinden gründeten gem. § 25 GkG einen Zweckverband.", "Nach Art. 2 Abs. 3 gilt das z. B. auch für Ämter."],
    ["Sie begann am 1.1.2010 und endete am 3. März 2015.", "Dr. Müller leitet den Bauhof.", "Das kostet 3,5 Mio. EUR pro Jahr."],
    ["Der Verband wurde 2010 gegründet.", "2012 trat die Stadt St. Pölten bei.", "Im 19. Jahrhundert war das anders."],
    ["Er ist einzig in seiner Art.", "Vgl. Nr. 4 und S. 12 der Satzung i. d. F. vom 1. Juli."],
    ["Betreiberin ist die Bürgerwind GmbH & Co. KG mit 47 Leuten.", "Sie liegt in der Gde. Neudorf.", "Was nun?", "Mehr steht auf www.beispiel.de."],
]


@pytest.mark.parametrize("sentences", SENTENCES, ids=lambda sentences: sentences[0][:30])
def test_a_sentence_ends_where_people_see_it_end(sentences: list[str]) -> None:
    text = " ".join(sentences)
    starts = [0, *sentence_starts(text, "de"), len(text) + 1]
    assert [text[begin : end - 1] for begin, end in pairwise(starts)] == sentences


def test_long_texts_are_cut_like_short_ones() -> None:
    """What is given to the library in parts is cut where the whole would be."""
    text = " ".join(sentence for sentences in SENTENCES for sentence in sentences)
    once = len(list(sentence_starts(text, "de"))) + 1
    assert len(list(sentence_starts(" ".join([text] * 300), "de"))) == 300 * once - 1
