"""What `/api/v1/compare` takes and gives."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from koopkg.comparing import LEAST_CASES, MOST_CASES, Agreement, Column, Comparison
from koopkg.references import Citation
from koopkg_api.models import Lang

__all__ = ["CompareRequest", "ComparisonResponse"]


_ID: dict[str, Any] = {"pattern": "^[a-z0-9-]+$"}
_IDS: dict[str, Any] = {"minItems": LEAST_CASES, "maxItems": MOST_CASES, "uniqueItems": True}
"""Limits that the library keeps, for OpenAPI."""


class CompareRequest(BaseModel):
    """Two to eight cases."""

    model_config = ConfigDict(extra="forbid")

    cases: Annotated[
        list[Annotated[str, Field(max_length=200, json_schema_extra=_ID)]], Field(description="Ids of different cases", max_length=50, json_schema_extra=_IDS)
    ]
    lang: Lang = "de"


class ComparedValue(BaseModel):
    """A value; `is_german` where it is a text of the corpus, `iri` of a concept or place, `cites` numbers of `sources`, none for what is computed."""

    text: str
    is_german: bool
    iri: str | None
    cites: list[int]


class ComparedRow(BaseModel):
    """A field in which at least two cases have a value, with the values of each case in the order of `cases`."""

    name: str
    label: str
    agreement: Agreement = Field(description="`shared`: all say the same; `partly`: at least two have a value in common; `different`: none have")
    cells: list[list[ComparedValue]]


class ComparisonResponse(BaseModel):
    """Cases side by side: rows that all or some share first."""

    snapshot: str = Field(description="Id of the snapshot that the answer comes from")
    cases: list[Column]
    rows: list[ComparedRow]
    sources: list[Citation]

    @classmethod
    def of(cls, comparison: Comparison) -> ComparisonResponse:
        rows = [
            ComparedRow(
                name=row.name,
                label=row.label,
                agreement=row.agreement,
                cells=[
                    [ComparedValue(text=value.text, is_german=value.is_german, iri=value.iri, cites=list(value.cites)) for value in cell.values]
                    for cell in row.cells
                ],
            )
            for row in comparison.rows
        ]
        return cls(snapshot=comparison.snapshot, cases=list(comparison.cases), rows=rows, sources=list(comparison.sources))
