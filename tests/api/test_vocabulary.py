"""The ontology, its schemes and its concepts can be read at their own IRIs: as pages in two languages, as RDF in four syntaxes."""

from __future__ import annotations

from urllib.parse import quote

import pyoxigraph as ox
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Page

from koopkg.namespaces import ONTOLOGY_GRAPH, PREFIXES, VOCAB
from koopkg.ontology import Ontology, bundled_triples
from koopkg.questions import bundled_questions
from tests.api.test_pages import browser, page
from tests.conftest import Server

__all__ = ["browser", "page"]

MEDIA = {
    "ttl": ("text/turtle", ox.RdfFormat.TURTLE),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
    "rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
    "nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
}
CONCEPT = ox.NamedNode(f"{VOCAB}legal-form/zweckverband")
LABEL = ox.Triple(CONCEPT, ox.NamedNode(f"{PREFIXES['skos']}prefLabel"), ox.Literal("Zweckverband", language="de"))


def page_of(path: str, server: Server) -> BeautifulSoup:
    return BeautifulSoup(server.request(path, headers={"Accept": "text/html"}).text, "html.parser")


@pytest.mark.parametrize("suffix", MEDIA)
@pytest.mark.parametrize("path", ["/ontology", "/vocab/legal-form", "/vocab/legal-form/zweckverband"])
def test_suffix_and_accept_give_the_same_rdf(path: str, suffix: str, server: Server) -> None:
    media, syntax = MEDIA[suffix]
    by_accept, by_suffix = server.request(path, headers={"Accept": media}), server.request(f"{path}.{suffix}")
    assert by_accept.headers["content-type"].startswith(media)
    assert "Accept" in by_accept.headers["vary"].split(", ")
    triples = [{quad.triple for quad in ox.parse(answer.body, format=syntax)} for answer in (by_accept, by_suffix)]
    assert LABEL in triples[0]
    assert len(triples[0]) == len(triples[1])


def test_the_ontology_file_holds_the_whole_ontology(server: Server) -> None:
    served = {quad.triple for quad in ox.parse(server.request("/ontology.nt").body, format=ox.RdfFormat.N_TRIPLES)}
    own = {triple for triple in bundled_triples() if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode | ox.Literal)}
    assert own <= served


def test_rdf_of_a_concept_holds_what_is_said_about_it(server: Server) -> None:
    """Properties of the form and provisions of statutes too, not only the concept's own statements."""
    predicates = {
        quad.predicate.value.rpartition("#")[2] for quad in ox.parse(server.request("/vocab/legal-form/zweckverband.ttl").body, format=MEDIA["ttl"][1])
    }
    assert {"ofForm", "provides", "annotatedSource", "prefLabel"} <= predicates


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/rule/horizontale-kooperation", "§ 108 Abs. 6 GWB"),
        ("/form-statement/zweckverband/private-mitglieder/08", "Freiverband"),
        ("/suitability-assessment/nahversorgung", "20 %"),
        ("/section/14-01", "Wechselseitiges Vertrauen"),
        ("/source/trapp-2019", "Kommunen innovativ"),
        ("/mapping/sector-wasser-wd-Q1061108", "exactMatch"),
    ],
)
def test_every_other_part_of_the_ontology_has_an_iri_that_answers(path: str, text: str, server: Server) -> None:
    """Programs get its RDF; people the page of the ontology."""
    for answer in (server.request(path, headers={"Accept": "application/n-triples"}), server.request(f"{path}.nt")):
        triples = {quad.triple for quad in ox.parse(answer.body, format=ox.RdfFormat.N_TRIPLES)}
        assert any(text in str(triple) for triple in triples)
        assert any(str(triple.subject).endswith(f"{path}>") for triple in triples)
    assert "<h1>koopkg-Ontologie" in server.request(path, headers={"Accept": "text/html"}).text


def test_a_statute_has_a_page_with_versions_sections_and_forms(server: Server) -> None:
    soup = page_of("/statute/06-kgg", server)
    assert soup.select_one("h1") is not None
    assert soup.h1.text == "Gesetz über kommunale Gemeinschaftsarbeit"  # type: ignore[union-attr]
    facts = {row.dt.text: row.dd.text for row in soup.select(".facts dl > div") if row.dt and row.dd}
    assert facts["Gilt in"] == "Hessen"
    assert facts["Ausgefertigt oder neu bekannt gemacht"] == "16.12.1969"
    assert facts["Kennung"] == "https://w3id.org/koopkg/statute/06-kgg"
    [version] = soup.select("#fassung-2023-02-16")
    assert "Fassung vom 16.02.2023, gelesen am 27.11.2026" in version.text
    [row] = soup.select("tr#zweckverband")
    assert row.th is not None
    assert row.th.a is not None
    assert str(row.th.a["href"]).endswith("/vocab/legal-form/zweckverband")
    assert [cell.get_text(" ", strip=True) for cell in row("td")][:3] == ["Zweckverband", "§§ 5–23a", "16.02.2023, gelesen am 27.11.2026"]
    assert "Version of 16 Feb 2023, read on 27 Nov 2026" in page_of("/statute/06-kgg?lang=en", server).text


