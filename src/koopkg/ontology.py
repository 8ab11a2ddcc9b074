"""Turtle files -> concepts with labels and hierarchy; the lexicon is read from the SKOS labels and nowhere else."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import as_file, files
from pathlib import Path

import pyoxigraph as ox
from pydantic import TypeAdapter

from koopkg.errors import OntologyError
from koopkg.messages import Foreign, Language
from koopkg.namespaces import KOOP, PLACE, PREFIXES, VOCAB, concept_iri

__all__ = ["PRIVATE_LAW", "Concept", "Label", "Ontology", "Region", "Territory"]

PRIVATE_LAW = concept_iri("legal-form", "privatrechtliche-form")
"""Legal forms below it exist in each country under a law of its own, in Germany that of the federation; other countries' law on them is not recorded."""
_SKOS = PREFIXES["skos"]
_SHAPES = "shapes.ttl"
_PLACED_BY = (f"{KOOP}ofSector", f"{KOOP}offeredIn")
"""What places an activity or a service below a sector."""
_Values = dict[str, list[ox.Literal | ox.NamedNode]]
"""Property of a subject -> its values."""
_PROPERTY_TYPES = {f"{PREFIXES['owl']}ObjectProperty", f"{PREFIXES['owl']}DatatypeProperty"}


@dataclass(frozen=True, slots=True)
class Label:
    """One way to name a concept; a weak label is ambiguous, a confusable form is none at all but looks like one."""

    text: str
    language: Language
    kind: str  # pref, alt, hidden, weak or confusable


@dataclass(frozen=True, slots=True)
class Concept:
    """A SKOS concept; `iri` ends in `<scheme>/<slug>`. A deprecated one still has its page, but texts name its successor.

    Attributes:
        replaced_by: IRI of the one concept that stands for a deprecated one now; None where it has no successor or several.
    """

    iri: str
    scheme: str
    slug: str
    labels: tuple[Label, ...]
    definitions: tuple[tuple[str, str], ...]
    broader: tuple[str, ...]
    related: tuple[str, ...]
    is_deprecated: bool = False
    replaced_by: str | None = None

    def label(self, language: str = "de") -> str:
        """The preferred label in a language, German where it has none in that language."""
        preferred = {label.language: label.text for label in self.labels if label.kind == "pref"}
        return preferred.get(language) or preferred["de"]  # type: ignore[call-overload]

    def definition(self, language: str = "de") -> str:
        texts = dict(self.definitions)
        return texts.get(language) or texts["de"]


@dataclass(frozen=True, slots=True)
class Territory:
    """A country, federal state or canton, with its names by language; `other_names` are longer and shorter ones, abbreviations and adjectives."""

    iri: str
    names: tuple[tuple[str, str], ...]
    other_names: tuple[str, ...]
    ags: str | None
    part_of: str | None

    def name(self, language: str = "de") -> str:
        return dict(self.names).get(language) or dict(self.names)["de"]


@dataclass(frozen=True, slots=True)
class Region:
    """A group of Länder, or a landscape that lies in some, with its names by language; `members` are their IRIs."""

    iri: str
    names: tuple[tuple[str, str], ...]
    other_names: tuple[str, ...]
    members: tuple[str, ...]

    def name(self, language: str = "de") -> str:
        return dict(self.names).get(language) or dict(self.names)["de"]


