"""What pages with a search field are asked, and what they say where they cannot answer it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs

from pydantic import Field

from koopkg.errors import QueryError
from koopkg.messages import Language, Piece, pieces
from koopkg.model import FACETS
from koopkg.ontology import Ontology
from koopkg.search import facet_label
from koopkg_api.models import FilterParameters
from koopkg_api.narrowing import LONGEST_LINE, Step, Steps, in_words_of_people

__all__ = ["PageParameters", "Refusal", "refusal"]

_TITLE_CHARACTERS = 60


class PageParameters(FilterParameters):
    """A text, filters and the number of a page."""

    q: str = ""
    page: str = "1"
    long: str = ""
    refine: str | None = None
    lang: str = "de"
    spelling: str = ""
    without: list[str] = Field(default=[])

    def refined(self) -> PageParameters:
        """With what a button of a page with a long text sent: filters and page packed into one value, which replaces those that the form keeps."""
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

    def page_number(self) -> int:
        return max(int(self.page), 1) if self.page.isascii() and self.page.isdigit() and len(self.page) < 10 else 1

    @property
    def is_exact(self) -> bool:
        """Whether the text is to be searched as it is written."""
        return self.spelling == "0"

    @property
    def title_text(self) -> str:
        """The beginning of the text, for the title of the page."""
        return " ".join(self.q.split())[:_TITLE_CHARACTERS]

    @property
    def is_long(self) -> bool:
        """Whether the text needs a field of several lines, or one was asked for."""
        return bool(self.long) or len(self.q) > LONGEST_LINE or any(sign in self.q for sign in "\r\n")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no result, and the nearest value as a link where there is one."""

    detail: tuple[Piece, ...]
    nearest: str | None
    step: Step | None


def refusal(error: QueryError, steps: Steps, ontology: Ontology, language: Language) -> Refusal:
    """What a page says of a search that was refused."""
    detail = tuple(pieces(in_words_of_people(error.message, ontology, language), language))
    value, nearest = error.message.values.get("value"), error.message.values.get("nearest")
    if not isinstance(value, str) or not isinstance(nearest, str):
        return Refusal(detail, None, None)
    field = FACETS.get(error.field)
    label = facet_label(error.field, nearest, ontology, language) if field else nearest
    return Refusal(detail, label, steps.replaced(error.field, value, nearest))