def test_the_rdf_of_a_statute_holds_its_provisions_and_versions(server: Server) -> None:
    for answer in (server.request("/statute/06-kgg", headers={"Accept": "application/n-triples"}), server.request("/statute/06-kgg.nt")):
        triples = {quad.triple for quad in ox.parse(answer.body, format=ox.RdfFormat.N_TRIPLES)}
        subjects = {str(triple.subject).strip("<>").partition("#")[2] for triple in triples}
        assert {"", "zweckverband", "fassung-2023-02-16"} <= subjects
        assert ox.NamedNode(f"{PREFIXES['eli']}LegalResource") in {triple.object for triple in triples}


def test_forms_by_land_show_every_provision_of_the_statutes_and_nothing_else(server: Server, ontology: Ontology) -> None:
    """Counted from the Turtle by hand: in the row of a form and the column of a Land stand the sections of each provision, else a dash."""
    store = ox.Store()
    store.extend(ox.Quad(*triple) for triple in bundled_triples(("statutes", "places")))
    query = (
        "SELECT ?form ?code ?text { ?s koop:hasProvision ?p ; koop:appliesIn ?place ; koop:abbreviation ?short . ?place dcterms:identifier ?code ."
        " ?p koop:provides ?form ; koop:localName ?name OPTIONAL { ?p koop:sections ?sections }"
        " BIND(CONCAT(COALESCE(?sections, STR(?name)), ' ', ?short) AS ?text) }"
    )
    expected: dict[tuple[str, str], set[str]] = {}
    for form, code, text in store.query(query, prefixes=PREFIXES):  # type: ignore[union-attr]
        if form.value in ontology.concepts and code.value.startswith("DE"):
            expected.setdefault((form.value.rpartition("/")[2], code.value.rpartition("-")[2]), set()).add(text.value)
    table = page_of("/vocab/legal-form/laender", server).select("table")[0]
    heads = [cell.get_text(strip=True) for cell in table.select("thead th")][1:]
    assert heads[0] == "Bundesrecht"
    assert sorted(heads[1:]) == sorted("BB BE BW BY HB HE HH MV NI NW RP SH SL SN ST TH".split())
    found = {}
    for row in table.select("tbody tr"):
        assert row.th is not None
        assert row.th.a is not None
        slug = str(row.th.a["href"]).rpartition("/")[2]
        for code, cell in zip(["DE", *heads[1:]], row("td"), strict=True):
            assert cell("a") or cell.text == "–"
            if cell("a"):
                found[slug, code] = {link.text for link in cell("a")}
    assert found == expected
    assert len({slug for slug, _ in found}) > 10


def test_the_page_of_forms_by_land_says_what_a_dash_means_and_is_linked(server: Server) -> None:
    assert "Es heißt nicht, dass die Form unzulässig ist" in page_of("/vocab/legal-form/laender", server).text
    assert "It does not mean that the form is not allowed" in page_of("/vocab/legal-form/laender?lang=en", server).text
    for path in ("/vocab/legal-form", "/vocab/legal-form/zweckverband", "/ontology", "/statute/06-kgg"):
        assert page_of(path, server).select('a[href="/vocab/legal-form/laender"]'), path
    for link in page_of("/vocab/legal-form/laender", server).select("td a")[:20]:
        path, _, anchor = str(link["href"]).partition("#")
        assert page_of(path, server).select(f'tr[id="{anchor}"]'), link


UNKNOWN = ["/statute/nix", "/source/nix.ttl", "/vocab/nix", "/vocab/sector/nix", "/vocab/sector/wasser.doc", "/ontology.doc", "/ontology/9.9.9"]
NO_IRIS = ["/source/trapp-2019%3E%20%3Fp%20%3Fo%20%7D%20%23", "/vocab/sector/wasser%3E"]
"""Names that would end the IRI and go on as a query."""


@pytest.mark.parametrize("path", [*UNKNOWN, *NO_IRIS])
def test_unknown_names_and_suffixes_are_not_found(path: str, server: Server) -> None:
    assert server.request(path).status == 404


def test_a_media_type_that_is_not_on_offer_is_refused(server: Server) -> None:
    answer = server.request("/ontology", headers={"Accept": "application/pdf"})
    assert answer.status == 406
    assert "text/turtle" in answer.text