@dataclass(frozen=True, slots=True)
class _Terms:
    """What the read side needs of the ontology, as it is kept in a file."""

    concepts: dict[str, Concept] = field(default_factory=dict)
    territories: dict[str, Territory] = field(default_factory=dict)
    scheme_labels: dict[str, dict[str, str]] = field(default_factory=dict)
    property_labels: dict[str, dict[str, str]] = field(default_factory=dict)
    unlinked_schemes: list[str] = field(default_factory=list)
    super_classes: dict[str, list[str]] = field(default_factory=dict)
    """Class of ours -> the classes directly above it, of other vocabularies too."""
    sectors: dict[str, list[str]] = field(default_factory=dict)
    """Activity or service -> the sectors that it belongs to."""
    regions: dict[str, Region] = field(default_factory=dict)
    form_values: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Legal form -> aspect -> the values that are stated of it, by their slugs: several where the Länder differ."""


_TERMS = TypeAdapter(_Terms)


class Ontology:
    """The concept schemes, territories and names of properties of one version of the ontology; by IRI, schemes by name.

    Attributes:
        unlinked_schemes: They only classify statements, so that texts do not name their concepts.
    """

    def __init__(self, terms: _Terms) -> None:
        self._terms = terms
        self.concepts, self.territories, self.regions = terms.concepts, terms.territories, terms.regions
        self.scheme_labels, self.property_labels, self.unlinked_schemes = terms.scheme_labels, terms.property_labels, terms.unlinked_schemes

    @classmethod
    def of(cls, triples: Iterable[ox.Triple]) -> Ontology:
        """What triples say.

        Raises:
            OntologyError: A concept has no German preferred label or no scheme.
        """
        terms = _Terms()
        for iri, values in sorted(_by_subject(triples).items()):
            types = {node.value for node in values.get(f"{PREFIXES['rdf']}type", [])}
            if f"{_SKOS}Concept" in types:
                terms.concepts[iri] = _concept(iri, values)
                if placed := sorted(node.value for placing in _PLACED_BY for node in values.get(placing, [])):
                    terms.sectors[iri] = placed
            elif f"{_SKOS}ConceptScheme" in types:
                terms.scheme_labels[iri.removeprefix(VOCAB)] = _texts(values, f"{_SKOS}prefLabel")
                if any(value.value == "false" for value in values.get(f"{KOOP}namedInTexts", [])):
                    terms.unlinked_schemes.append(iri.removeprefix(VOCAB))
            elif f"{PREFIXES['owl']}Class" in types:
                terms.super_classes[iri] = sorted(node.value for node in values.get(f"{PREFIXES['rdfs']}subClassOf", []))
            elif types & _PROPERTY_TYPES:
                terms.property_labels[iri.replace(KOOP, "koop:")] = _texts(values, f"{PREFIXES['rdfs']}label")
            elif f"{KOOP}Place" in types:
                terms.territories[iri] = _territory(iri, values)
            elif f"{_SKOS}Collection" in types and iri.startswith(PLACE):
                terms.regions[iri] = _region(iri, values)
            elif f"{KOOP}FormStatement" in types and f"{KOOP}value" in values:
                form, aspect, value = (values[f"{KOOP}{name}"][0].value for name in ("ofForm", "aspect", "value"))
                stated = terms.form_values.setdefault(form, {}).setdefault(_slug(aspect), [])
                if _slug(value) not in stated:
                    stated.append(_slug(value))
        return cls(terms)

    @classmethod
    def bundled(cls) -> Ontology:
        """The ontology that is installed with this package, read anew only where a file has changed."""
        return _bundled(bundled_hash())

    @classmethod
    def open(cls, path: Path) -> Ontology:
        """The ontology that was saved at a path: a tenth of the time that its triples would take.

        Raises:
            ValueError: It is damaged.
        """
        return cls(_TERMS.validate_json(path.read_bytes()))

    def save(self, path: Path) -> None:
        """Write it to a file, the same bytes for the same ontology."""
        path.write_bytes(_TERMS.dump_json(self._terms))

    def concept(self, scheme: str, slug: str) -> Concept:
        """The concept with this slug.

        Raises:
            OntologyError: The scheme has no such concept.
        """
        try:
            return self.concepts[concept_iri(scheme, slug)]
        except KeyError:
            raise OntologyError("{slug!r} is no concept of the scheme {scheme}", slug=slug, scheme=scheme) from None

    @cached_property
    def schemes(self) -> dict[str, list[Concept]]:
        """Scheme -> its concepts, by slug."""
        grouped: dict[str, list[Concept]] = {scheme: [] for scheme in sorted(self.scheme_labels)}
        for concept in self.concepts.values():
            grouped[concept.scheme].append(concept)
        return grouped

    @cached_property
    def narrower(self) -> dict[str, list[str]]:
        """IRI -> IRIs of the concepts directly below it."""
        below: dict[str, list[str]] = {iri: [] for iri in self.concepts}
        for concept in self.concepts.values():
            for broader in concept.broader:
                below[broader].append(concept.iri)
        return below

    @cached_property
    def related(self) -> dict[str, set[str]]:
        """IRI -> IRIs related to it in either direction (skos:related is symmetric)."""
        pairs: dict[str, set[str]] = {iri: set() for iri in self.concepts}
        for concept in self.concepts.values():
            for other in concept.related:
                pairs[concept.iri].add(other)
                pairs[other].add(concept.iri)
        return pairs

    def with_narrower(self, iri: str) -> set[str]:
        """The concept and everything below it, as a facet value covers it."""
        return {iri}.union(*(self.with_narrower(below) for below in self.narrower[iri]))

    def with_broader(self, iri: str) -> set[str]:
        """The concept and everything above it."""
        return {iri}.union(*(self.with_broader(above) for above in self.concepts[iri].broader))

    def current(self, iri: str) -> Concept:
        """The concept that stands for one now: itself unless it is deprecated and has exactly one successor, which may have one in turn.

        Raises:
            KeyError: There is no such concept.
        """
        concept, seen = self.concepts[iri], {iri}
        while concept.replaced_by in self.concepts and concept.replaced_by not in seen:
            concept = self.concepts[concept.replaced_by]
            seen.add(concept.iri)
        return concept

    def classes(self, iri: str) -> list[str]:
        """A class with every class above it, so that whoever asks without reasoning finds its members by either."""
        found, open_ = [], [iri]
        while open_:
            iri = open_.pop(0)
            if iri not in found:
                found.append(iri)
                open_ += self._terms.super_classes.get(iri, ())
        return found

    @cached_property
    def sectors(self) -> dict[str, frozenset[str]]:
        """IRI of a sector, an activity or a service -> IRIs of the sectors that it stands for."""
        itself = {concept.iri: frozenset({concept.iri}) for concept in self.schemes["sector"]}
        return itself | {iri: frozenset(placed) for iri, placed in self._terms.sectors.items()}

    def forms_with(self, aspect: str, value: str) -> list[str]:
        """Slugs of the legal forms of which this value of an aspect is stated, and no other."""
        return sorted(_slug(form) for form, stated in self._terms.form_values.items() if stated.get(aspect) == [value])

    def territory_by_name(self, name: str) -> Territory | None:
        """The country, state or canton with this German or English name."""
        return self._territories_by_name.get(name.casefold())

    @cached_property
    def _territories_by_name(self) -> dict[str, Territory]:
        return {name.casefold(): territory for territory in self.territories.values() for _, name in territory.names}


@lru_cache(maxsize=1)
def _bundled(_: str) -> Ontology:
    return Ontology.of(bundled_triples())


def bundled_triples(stems: Container[str] | None = None) -> Iterator[ox.Triple]:
    """The triples of the installed `koopkg_ontology` that a snapshot contains: OWL, SKOS, law, mappings, sources and places, not the shapes.

    Args:
        stems: Names of the files to read, without suffix; None for all.
    """
    for path in bundled_files():
        if path.name != _SHAPES and (stems is None or path.stem in stems):
            yield from _triples(path)


def bundled_examples() -> Iterator[ox.Triple]:
    """The valid examples: fictional cooperations that use every property once."""
    with as_file(files("koopkg_ontology").joinpath("examples", "valid")) as folder:
        for path in sorted(folder.glob("*.ttl")):
            yield from _triples(path)


def bundled_files() -> list[Path]:
    """The Turtle files of the installed `koopkg_ontology`, sorted by name, the examples left out."""
    with as_file(files("koopkg_ontology")) as folder:
        return sorted([*folder.glob("*.ttl"), *folder.glob("vocab/*.ttl")])


def bundled_shapes() -> str:
    """The SHACL shapes of the installed `koopkg_ontology`, as Turtle."""
    return _shapes_path().read_text(encoding="utf-8")


def bundled_shape_triples() -> Iterator[ox.Triple]:
    return _triples(_shapes_path())


def _shapes_path() -> Path:
    return next(path for path in bundled_files() if path.name == _SHAPES)


def _triples(path: Path) -> Iterator[ox.Triple]:
    try:
        yield from (quad.triple for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))
    except SyntaxError as error:
        fault = Foreign(error.msg)
        raise OntologyError("{path}: line {line}: {fault}; expected Turtle, correct the file", path=path, line=error.lineno, fault=fault) from error


def bundled_version() -> str:
    """The version IRI of the installed ontology."""
    version = ox.NamedNode(f"{PREFIXES['owl']}versionIRI")
    return next(triple.object.value for triple in bundled_triples(["koop"]) if triple.predicate == version and isinstance(triple.object, ox.NamedNode))


def bundled_hash() -> str:
    """SHA-256 over the bundled Turtle files, shapes included."""
    digest = hashlib.sha256()
    for path in bundled_files():
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _by_subject(triples: Iterable[ox.Triple]) -> dict[str, _Values]:
    values: dict[str, _Values] = {}
    for triple in triples:
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.Literal | ox.NamedNode):
            values.setdefault(triple.subject.value, {}).setdefault(triple.predicate.value, []).append(triple.object)
    return values


def _concept(iri: str, values: _Values) -> Concept:
    scheme, _, slug = iri.removeprefix(VOCAB).partition("/")
    labels = [
        Label(literal.value, "en" if literal.language == "en" else "de", kind)
        for predicate, kind in _LABEL_KINDS.items()
        for literal in values.get(predicate, [])
        if isinstance(literal, ox.Literal)
    ]
    if not slug or not any(label.kind == "pref" and label.language == "de" for label in labels):
        raise OntologyError("{iri}: a concept needs a German skos:prefLabel and an IRI of the form vocab/<scheme>/<slug>", iri=iri)
    is_deprecated = any(value.value == "true" for value in values.get(f"{PREFIXES['owl']}deprecated", []))
    successors = [node.value for node in values.get(f"{PREFIXES['dcterms']}isReplacedBy", [])]
    return Concept(
        iri=iri,
        scheme=scheme,
        slug=slug,
        labels=tuple(sorted(labels, key=lambda label: (label.kind != "pref", label.language, label.text))),
        definitions=tuple(sorted(_texts(values, f"{_SKOS}definition").items())),
        broader=tuple(sorted(node.value for node in values.get(f"{_SKOS}broader", []))),
        related=tuple(sorted(node.value for node in values.get(f"{_SKOS}related", []))),
        is_deprecated=is_deprecated,
        replaced_by=successors[0] if is_deprecated and len(successors) == 1 else None,
    )


_LABEL_KINDS = {
    f"{_SKOS}prefLabel": "pref",
    f"{_SKOS}altLabel": "alt",
    f"{_SKOS}hiddenLabel": "hidden",
    f"{KOOP}weakLabel": "weak",
    f"{KOOP}confusableForm": "confusable",
}


def _territory(iri: str, values: _Values) -> Territory:
    ags = values.get(f"{KOOP}ags")
    part_of = values.get(f"{PREFIXES['dcterms']}isPartOf")
    return Territory(
        iri=iri,
        names=tuple(sorted(_texts(values, f"{_SKOS}prefLabel").items())),
        other_names=_other_names(values),
        ags=ags[0].value if ags else None,
        part_of=part_of[0].value.removeprefix(PLACE) if part_of else None,
    )


def _region(iri: str, values: _Values) -> Region:
    names, members = _texts(values, f"{_SKOS}prefLabel"), values.get(f"{_SKOS}member", [])
    return Region(iri, tuple(sorted(names.items())), _other_names(values), tuple(sorted(node.value for node in members)))


def _other_names(values: _Values) -> tuple[str, ...]:
    return tuple(sorted({literal.value for kind in ("altLabel", "hiddenLabel") for literal in values.get(f"{_SKOS}{kind}", [])}))


def _slug(iri: str) -> str:
    return iri.rpartition("/")[2]


def _texts(values: _Values, predicate: str) -> dict[str, str]:
    return {literal.language or "": literal.value for literal in values.get(predicate, []) if isinstance(literal, ox.Literal)}
