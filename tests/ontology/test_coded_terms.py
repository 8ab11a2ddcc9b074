"""What obstacles of case records are coded with names concepts that exist, and the concepts have the words people use for them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from koopkg.ontology import Concept, Ontology

FILE = Path(__file__).parent.parent.parent / "tools" / "coded-terms.yaml"
SECTIONS = ("terms", "texts", "recoded")
SCHEMES = {"obstacle": {"obstacle"}, "challenge": {"challenge", "demographic-trend", "trend"}}


def strings_as_written() -> dict[str, list[str]]:
    """The strings of each section in the order of the file; a loaded mapping would hide one that stands twice."""
    root = yaml.compose(FILE.read_text(encoding="utf-8"))
    assert isinstance(root, yaml.MappingNode)
    return {section.value: [term.value for term, _ in lines.value] for section, lines in root.value}


def codings() -> dict[str, dict[str, str]]:
    sections = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {string: coding for section in SECTIONS for string, coding in sections[section].items()}


def test_no_string_is_coded_twice() -> None:
    counts = Counter(string for strings in strings_as_written().values() for string in strings)
    assert counts
    assert [string for string, count in counts.items() if count > 1] == []


def test_each_section_is_sorted() -> None:
    sections = strings_as_written()
    assert tuple(sections) == SECTIONS
    for strings in sections.values():
        assert strings == sorted(strings)


def test_every_coding_names_one_concept_or_says_why_there_is_none(ontology: Ontology) -> None:
    slugs = {kind: {concept.slug for scheme in schemes for concept in ontology.schemes[scheme]} for kind, schemes in SCHEMES.items()}
    wrong = []
    for string, coding in codings().items():
        [(kind, value)] = coding.items()
        if not (len(value) > 10 if kind == "none" else value in slugs[kind]):
            wrong.append(f"{string}: {kind} {value}")
    assert wrong == []


@pytest.mark.parametrize("scheme", ["obstacle", "challenge"])
def test_every_obstacle_and_challenge_has_everyday_names(scheme: str, ontology: Ontology) -> None:
    """Six German and four English ones beside the preferred label, which is mostly a technical term."""
    poor = [concept.iri for concept in ontology.schemes[scheme] if everyday_names(concept, "de") < 6 or everyday_names(concept, "en") < 4]
    assert poor == []


def everyday_names(concept: Concept, language: str) -> int:
    return sum(label.kind == "alt" and label.language == language for label in concept.labels)


@pytest.mark.parametrize("scheme", ["obstacle", "challenge"])
def test_no_name_belongs_to_two_concepts_of_a_scheme(scheme: str, ontology: Ontology) -> None:
    """A text that uses it could not tell which is meant."""
    kinds = {"pref", "alt", "hidden", "weak"}
    names = {(label.text.casefold(), label.language, concept.slug) for concept in ontology.schemes[scheme] for label in concept.labels if label.kind in kinds}
    counts = Counter((text, language) for text, language, _ in names)
    assert [name for name, count in counts.items() if count > 1] == []
