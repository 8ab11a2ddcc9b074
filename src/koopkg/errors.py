"""The exceptions of koopkg, one subclass a stage; caught only at the command line and at the HTTP edge."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "BusyError",
    "ConfigurationError",
    "DocumentError",
    "EncoderMismatchError",
    "EngineCrashError",
    "GraphValidationError",
    "KoopkgError",
    "OntologyError",
    "Problem",
    "QueryError",
    "QueryLimitError",
    "ResultTooLargeError",
    "SnapshotError",
    "SparqlWorkerError",
    "UnknownCaseError",
]


class KoopkgError(Exception):
    """Anything that koopkg refuses; the message says where, what is wrong, what was expected and what to do."""


class ConfigurationError(KoopkgError):
    """A setting has a value that cannot be used."""


class OntologyError(KoopkgError):
    """The ontology cannot be read or lacks a term that is needed."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one field of a document; `line` is that of the file, None where no single one is to blame."""

    field: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.field}: {self.message}{f' (line {self.line})' if self.line else ''}"


class DocumentError(KoopkgError):
    """A document cannot be taken in; carries every problem found in it.

    Attributes:
        where: Path of the file as the user gave it.
        problems: What is wrong, field by field; never empty.
    """

    def __init__(self, where: str, problems: list[Problem]) -> None:
        self.where = where
        self.problems = problems
        super().__init__("\n".join(f"{where}: {problem}" for problem in problems))


class GraphValidationError(KoopkgError):
    """The graph of a document violates a SHACL shape."""


class SnapshotError(KoopkgError):
    """There is no usable snapshot, or one is damaged."""


class EncoderMismatchError(SnapshotError):
    """A snapshot was built with another encoder than the one in use."""


class QueryError(KoopkgError):
    """A request cannot be answered as it stands.

    Attributes:
        field: The parameter at fault.
    """

    def __init__(self, message: str, *, field: str) -> None:
        self.field = field
        super().__init__(message)


class QueryLimitError(KoopkgError):
    """A query ran into its limit of time or memory and was ended."""


class ResultTooLargeError(KoopkgError):
    """The result of a query is larger than a result may be."""


class BusyError(KoopkgError):
    """Too much is asked for at the moment.

    Attributes:
        retry_after: Seconds after which another try is worth while.
    """

    retry_after = 5


class EngineCrashError(KoopkgError):
    """A query crashed the SPARQL engine."""


class SparqlWorkerError(KoopkgError):
    """A SPARQL worker failed for a reason that is not in the query."""


class UnknownCaseError(KoopkgError):
    """No case has the identifier asked for."""
