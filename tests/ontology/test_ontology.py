"""The ontology holds what it promises: the slugs of the case schema, both languages, sources, a sound hierarchy."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import cast

import pyoxigraph as ox
import pytest
import rdflib
import rdflib.collection
from tools import describe_ontology
from tools.format_turtle import canonical

from koopkg.config import Settings
from koopkg.errors import OntologyError
from koopkg.namespaces import KOOP, ONTOLOGY_GRAPH, PREFIXES, VOCAB
from koopkg.ontology import Ontology, _triples, bundled_files, bundled_triples

FOLDER = Path(__file__).parent.parent.parent / "ontology"

KEYS = {
    "sector": "energie-strom energie-gas energie-waerme wasser abwasser abfall mobilitaet-oepnv baubetriebshof kita schule krankenhaus aerztliche-versorgung "
    "pflege rettungswesen feuerwehr nahversorgung schwimmbad-sport kultur-bibliothek wohnen breitband-digital verwaltung personal-finanzen "
    "beschaffung-vergabe standesamt-meldewesen ordnung-sicherheit gewerbe-wirtschaft tourismus raumplanung-flaechen klimaschutz-umwelt hochwasserschutz "
    "ehrenamt-gemeinwesen jugend-familie senioren integration friedhof strassen-wege leerstand-ortskern",
    "legal-form": "zweckverband planungsverband kommunale-arbeitsgemeinschaft oeffentlich-rechtliche-vereinbarung-delegierend "
    "oeffentlich-rechtliche-vereinbarung-mandatierend oeffentlich-rechtliche-vereinbarung anstalt-oeffentlichen-rechts verwaltungsgemeinschaft "
    "gmbh ggmbh gmbh-co-kg ag stiftung verein genossenschaft buergergenossenschaft gbr privatrechtlicher-vertrag runder-tisch projektbeirat "
    "koordinierungsbuero staedtenetz regionalforum netzwerk forum ehrenamtsboerse kommunaler-eigenbetrieb kooperationsvertrag "
    "leader-aktionsgruppe euregio evtz gemeinsame-anstalt gesamtgemeinde amt verbandsgemeinde samtgemeinde vereinbarte-verwaltungsgemeinschaft "
    "verwaltungsgemeinschaft-koerperschaft besondere-arbeitsgemeinschaft pflichtverband pflichtvereinbarung personalgestellung regiebetrieb "
    "eigengesellschaft kommunalverband-besonderer-art nachbarschaftsverband gewaesserunterhaltungsverband gemeindeverband-at "
    "verwaltungsgemeinschaft-at wasserverband-at zweckverband-ch anschlussvertrag gemeinsame-anstalt-ch",
    "success-factor": "vertrauen win-win zielklarheit kommunikation komplementaere-ressourcen commitment klare-vereinbarung effiziente-organisationsform "
    "koordinationsstelle augenhoehe freiwilligkeit politischer-rueckhalt buergerbeteiligung foerderung externe-begleitung schluesselpersonen "
    "schrittweises-vorgehen evaluation",
    "cooperation-type": "interkommunal koproduktion public-private stadt-umland regional grenzueberschreitend euregio leader-aktionsgruppe",
    "actor-type": "kommune landkreis land bund eu buergerschaft verein genossenschaft unternehmen stadtwerke kirche wohlfahrtsverband hochschule kammer "
    "sparkasse verkehrsverbund",
    "area-type": "laendlich verstaedtert staedtisch stadt-umland grenzraum",
    "initiative": "bottom-up top-down gemischt",
    "orientation": "aufgabenorientiert strategisch",
    "approach": "sektoral integriert",
    "phase": "anbahnung konzeption umsetzung betrieb weiterentwicklung beendigung",
    "status": "geplant pilot aktiv beendet gescheitert in-fusion-aufgegangen unbekannt",
}


@pytest.mark.parametrize(("scheme", "slugs"), KEYS.items())
def test_each_scheme_keeps_the_keys_of_the_case_schema(scheme: str, slugs: str, ontology: Ontology) -> None:
    assert set(slugs.split()) <= {concept.slug for concept in ontology.schemes[scheme]}


def test_there_is_one_scheme_a_file(ontology: Ontology) -> None:
    assert KEYS.keys() < ontology.schemes.keys() == {path.stem for path in bundled_files() if path.parent.name == "vocab"}


def test_every_concept_is_named_and_defined_in_both_languages(ontology: Ontology) -> None:
    for concept in ontology.concepts.values():
        for language in ("de", "en"):
            assert [label for label in concept.labels if label.kind == "pref" and label.language == language]
            assert len(concept.definition(language)) > 20
        assert concept.definition("de") != concept.definition("en")


def test_every_concept_has_more_than_one_name(ontology: Ontology) -> None:
    """Linking lives from labels; only the values of a status and schemes that texts do not name need none."""
    exempt = {"status", *ontology.unlinked_schemes}
    poor = [concept.iri for concept in ontology.concepts.values() if len(concept.labels) < 4 and concept.scheme not in exempt]
    assert poor == []


def test_every_source_is_described() -> None:
    triples = list(bundled_triples())
    described = {triple.subject for triple in triples if isinstance(triple.subject, ox.NamedNode) and triple.subject.value.startswith(PREFIXES["source"])}
    used = {triple.object for triple in triples if triple.predicate.value == f"{PREFIXES['dcterms']}source"}
    assert used
    assert used <= described


def test_no_undeclared_own_term_is_used() -> None:
    triples = list(bundled_triples())
    declared = {triple.subject.value for triple in triples if isinstance(triple.subject, ox.NamedNode)}
    used = {node.value for triple in triples for node in (triple.predicate, triple.object) if isinstance(node, ox.NamedNode)}
    shapes = next(path for path in bundled_files() if path.name == "shapes.ttl").read_text(encoding="utf-8")
    used |= {f"{KOOP}{name}" for name in re.findall(r"\bkoop:(\w+)", shapes)}
    assert sorted(iri for iri in used if iri.startswith(KOOP) and iri not in declared) == []


def test_every_own_property_that_the_graph_uses_is_declared() -> None:
    folder = Path(__file__).parent.parent.parent / "src" / "koopkg" / "graph"
    source = "\n".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    declared = {triple.subject.value for triple in bundled_triples() if isinstance(triple.subject, ox.NamedNode)}
    used = set(re.findall(r'"koop:(\w+)"', source))
    assert used
    assert sorted(name for name in used if f"{KOOP}{name}" not in declared) == []


def mutated(*added: str) -> Ontology:
    extra = "\n".join(added).encode()
    return Ontology.of([*bundled_triples(), *(quad.triple for quad in ox.parse(extra, format=ox.RdfFormat.TURTLE))])


SECTOR = "https://w3id.org/koopkg/vocab/sector"
SKOS = PREFIXES["skos"]


def test_a_concept_without_a_german_label_is_refused() -> None:
    with pytest.raises(OntologyError, match="needs a German skos:prefLabel"):
        mutated(f'<{SECTOR}/neu> a <{SKOS}Concept> ; <{SKOS}prefLabel> "fire"@en .')


def test_laender_have_their_official_keys(ontology: Ontology) -> None:
    hessen = ontology.territory_by_name("Hesse")
    assert hessen is not None
    assert (hessen.name("de"), hessen.ags, hessen.part_of) == ("Hessen", "06", "DE")
    assert len([land for land in ontology.territories.values() if land.part_of == "DE"]) == 16
    assert len([land for land in ontology.territories.values() if land.part_of == "CH"]) == 26
    assert len([land for land in ontology.territories.values() if land.part_of == "AT"]) == 9


@cache
def by_rdflib(path: Path) -> rdflib.Graph:
    """Two tests read each file."""
    return rdflib.Graph().parse(path)


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.ttl")), ids=lambda path: str(path.relative_to(FOLDER)))
def test_files_stand_in_canonical_form(path: Path) -> None:
    """Sorted, one value a line; `python tools/format_turtle.py` writes it."""
    assert canonical(by_rdflib(path)) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.ttl")), ids=lambda path: str(path.relative_to(FOLDER)))
def test_three_parsers_read_every_file_alike(path: Path) -> None:
    """Oxigraph, rdflib and, from Debian's raptor2-utils, Raptor count the same triples."""
    oxigraph = len(set(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)))
    assert len(by_rdflib(path)) == oxigraph
    rapper = shutil.which("rapper")
    if rapper is None:
        pytest.skip("raptor2-utils is not installed; .ci/run installs it")
    done = subprocess.run([rapper, "-c", "-i", "turtle", str(path)], capture_output=True, text=True, check=True)
    assert f"returned {oxigraph} triple" in done.stderr


