"""The exceptions of koopkg, one subclass a stage; caught only at the command line and at the HTTP edge."""

from __future__ import annotations

from dataclasses import dataclass

from koopkg.messages import Message

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
    "refused",
]


class KoopkgError(Exception):
    """Anything that koopkg refuses; the message says where, what is wrong, what was expected and what to do.

    Attributes:
        message: To be said in the language of whoever reads it; `str(error)` is the English sentence.
    """

    def __init__(self, text: str | Message, /, **values: object) -> None:
        """Say what is wrong.

        Args:
            text: English, with the values as named placeholders; it is the key of its translations. A text without values is taken as it is.
        """
        self.message = text if isinstance(text, Message) else Message(text, **values)
        super().__init__(str(self.message))


class ConfigurationError(KoopkgError):
    """A setting has a value that cannot be used."""


class OntologyError(KoopkgError):
    """The ontology cannot be read or lacks a term that is needed."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one field of a document; `line` is that of the file, None where no single one is to blame."""

    field: str
    message: str | Message
    line: int | None = None

    @property
    def sentence(self) -> Message:
        """Field, message and line, to be said in any language."""
        told = self.message if isinstance(self.message, Message) else Message(self.message)
        if self.line is None:
            return Message("{field}: {problem}", field=self.field, problem=told)
        return Message("{field}: {problem} (line {line})", field=self.field, problem=told, line=self.line)

    def __str__(self) -> str:
        return str(self.sentence)


class DocumentError(KoopkgError):
    """A document cannot be taken in; carries every problem found in it.

    Attributes:
        where: Path of the file as the user gave it.
        problems: What is wrong, field by field; never empty.
    """

    def __init__(self, where: str, problems: list[Problem]) -> None:
        self.where = where
        self.problems = problems
        super().__init__("{where}: {problems}", where=where, problems=tuple(problem.sentence for problem in problems))
        self.args = ("\n".join(f"{where}: {problem}" for problem in problems),)  # as text, one a line


def refused(where: str, told: str | Message, *, field: str = "file", line: int | None = None) -> DocumentError:
    """Why a file as a whole, or one thing about it, is refused."""
    return DocumentError(where, [Problem(field, told, line)])


class GraphValidationError(KoopkgError):
    """The graph of a document violates a SHACL shape."""


class SnapshotError(KoopkgError):
    """There is no usable snapshot, or one is damaged."""


class EncoderMismatchError(SnapshotError):
    """A snapshot was built with another encoder than the one in use."""


class QueryError(KoopkgError):
    """A request cannot be answered as it stands.

    Attributes:
        field: The parameter at fault; beside other values it fills the placeholder `{field}`.
    """

    def __init__(self, text: str | Message, /, *, field: str, **values: object) -> None:
        self.field = field
        super().__init__(text, **({"field": field, **values} if values else {}))


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
