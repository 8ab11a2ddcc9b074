"""A graph -> what SHACL finds wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from koopkg.errors import GraphValidationError

__all__ = ["Violation", "validate"]


@dataclass(frozen=True, slots=True)
class Violation:
    """A SHACL result: the node at fault, the value there if any, and the shape's message in German."""

    focus_node: str
    value: str | None
    message: str

    def __str__(self) -> str:
        return f"{self.focus_node}{f', Wert {self.value!r}' if self.value is not None else ''}: {self.message}"


def validate(ntriples: bytes, shapes: str) -> list[Violation]:
    """Check a graph in N-Triples against SHACL shapes in Turtle; empty if it conforms.

    Raises:
        GraphValidationError: The shapes themselves cannot be applied.
    """
    import pyshacl  # rdflib and pySHACL are for building only and would cost the query path a fifth of a second
    import rdflib

    data = rdflib.Graph().parse(data=ntriples, format="nt")
    conforms, report, text = pyshacl.validate(data, shacl_graph=rdflib.Graph().parse(data=shapes, format="turtle"), inference="none")
    if not isinstance(report, rdflib.Graph):
        raise GraphValidationError(f"the shapes cannot be applied: {text}")
    if conforms:
        return []
    shacl = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    violations = []
    for result in report.objects(None, shacl.result):
        messages = {message.language: str(message) for message in report.objects(result, shacl.resultMessage) if isinstance(message, rdflib.Literal)}
        value = report.value(result, shacl.value)
        message = messages.get("de") or next(iter(messages.values()), "")
        violations.append(Violation(str(report.value(result, shacl.focusNode)), None if value is None else str(value), message))
    return sorted(violations, key=str)
