"""What obstacles of case records are coded with names concepts that exist, and the concepts have the words people use for them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import yaml

from koopkg.ontology import Ontology

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
