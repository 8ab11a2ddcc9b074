"""Where what an answer says comes from: each source once, numbered in the order in which it is first cited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from koopkg.documentation import Reference
from koopkg.model import Case, Language
from koopkg.namespaces import case_iri

__all__ = ["Citation", "Citations"]


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered source.

    Attributes:
        url: None where it has no address.
        read_on: The day on which it was read, where that is known.
        case: Id of the case whose record it is, None of any other source.
    """

    number: int
    title: str
    url: str | None
    publisher: str | None = None
    year: int | None = None
    read_on: str | None = None
    case: str | None = None


class Citations:
    """Gives numbers to sources as they are cited."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._numbered: dict[tuple[str, str | None], Citation] = {}

    def of_case(self, case: Case, source: int | None = None) -> int:
        """The number of the source that a statement of a record rests on; that of the record itself where the statement names none.

        Args:
            source: Its number, from 1, among the sources of the case.
        """
        if source is None:
            return self._number(case.title_in(self._language), case_iri(case.id), read_on=case.checked_on, case=case.id)
        cited = case.sources[source - 1]
        return self._number(cited.title, cited.url, publisher=cited.publisher, year=cited.year)

    def of(self, references: Iterable[Reference]) -> tuple[int, ...]:
        """The numbers of sources of the ontology."""
        return tuple(self._number(reference.title, reference.url, read_on=reference.read_on) for reference in references)

    def all(self) -> tuple[Citation, ...]:
        """Everything that was cited, by number."""
        return tuple(self._numbered.values())

    def _number(self, title: str, url: str | None, **told: str | int | None) -> int:
        key = (title, url)
        if key not in self._numbered:
            self._numbered[key] = Citation(len(self._numbered) + 1, title, url, **told)  # type: ignore[arg-type]
        return self._numbered[key].number
