"""Whoever types a word of the source deck finds the concept that carries it there."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from koopkg.analyses import Analyses
from koopkg.linking import Linker
from koopkg.namespaces import BASE, KOOP, PREFIXES, VOCAB
from koopkg.ontology import Ontology, bundled_triples
from koopkg.register import Register

SECTION = f"{BASE}section/"
NO_NAME = {
    "05-20": ("Daseinsvorsorge",),
    "02-01": ("Demografischer Wandel", "Daseinsvorsorge"),
    "06-08": ("Klimaschutz und Effizienz", "Energieeffizienz", "Ressourceneffizienz"),
    "07-01": ("technische Herausforderungen",),
    "07-02": ("soziale Herausforderungen",),
    "07-03": ("ökonomische Herausforderungen",),
    "07-04": ("administrative Herausforderungen",),
    "07-05": ("Ausstattung mit Infrastruktur", "Erreichbarkeit", "Versorgungsqualität"),
    "07-06": ("Handlungskapazitäten der öffentlichen Hand", "leere Kassen", "Personalmangel"),
    "07-10": (),
    "07-20": ("Leitbild Daseinsvorsorge sichern",),
    "10-09": ("Potenziale der Koproduktion", "Grenzen der Koproduktion"),
    "12-01": ("öffentlich-rechtliche Formen", "privatrechtliche Formen", "informelle Formen"),
    "18-05": ("externe Inputs", "externe Beratung"),
}
"""Bullets that are a heading or several words at once -> how a person asks for what they stand for; the levels of concern are not looked for in texts."""
TYPED = {
    "legal-form/gemeinsame-anstalt": "Kommunales Gemeinschaftsunternehmen|kommunalen Gemeinschaftsunternehmens|gemeinsames Kommunalunternehmen|gKU",
    "legal-form/oeffentlich-rechtliche-vereinbarung-delegierend": "delegierend|delegierende Vereinbarung|delegierender Vereinbarungen",
    "legal-form/oeffentlich-rechtliche-vereinbarung-mandatierend": "mandatierend|mandatierende Vereinbarung|mandatierenden Vereinbarung",
    "legal-form/koordinierungsbuero": "Koordinierungsbüro|Koordinierungsbüros|Koordinationsbüro|Koordinationsstelle",
    "legal-form/regionalforum": "Regionalforum|Regionalforen|regionale Foren",
    "legal-form/gmbh-co-kg": "GmbH & Co. KG|GmbH & Co KG",
    "legal-form/verbandsgemeinde": "Verbandsgemeinde|Verbandsgemeinden",
    "legal-form/samtgemeinde": "Samtgemeinde|Samtgemeinden",
    "legal-form/amt": "Amt|Ämter|amtsangehörigen Gemeinden|Amtsverwaltung",
    "legal-form/personalgestellung": "Personalgestellung|Personalgestellungen",
    "legal-form/gemeindeverwaltungsverband": "GVV|Gemeindeverwaltungsverbände",
    "status/in-fusion-aufgegangen": "Fusion von Gemeinden|Fusionen von Gemeinden|Gemeindefusion|Gemeindefusionen|Eingemeindungen",
    "coordination-task/externe-beratung-suchen": "Externe Inputs|externer Input|externen Inputs",
    "coordination-task/projekte-einbeziehen": "andere Kooperationsprojekte|anderen Kooperationsprojekten",
    "coordination-task/impulse-setzen": "Inhaltliche Impulse|inhaltlichen Impulsen|Setzen inhaltlicher Impulse",
    "coordination-task/veranstaltungen-unterstuetzen": "Veranstaltung|Veranstaltungen",
    "frame/kooperation": "Kooperationsprojekt|Kooperationsprojekte|Kooperationsprojekten",
    "demographic-trend/haushaltsformen": "Haushaltsform|Haushaltsformen",
    "principle/erschwinglichkeit": "Erschwinglichkeit|erschwinglich",
    "principle/kontinuitaet-universalitaet": "Kontinuität|Universalität|universell",
    "success-factor/zielklarheit": "Kooperationsziel|Kooperationsziele|Kooperationszielen",
    "success-factor/chronos": "Chronos",
    "success-factor/kairos": "Kairos",
    "success-factor/fehlschlaege-einkalkulieren": "Fehlschläge|Fehlschlag|Fehlschlägen|Fehlschläge einkalkulieren",
    "success-factor/experimente-wagen": "Neuland betreten|wir betreten Neuland|Experimente wagen",
    "success-factor/denken-in-prozessen": "Denken in Prozessen|in Prozessen denken",
    "architecture/lernende-strukturen": "lernende Strukturen|lernender Strukturen|lernende, adaptive Strukturen",
    "imc-view/weiter-gedacht": "weiter denken|weiter gedacht|weitergedacht",
    "sector/kita": "Kita|Kitas|Kindertagesstätten",
}
"""What people type for what the deck speaks of, singular, plural and inflected."""


@pytest.fixture(scope="module")
def linker(ontology: Ontology) -> Linker:
    return Linker(ontology, Register.bundled(), Analyses())


def named(linker: Linker, typed: str) -> set[str]:
    return {f"{link.scheme}/{link.slug}" for link in linker.link_query(typed).concepts}


def bullets() -> Iterator[tuple[str, str, set[str]]]:
    """Number, words and concepts of each bullet of the deck that a concept carries."""
    titles, carriers = dict[str, str](), dict[str, set[str]]()
    for triple in bundled_triples():
        if isinstance(triple.subject, ox.NamedNode) and triple.subject.value.startswith(SECTION):
            section = triple.subject.value.removeprefix(SECTION)
            if triple.predicate.value == f"{PREFIXES['dcterms']}title":
                titles[section] = str(getattr(triple.object, "value", ""))
            elif triple.predicate.value == f"{KOOP}carriedBy" and str(getattr(triple.object, "value", "")).startswith(VOCAB):
                carriers.setdefault(section, set()).add(str(getattr(triple.object, "value", "")).removeprefix(VOCAB))
    for section, concepts in sorted(carriers.items()):
        if "-" in section:
            yield section, titles[section].removesuffix(" (Abbildung verloren)"), concepts


def test_every_bullet_of_the_deck_names_the_concepts_that_carry_it(linker: Linker, ontology: Ontology) -> None:
    unnamed = {}
    for section, words, concepts in bullets():
        found = set[str]().union(*(named(linker, typed) for typed in NO_NAME.get(section, (words,))))
        linked = {concept for concept in concepts if concept.partition("/")[0] not in ontology.unlinked_schemes}
        if not linked <= found:
            unnamed[section, words] = linked - found
    assert unnamed == {}


def test_the_deck_has_bullets_that_need_no_other_words() -> None:
    sections = [section for section, _, _ in bullets()]
    assert set(NO_NAME) < set(sections)
    assert len(sections) > 150


@pytest.mark.parametrize(("concept", "typed"), [(concept, typed) for concept, words in TYPED.items() for typed in words.split("|")])
def test_a_word_of_the_deck_names_its_concept(concept: str, typed: str, linker: Linker) -> None:
    assert concept in named(linker, typed)


@pytest.mark.parametrize(
    ("concept", "text"),
    [
        ("service/hausarztmodell", "MVZ eines privaten Investors"),
        ("success-factor/vertrauen", "Vertrauensverlust zwischen den Räten"),
        ("success-factor/vertrauen", "gebrochenes Vertrauen"),
        ("success-factor/augenhoehe", "Eigenständigkeit"),
        ("legal-form/verwaltungsgemeinschaft", "GVV"),
        ("legal-form/euregio", "Euregio"),
        ("legal-form/leader-aktionsgruppe", "LEADER-Aktionsgruppe"),
    ],
)
def test_what_is_no_sign_of_a_concept_does_not_name_it(concept: str, text: str, linker: Linker) -> None:
    assert concept not in named(linker, text)


def test_a_deprecated_concept_gives_way_to_its_successor(linker: Linker) -> None:
    assert named(linker, "Euregio") == {"cooperation-type/euregio"}
    assert "cooperation-type/leader-aktionsgruppe" in named(linker, "lokale Aktionsgruppe")
