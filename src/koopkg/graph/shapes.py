"""A graph -> what SHACL finds wrong with it; many documents -> what each of them is to blame for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from koopkg.errors import GraphValidationError
from koopkg.messages import Foreign, Message, Worded
from koopkg.namespaces import PREFIXES

__all__ = ["Validator", "Violation", "validate"]

_SH = "http://www.w3.org/ns/shacl#"
_RDF = PREFIXES["rdf"]
_TYPE, _SUBCLASS = f"{_RDF}type", f"{PREFIXES['rdfs']}subClassOf"
_TARGET_CLASS, _TARGET_NODE = f"{_SH}targetClass", ox.NamedNode(f"{_SH}targetNode")
_OTHER_TARGETS = frozenset(f"{_SH}{name}" for name in ("target", "targetNode", "targetObjectsOf", "targetSubjectsOf"))
_REACHING = frozenset(f"{_SH}{name}" for name in ("node", "qualifiedValueShape", "sparql"))
"""Parameters by which a shape looks at the statements of other nodes than its focus nodes; ours have none. What `sh:or` joins looks at the same ones."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A SHACL result: the node at fault, the value there if any, and the shape's message."""

    focus_node: str
    value: str | None
    message: Worded

    @property
    def sentence(self) -> Message:
        """All of it, to be said in any language."""
        if self.value is None:
            return Message("{node}: {problem}", node=self.focus_node, problem=self.message)
        return Message("{node}, value {value!r}: {problem}", node=self.focus_node, value=self.value, problem=self.message)

    def __str__(self) -> str:
        return str(self.sentence)


@dataclass(frozen=True, slots=True)
class _Result:
    """A SHACL result with the shape that it comes from."""

    focus_node: str
    value: str | None
    shape: str

    def violation(self, messages: Mapping[str, Mapping[str, str]]) -> Violation:
        """What a person is told of it."""
        said = messages.get(self.shape, {})
        return Violation(self.focus_node, self.value, Worded(said.get("de", self.shape), said.get("en", self.shape)))


@dataclass(slots=True)
class _Shapes:
    """SHACL shapes, taken apart: their target classes, what else they say, and what a result needs of them."""

    targets: dict[str, set[ox.NamedNode]] = field(default_factory=lambda: defaultdict(set))
    rest: list[ox.Triple] = field(default_factory=list)
    messages: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    paths: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def parsed(cls, turtle: str) -> _Shapes:
        shapes = cls()
        lists: dict[ox.BlankNode, dict[str, ox.NamedNode | ox.BlankNode]] = defaultdict(dict)
        heads: dict[str, ox.NamedNode | ox.BlankNode] = {}
        for triple in (quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)):
            subject, predicate, value = triple.subject, triple.predicate.value, triple.object
            if predicate == _TARGET_CLASS and isinstance(value, ox.NamedNode) and isinstance(subject, ox.NamedNode):
                shapes.targets[value.value].add(subject)
                continue
            shapes.rest.append(triple)
            if predicate == f"{_SH}path" and isinstance(subject, ox.NamedNode | ox.BlankNode) and isinstance(value, ox.NamedNode | ox.BlankNode):
                heads[subject.value] = value
            elif isinstance(subject, ox.BlankNode) and isinstance(value, ox.NamedNode | ox.BlankNode):
                lists[subject][predicate] = value
            elif predicate == f"{_SH}message" and isinstance(subject, ox.NamedNode) and isinstance(value, ox.Literal) and value.language:
                shapes.messages[subject.value][value.language] = value.value
        shapes.paths = {shape: list(_steps(head, lists)) for shape, head in heads.items()}
        return shapes

    @property
    def reached(self) -> set[str] | None:
        """The predicates of the statements that shapes can reach at other nodes than their focus nodes; None for all."""
        if any(triple.predicate.value in _REACHING for triple in self.rest):
            return None
        return {_TYPE, _SUBCLASS}.union(*(path[1:] for path in self.paths.values()))


