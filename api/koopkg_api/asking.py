"""What pages with a search field are asked, and what they say where they cannot answer it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs

from pydantic import Field

from koopkg.errors import QueryError
from koopkg.messages import Language, Message, Piece, pieces
from koopkg.model import FACETS
from koopkg.ontology import Ontology
from koopkg.search import facet_label, field_label
from koopkg_api.models import FilterParameters
from koopkg_api.narrowing import LONGEST_LINE, Step, Steps, in_words_of_people

__all__ = ["PageParameters", "Refusal", "page_notice", "refusal"]

_TITLE_CHARACTERS = 60
_PRINTED_CHARACTERS = 300
_PAGE_DIGITS = 9
"""More than any number of pages has."""


class PageParameters(FilterParameters):
    """A text, filters and the number of a page."""

    q: str = ""
    page: str = "1"
    refine: str | None = None
    lang: str = "de"
    spelling: str = ""
    without: list[str] = Field(default=[])
    case: list[str] = Field(default=[])

    def refined(self) -> PageParameters:
        """With what a button sent: filters and page packed into one value, which replaces those that the form keeps."""
        if self.refine is None:
            return self
        packed = parse_qs(self.refine)
        filters = {facet: packed.get(facet, []) for facet in FACETS}
        return self.model_copy(
            update={
                **filters,
                "page": packed.get("page", ["1"])[-1],
                "spelling": packed.get("spelling", [""])[-1],
                "without": packed.get("without", []),
                "refine": None,
            }
        )

    @property
    def ticked(self) -> list[str]:
        """Ids of the cases that are ticked for a comparison, each once."""
        return list(dict.fromkeys(self.case))

    def page_number(self) -> int:
        """The page asked for; the first where that is no number of a page."""
        return max(int(self.page[:_PAGE_DIGITS]), 1) if self.page.isascii() and self.page.isdigit() else 1

    @property
    def is_exact(self) -> bool:
        """Whether the text is to be searched as it is written."""
        return self.spelling == "0"

    @property
    def title_text(self) -> str:
        """The beginning of the text, for the title of the page."""
        return " ".join(self.q.split())[:_TITLE_CHARACTERS]

    @property
    def printed_text(self) -> str:
        """The text as the head of a printed page, cut where it is long."""
        words = " ".join(self.q.split())
        return words if len(words) <= _PRINTED_CHARACTERS else words[:_PRINTED_CHARACTERS] + " …"

    @property
    def is_long(self) -> bool:
        """Whether the text needs a field of several lines."""
        return len(self.q) > LONGEST_LINE or any(sign in self.q for sign in "\r\n")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no result, what to do instead: the nearest value where there is one, and the search without the filter that is at fault.

    Attributes:
        is_too_long: Whether the text is one that belongs where whole texts are taken.
    """

    detail: tuple[Piece, ...]
    nearest: str | None = None
    step: Step | None = None
    removal: Step | None = None
    is_too_long: bool = False


def refusal(error: QueryError, steps: Steps, ontology: Ontology, language: Language) -> Refusal:
    """What a page says of a search that was refused."""
    facet, value, nearest = error.field, error.message.values.get("value"), error.message.values.get("nearest")
    if facet not in FACETS or not isinstance(value, str):
        said = tuple(pieces(in_words_of_people(error.message, ontology, language), language))
        return Refusal(said, is_too_long=facet == "q" and "most" in error.message.values)
    told = Message("The filter “{filter}” has no value “{value}”.", filter=field_label(FACETS[facet], ontology, language), value=value)
    detail, removal = tuple(pieces(told, language)), steps.without(facet, value)
    if not isinstance(nearest, str):
        return Refusal(detail, removal=removal)
    return Refusal(detail, facet_label(facet, nearest, ontology, language), steps.replaced(facet, value, nearest), removal)


def page_notice(asked: PageParameters, shown: int, pages: int) -> Message | None:
    """What to say where the page that is shown is not the one that was asked for."""
    if not pages or asked.page == str(shown):
        return None
    if asked.page_number() > pages:
        return Message("There is no page {page}; this is the last of {pages}.", page=asked.page[:_PAGE_DIGITS], pages=pages)
    if not (asked.page.isascii() and asked.page.isdigit() and int(asked.page[:_PAGE_DIGITS])):
        return Message("“{page}” is no page; this is the first.", page=asked.page[:_TITLE_CHARACTERS])
    return None