def test_the_version_iri_leads_to_the_ontology(server: Server) -> None:
    [iri] = {str(triple.object).strip("<>") for triple in bundled_triples(("koop",)) if triple.predicate.value.endswith("#versionIRI")}
    version = server.request(f"/ontology/{iri.rpartition('/')[2]}", headers={"Accept": "text/turtle"})
    assert version.status == 200
    assert version.headers["content-type"].startswith("text/turtle")


def test_a_form_is_compared_with_sources_and_state_of_checking(server: Server) -> None:
    soup = BeautifulSoup(server.request("/vocab/legal-form/zweckverband", headers={"Accept": "text/html"}).text, "html.parser")
    rows = {row.th.get_text(strip=True): row for row in soup.select("tbody tr") if row.th}
    assert "Das Recht und die Pflicht, die Aufgabe zu erfüllen, gehen über" in rows["Übertragung der Aufgabe"].text
    assert rows["Übertragung der Aufgabe"].a is not None
    assert "zu prüfen" in rows["Gründungsaufwand"].text
    assert "KGG, §§ 5–23a" in rows["Hessen"].text
    assert "16.02.2023, gelesen am 27.11.2026" in rows["Hessen"].text
    assert [str(link["href"]) for link in rows["Hessen"]("a")] == ["/statute/06-kgg#zweckverband"]


def test_from_case_to_concept_to_ontology_and_back_to_cases(page: Page, server: Server) -> None:
    """Without JavaScript."""
    page.goto(server.address + "/case/standesamt-lossetal")
    page.get_by_role("link", name="Klare Vereinbarung als Grundlage").first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "Klare Vereinbarung als Grundlage"
    page.get_by_role("link", name="Erfolgsfaktoren", exact=True).click()
    assert "Ausstiegsregelung" in page.get_by_role("article").inner_text()
    page.get_by_role("link", name="Ontologie").first.click()
    assert page.get_by_role("heading", name="Das Kernmodell").is_visible()
    page.get_by_role("link", name="English").click()
    page.get_by_role("link", name="sectors of public services").click()
    page.get_by_role("link", name="works depot").first.click()
    page.get_by_role("link", name="Joint works depot of Grünkraut and Bodnegg").first.click()
    assert page.url.endswith("/case/bauhof-gruenkraut-bodnegg?lang=en")


def test_the_page_documents_every_term(server: Server) -> None:
    page_text = BeautifulSoup(server.request("/ontology?lang=en", headers={"Accept": "text/html"}).text, "html.parser").text
    declared = {
        triple.subject.value.rpartition("#")[2]
        for triple in bundled_triples(("koop",))
        if isinstance(triple.subject, ox.NamedNode) and triple.subject.value.startswith(f"{ONTOLOGY_GRAPH}#")
    }
    assert len(declared) > 80
    assert [name for name in declared if f"koop:{name}" not in page_text] == []


def test_each_competency_question_leads_to_its_query_ready_to_run(server: Server) -> None:
    """The page holds the query as it is; the endpoint takes what the form sends, as CSV, and answers it."""
    links = {str(link["href"]): link.text for link in page_of("/ontology?lang=en", server).select("#questions li a")}
    assert list(links.values()) == [question.wording["en"] for question in bundled_questions()]
    for address, question in zip(links, bundled_questions(), strict=True):
        shown = page_of(address, server)
        assert question.decision["en"] in shown.text
        form = shown.select_one("form[action$='/sparql']")
        assert form is not None
        query = form.select_one("textarea").text  # type: ignore[union-attr]
        assert query.strip() == question.query.strip()
        answer = server.request(f"/sparql?query={quote(query)}&format=csv")
        assert answer.status == 200, (question.number, answer.text)
        assert answer.text.splitlines()[0]
    assert server.request("/ontology/question/999", headers={"Accept": "text/html"}).status == 404


def test_a_deprecated_concept_says_where_it_went(server: Server) -> None:
    """On its page in both languages and in the JSON API; a concept in use says nothing of the kind."""
    for path, told in (("/vocab/legal-form/euregio", "Nicht mehr in Gebrauch."), ("/vocab/legal-form/euregio?lang=en", "No longer used.")):
        page = page_of(path, server)
        assert told in page.get_text()
        assert page.select('.scope a[href*="/vocab/cooperation-type/euregio"]')
    assert "Nicht mehr in Gebrauch" not in page_of("/vocab/legal-form/zweckverband", server).get_text()
    assert server.request("/api/v1/concepts/legal-form/euregio").json()["replaced_by"] == [f"{VOCAB}cooperation-type/euregio"]
    assert server.request("/api/v1/concepts/legal-form/zweckverband").json()["replaced_by"] == []


def test_a_filter_by_the_old_slug_answers_as_the_new_concept(server: Server) -> None:
    """None of the tiny cases is a Euregio; the filter is no error, and counts itself."""
    answer = server.request("/api/v1/cases?legal_form=euregio")
    assert answer.status == 200
    assert answer.json()["total"] == 0