def _steps(head: ox.NamedNode | ox.BlankNode, lists: dict[ox.BlankNode, dict[str, ox.NamedNode | ox.BlankNode]]) -> Iterator[str]:
    """The predicates of a path in order; an inverse one, which starts at no statement of the focus node, as the empty string and itself."""
    if isinstance(head, ox.NamedNode):
        yield head.value
        return
    parts = lists[head]
    if f"{_SH}inversePath" in parts:
        yield ""
        yield from _steps(parts[f"{_SH}inversePath"], lists)
    elif f"{_RDF}first" in parts:
        yield from _steps(parts[f"{_RDF}first"], lists)
        if (rest := parts[f"{_RDF}rest"]) != ox.NamedNode(f"{_RDF}nil"):
            yield from _steps(rest, lists)


class Validator:
    """The shapes and the graph that documents refer to, made ready once to check any number of documents, a batch at a time."""

    def __init__(self, common: Iterable[ox.Triple], shapes: str) -> None:
        """Take the shapes apart and, of the graph that documents share, keep what the shapes of documents can reach.

        Args:
            common: What documents refer to: the ontology, the activity that linked them. It is not checked itself but by `check_common`.
            shapes: SHACL in Turtle.

        Raises:
            GraphValidationError: A shape chooses its focus nodes otherwise than by their class.
        """
        self._shapes, self._turtle, self._common = _Shapes.parsed(shapes), shapes, list(common)
        self._is_common_sound = False
        others = {triple.predicate.value for triple in self._shapes.rest} & _OTHER_TARGETS
        if others:
            raise GraphValidationError("the shapes use {others}; expected sh:targetClass alone", others=", ".join(sorted(others)))
        reached = self._shapes.reached
        self._reached = [triple for triple in self._common if reached is None or triple.predicate.value in reached]
        self._ends = {triple.object for triple in self._reached if triple.predicate.value != _TYPE}
        self._by_subject: dict[object, list[ox.Triple]] = defaultdict(list)
        for triple in self._common:
            self._by_subject[triple.subject].append(triple)

    def check_common(self) -> None:
        """Check the ontology, which takes half a second: once is enough.

        Raises:
            GraphValidationError: It violates its shapes.
        """
        if not self._is_common_sound:
            for violation in validate(_ntriples(self._common), self._turtle):
                raise _ontology_fault(violation)
            self._is_common_sound = True

    def check(self, batch: Sequence[tuple[str, Sequence[ox.Triple]]]) -> dict[str, tuple[Violation, ...]]:
        """Check the graphs of documents together with what they refer to.

        Args:
            batch: Id and triples of each document, what it says of the places it names included.

        Returns:
            Id -> violations, for the documents that have any. A document is to blame for a violation if it holds the statement at fault,
            or, where one is missing, the statement by which the node is of a class that needs it; two documents that contradict each
            other are both.

        Raises:
            GraphValidationError: A node of no document violates a shape.
        """
        own = {triple for _, triples in batch for triple in triples}
        inverse = {path[1] for path in self._shapes.paths.values() if not path[0]}
        nodes = {triple.subject for triple in own} | {triple.object for triple in own if triple.predicate.value in inverse}
        known = {triple for node in nodes for triple in self._by_subject.get(node, ())}
        targets = list(self._targets(own | known))
        named = self._ends.union(*((triple.subject, triple.object) for triple in own | known))
        # What cannot be got to needs no class; to read those of all the ontology takes most of the time of a small batch.
        reached = (triple for triple in self._reached if triple.predicate.value != _TYPE or triple.subject in named)
        results = _run([*reached, *own, *known], [*self._shapes.rest, *targets])
        found: dict[str, list[Violation]] = defaultdict(list)
        for result in results:
            violation = result.violation(self._shapes.messages)
            blamed = self._blamed(result, batch)
            if not blamed:
                raise _ontology_fault(violation)
            for document in blamed:
                found[document].append(violation)
        return {document: tuple(sorted(set(violations), key=str)) for document, violations in found.items()}

    def _targets(self, triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
        """Each node of the triples as a focus node of the shapes for its class: so are no others, and the ontology is not checked again."""
        above: dict[str, set[str]] = defaultdict(set)
        types = [triple for triple in triples if triple.predicate.value == _TYPE]
        for triple in [*self._reached, *triples]:
            if triple.predicate.value == _SUBCLASS and isinstance(triple.object, ox.NamedNode) and isinstance(triple.subject, ox.NamedNode):
                above[triple.subject.value].add(triple.object.value)
        for triple in types:
            if isinstance(triple.object, ox.NamedNode):
                for name in _closure(triple.object.value, above):
                    for shape in self._shapes.targets.get(name, ()):
                        yield ox.Triple(shape, _TARGET_NODE, triple.subject)

    def _blamed(self, result: _Result, batch: Sequence[tuple[str, Sequence[ox.Triple]]]) -> list[str]:
        """The documents with the value at fault; else those with others of its path; else those that say what the node is."""
        path = self._shapes.paths.get(result.shape, ["", ""])
        stated = {name: set(_values(result.focus_node, path, triples)) for name, triples in batch}
        by_value = [name for name, values in stated.items() if result.value in values]
        by_path = [name for name, values in stated.items() if values]
        return by_value or by_path or [name for name, triples in batch if any(_values(result.focus_node, [_TYPE], triples))]


def validate(ntriples: bytes, shapes: str) -> list[Violation]:
    """Check a graph in N-Triples against SHACL shapes in Turtle; empty if it conforms.

    Raises:
        GraphValidationError: The shapes themselves cannot be applied.
    """
    data, given = ((quad.triple for quad in ox.parse(text, format=kind)) for text, kind in ((ntriples, ox.RdfFormat.N_TRIPLES), (shapes, ox.RdfFormat.TURTLE)))
    messages = _Shapes.parsed(shapes).messages
    return sorted((result.violation(messages) for result in _run(data, given)), key=str)


def _values(focus: str, path: list[str], triples: Iterable[ox.Triple]) -> Iterator[str]:
    """What the first step of a path leads to from a focus node."""
    for triple in triples:
        start, predicate, end = _text(triple.subject), triple.predicate.value, _text(triple.object)
        if path[0] and (start, predicate) == (focus, path[0]):
            yield end
        elif not path[0] and (end, predicate) == (focus, path[1]):
            yield start


def _closure(name: str, above: dict[str, set[str]]) -> set[str]:
    """A class and all its super-classes."""
    found, open_ = set[str](), [name]
    while open_:
        name = open_.pop()
        if name not in found:
            found.add(name)
            open_ += above.get(name, ())
    return found


def _ontology_fault(violation: Violation) -> GraphValidationError:
    return GraphValidationError("the ontology itself violates its shapes: {violation}; run `koopkg validate` and correct it", violation=violation.sentence)


def _ntriples(triples: Iterable[ox.Triple]) -> bytes:
    return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""


def _text(term: object) -> str:
    """What a term names or says, without its language and datatype."""
    return term.value if isinstance(term, ox.NamedNode | ox.BlankNode | ox.Literal) else str(term)


def _lexical(value: str | None) -> str | None:
    """A value as the engine writes it -> what it names or says."""
    return value[1 : value.rindex('"')] if value and value.startswith('"') else value


def _run(data: Iterable[ox.Triple], shapes: Iterable[ox.Triple]) -> list[_Result]:
    """What the engine finds, without its own order and messages."""
    from pyrudof import RDFFormat, Rudof, RudofConfig, RudofError, ShaclFormat  # for building only: it takes a fifth of a second

    engine = Rudof(RudofConfig())
    try:
        engine.read_data(_ntriples(data).decode(), format=RDFFormat.NTriples)
        engine.read_shacl(_ntriples(shapes).decode(), format=ShaclFormat.NTriples)
        return [_Result(entry.focus_node, _lexical(entry.value), str(entry.source_shape)) for entry in engine.validate_shacl()]
    except RudofError as error:
        raise GraphValidationError("the shapes cannot be applied: {reason}", reason=Foreign(error)) from error
