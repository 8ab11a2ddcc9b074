"""The ontology holds what it promises: the slugs of the case schema, both languages, sources, a sound hierarchy."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
import rdflib.collection

from koopkg.errors import OntologyError
from koopkg.namespaces import KOOP, PREFIXES
from koopkg.ontology import Ontology, bundled_files, bundled_triples
from koopkg.validation import _broken_hierarchy, _double_labels, check_ontology

KEYS = {
    "sector": "energie-strom energie-gas energie-waerme wasser abwasser abfall mobilitaet-oepnv baubetriebshof kita schule krankenhaus aerztliche-versorgung "
    "pflege rettungswesen feuerwehr nahversorgung schwimmbad-sport kultur-bibliothek wohnen breitband-digital verwaltung personal-finanzen "
    "beschaffung-vergabe standesamt-meldewesen ordnung-sicherheit gewerbe-wirtschaft tourismus raumplanung-flaechen klimaschutz-umwelt hochwasserschutz "
    "ehrenamt-gemeinwesen jugend-familie senioren integration friedhof strassen-wege leerstand-ortskern",
    "legal-form": "zweckverband planungsverband kommunale-arbeitsgemeinschaft oeffentlich-rechtliche-vereinbarung-delegierend "
    "oeffentlich-rechtliche-vereinbarung-mandatierend oeffentlich-rechtliche-vereinbarung anstalt-oeffentlichen-rechts verwaltungsgemeinschaft gmbh ggmbh "
    "gmbh-co-kg ag stiftung verein genossenschaft buergergenossenschaft gbr privatrechtlicher-vertrag runder-tisch projektbeirat koordinierungsbuero "
    "staedtenetz regionalforum netzwerk forum ehrenamtsboerse kommunaler-eigenbetrieb kooperationsvertrag leader-aktionsgruppe euregio evtz",
    "success-factor": "vertrauen win-win zielklarheit kommunikation komplementaere-ressourcen commitment klare-vereinbarung effiziente-organisationsform "
    "koordinationsstelle augenhoehe freiwilligkeit politischer-rueckhalt buergerbeteiligung foerderung externe-begleitung schluesselpersonen "
    "schrittweises-vorgehen evaluation",
    "cooperation-type": "interkommunal koproduktion public-private stadt-umland regional grenzueberschreitend",
    "actor-type": "kommune landkreis land bund eu buergerschaft verein genossenschaft unternehmen stadtwerke kirche wohlfahrtsverband hochschule kammer "
    "sparkasse verkehrsverbund",
    "area-type": "laendlich verstaedtert staedtisch stadt-umland grenzraum",
    "initiative": "bottom-up top-down gemischt",
    "orientation": "aufgabenorientiert strategisch",
    "approach": "sektoral integriert",
    "phase": "anbahnung konzeption umsetzung betrieb weiterentwicklung beendigung",
    "status": "geplant pilot aktiv beendet gescheitert unbekannt",
}


@pytest.mark.parametrize(("scheme", "slugs"), KEYS.items())
def test_each_scheme_has_exactly_the_keys_of_the_case_schema(scheme: str, slugs: str, ontology: Ontology) -> None:
    assert sorted(concept.slug for concept in ontology.schemes[scheme]) == sorted(slugs.split())


def test_there_is_one_scheme_a_file(ontology: Ontology) -> None:
    assert set(ontology.schemes) == set(KEYS) == {path.stem for path in bundled_files() if path.parent.name == "vocab"}


def test_every_concept_is_named_and_defined_in_both_languages(ontology: Ontology) -> None:
    for concept in ontology.concepts.values():
        for language in ("de", "en"):
            assert [label for label in concept.labels if label.kind == "pref" and label.language == language]
            assert len(concept.definition(language)) > 20
        assert concept.definition("de") != concept.definition("en")


def test_every_concept_has_more_than_one_name(ontology: Ontology) -> None:
    """Linking lives from labels; only the values of a status need none."""
    poor = [concept.iri for concept in ontology.concepts.values() if len(concept.labels) < 4 and concept.scheme != "status"]
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
    source = (Path(__file__).parent.parent.parent / "src" / "koopkg" / "graph.py").read_text(encoding="utf-8")
    declared = {triple.subject.value for triple in bundled_triples() if isinstance(triple.subject, ox.NamedNode)}
    used = set(re.findall(r'"koop:(\w+)"', source))
    assert used
    assert sorted(name for name in used if f"{KOOP}{name}" not in declared) == []


def test_ontology_passes_its_own_checks() -> None:
    assert check_ontology() == []


def mutated(*added: str) -> Ontology:
    extra = "\n".join(added).encode()
    return Ontology([*bundled_triples(), *(quad.triple for quad in ox.parse(extra, format=ox.RdfFormat.TURTLE))])


SECTOR = "https://w3id.org/koopkg/vocab/sector"
SKOS = PREFIXES["skos"]


def test_a_circle_in_the_hierarchy_is_found() -> None:
    broken = mutated(f"<{SECTOR}/kita> <{SKOS}broader> <{SECTOR}/schule> .", f"<{SECTOR}/schule> <{SKOS}broader> <{SECTOR}/kita> .")
    assert any("is broader than itself" in finding for finding in _broken_hierarchy(broken))


def test_a_link_to_nowhere_is_found() -> None:
    assert any("no concept" in finding for finding in _broken_hierarchy(mutated(f"<{SECTOR}/kita> <{SKOS}broader> <{SECTOR}/nix> .")))


def test_a_label_used_twice_is_found() -> None:
    added = f'<{SECTOR}/neu> a <{SKOS}Concept> ; <{SKOS}inScheme> <{SECTOR}> ; <{SKOS}prefLabel> "Feuerwehr"@de .'
    assert any("'Feuerwehr' names feuerwehr and neu" in finding for finding in _double_labels(mutated(added)))


def test_a_concept_without_a_german_label_is_refused() -> None:
    with pytest.raises(OntologyError, match="needs a German skos:prefLabel"):
        mutated(f'<{SECTOR}/neu> a <{SKOS}Concept> ; <{SKOS}prefLabel> "fire"@en .')


def test_laender_have_their_official_keys(ontology: Ontology) -> None:
    hessen = ontology.land_by_name("Hesse")
    assert hessen is not None
    assert (hessen.name("de"), hessen.ags, hessen.part_of) == ("Hessen", "06", "DE")
    assert len([land for land in ontology.lands.values() if land.part_of == "DE"]) == 16
    assert len([land for land in ontology.lands.values() if land.part_of == "CH"]) == 26
    assert len([land for land in ontology.lands.values() if land.part_of == "AT"]) == 9


def test_two_parsers_read_every_file_alike() -> None:
    for path in bundled_files():
        ours = len(list(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)))
        assert len(rdflib.Graph().parse(path)) == ours, path.name


def test_concepts_stand_sorted_in_their_files() -> None:
    for path in bundled_files():
        if path.parent.name == "vocab":
            subjects = re.findall(rf"^<https://w3id.org/koopkg/vocab/{path.stem}/([\w-]+)>$", path.read_text(encoding="utf-8"), re.MULTILINE)
            concepts = [subject for subject in subjects if subject != "reihenfolge"]
            assert concepts == sorted(concepts), path.name


def test_phases_are_an_ordered_collection() -> None:
    graph = rdflib.Graph().parse(next(path for path in bundled_files() if path.stem == "phase"))
    collection = rdflib.collection.Collection(graph, next(graph.objects(None, rdflib.SKOS.memberList)))
    assert [str(member).rpartition("/")[2] for member in collection] == KEYS["phase"].split()