def test_phases_are_an_ordered_collection() -> None:
    graph = rdflib.Graph().parse(next(path for path in bundled_files() if path.stem == "phase"))
    collection = rdflib.collection.Collection(graph, next(graph.objects(None, rdflib.SKOS.memberList)))
    assert [str(member).rpartition("/")[2] for member in collection] == "anbahnung aufbau konzeption umsetzung betrieb weiterentwicklung beendigung".split()


def test_version_stands_alike_in_ontology_changelog_and_readme() -> None:
    graph = rdflib.Graph().parse(FOLDER / "koop.ttl")
    version = str(graph.value(rdflib.URIRef(ONTOLOGY_GRAPH), rdflib.OWL.versionInfo))
    assert str(graph.value(rdflib.URIRef(ONTOLOGY_GRAPH), rdflib.OWL.versionIRI)) == f"{ONTOLOGY_GRAPH}/{version}"
    newest = re.search(r"^## (\S+)", (FOLDER / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == version
    assert f"Version {version}" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_every_prefix_of_a_file_names_the_namespace_that_the_code_names() -> None:
    for path in FOLDER.rglob("*.ttl"):
        for prefix, namespace in re.findall(r"^PREFIX ([\w-]+): <([^>]+)>", path.read_text(encoding="utf-8"), re.MULTILINE):
            assert PREFIXES.get(prefix, namespace) == namespace, path.name


def test_broken_turtle_is_one_clear_message(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text("<a> <b> ;;; oops", encoding="utf-8")
    with pytest.raises(OntologyError, match=r"broken\.ttl: line 1: .*; expected Turtle"):
        list(_triples(broken))


def test_what_is_said_of_a_form_is_the_law_of_the_land() -> None:
    """A Verwaltungsgemeinschaft is a corporation in Bayern and Thüringen, a contract in Schleswig-Holstein, Mecklenburg-Vorpommern and Sachsen."""
    graph = rdflib.Graph().parse(FOLDER / "legal-forms.ttl")
    form, aspect = rdflib.URIRef(f"{VOCAB}legal-form/verwaltungsgemeinschaft"), rdflib.URIRef(f"{VOCAB}form-aspect/rechtspersoenlichkeit")
    said = {}
    for statement in graph.subjects(rdflib.URIRef(f"{KOOP}ofForm"), form):
        if graph.value(statement, rdflib.URIRef(f"{KOOP}aspect")) == aspect:
            land, value = (str(graph.value(statement, rdflib.URIRef(f"{KOOP}{name}"))) for name in ("appliesIn", "value"))
            said[land.rpartition("/")[2]] = value.rpartition("/")[2]
    assert said == {"None": "bedingt", "08": "bedingt", "09": "ja", "16": "ja", "01": "nein", "13": "nein", "14": "nein"}


def test_each_question_on_legal_forms_is_one_query() -> None:
    """Private partners join and staff must be employed, in Hessen: five forms of private law and the Zweckverband, but no working group and no Anstalt."""
    rows = (FOLDER / "queries" / "cq04-form-mit-privaten-und-personal.csv").read_text(encoding="utf-8").splitlines()
    forms = ["Aktiengesellschaft", "Genossenschaft", "GmbH", "Verein", "Stiftung", "Zweckverband"]
    assert [row.partition(",")[0] for row in rows[1:]] == forms
    assert rows[-1].endswith("KGG §§ 5–23a")


def test_every_land_with_a_statute_on_cooperation_says_where_its_zweckverband_stands() -> None:
    """Berlin and Hamburg, each one municipality, have none."""
    store = ox.Store()
    store.extend(ox.Quad(*triple) for triple in bundled_triples(("statutes",)))
    query = "SELECT DISTINCT ?place { ?s koop:appliesIn ?place ; koop:hasProvision/koop:provides legal-form:zweckverband }"
    places = {row["place"].value.rpartition("/")[2] for row in cast(ox.QuerySolutions, store.query(query, prefixes=PREFIXES))}
    assert places == {f"{key:02}" for key in range(1, 17)} - {"02", "11"}


def test_tables_are_not_written_from_a_snapshot_of_an_older_ontology(
    tiny_copy: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """They would lack what was just added, and nobody would notice."""
    monkeypatch.setattr(describe_ontology, "bundled_hash", lambda: "another")
    monkeypatch.setattr("sys.argv", ["describe_ontology", "--data", str(tiny_copy.data), "--check"])
    assert describe_ontology.main() == 1
    assert capsys.readouterr().out == f"{tiny_copy.data}: holds an older ontology than ontology/; run `koopkg ingest corpus/cases` first\n"
