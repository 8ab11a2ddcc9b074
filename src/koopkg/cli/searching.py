"""The commands `search`, `similar` and `compare`: a text or a case -> comparable cases with reasons; cases -> what they share and where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from koopkg.cli.conventions import AsJson, ReasonLanguage, opened_snapshot, print_json
from koopkg.filter_options import with_filters
from koopkg.messages import Message, translated
from koopkg.sentences import LEFT_OUT, NOT_MET, ROLES, sentence_of

if TYPE_CHECKING:
    from koopkg.messages import Language
    from koopkg.search import Filters, Hit, Reason, SearchResult, Understood

__all__ = ["compare", "search", "similar"]

_NEAREST = Message("Nearest, but probably not comparable")
_UNDERSTOOD = Message("Recognised")
_BESIDE = Message("Automatically extracted, unchecked")
Limit = Annotated[int, typer.Option(help="Number of hits, 1 to 100.")]


@with_filters
def search(
    text: Annotated[str, typer.Argument(help="What you plan or look for, German or English.")],
    filters: Filters,
    limit: Limit = 10,
    spelling: Annotated[bool, typer.Option(help="Put slips of one letter and compounds taken apart right.")] = True,
    without: Annotated[list[str] | None, typer.Option(help="Key of something understood that is not to count; may be repeated.")] = None,
    language: ReasonLanguage = "de",
    as_json: AsJson = False,
) -> None:
    """Find comparable cooperations for a text."""
    from koopkg.search import search as run

    opened = opened_snapshot()
    _print_result(opened.id, run(opened, text, filters, limit=limit, language=language, spelling=spelling, without=without or ()), language, as_json=as_json)


@with_filters
def similar(
    case: Annotated[str, typer.Argument(help="Identifier of a case.")],
    filters: Filters,
    limit: Limit = 10,
    language: ReasonLanguage = "de",
    as_json: AsJson = False,
) -> None:
    """Find cooperations comparable to a case."""
    from koopkg.search import similar as run

    opened = opened_snapshot()
    _print_result(opened.id, run(opened, case, filters, limit=limit, language=language), language, as_json=as_json)


def compare(
    cases: Annotated[list[str], typer.Argument(help="Identifiers of two to eight cases.", metavar="CASE CASE...")],
    language: ReasonLanguage = "de",
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a table for spreadsheets.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put cases side by side: what they share first, each value with its source."""
    from koopkg.comparing import agreement_label, comparison_csv
    from koopkg.comparing import compare as run

    comparison = run(opened_snapshot(), cases, language=language)
    if as_json:
        print_json(asdict(comparison))
        return
    if as_csv:
        typer.echo(comparison_csv(comparison, language).decode(), nl=False)
        return
    for place, case in enumerate(comparison.cases, start=1):
        typer.echo(f"{place}. {case.title}  {case.id}")
    for row in comparison.rows:
        typer.echo(f"\n{row.label} ({translated(agreement_label(row.agreement), language)})")
        for place, cell in enumerate(row.cells, start=1):
            told = " · ".join(value.text + "".join(f"[{number}]" for number in value.cites) for value in cell.values)
            typer.echo(f"  {place}. {told or '–'}")
    typer.echo("")
    for source in comparison.sources:
        typer.echo(f"[{source.number}] {source.title} {source.url or ''}".rstrip())


def _print_result(identifier: str, result: SearchResult, language: Language, *, as_json: bool) -> None:
    if as_json:
        drafts = {"total": result.drafts.total, "hits": [_with_sentences(hit, language) for hit in result.drafts.hits]}
        print_json(
            {
                "snapshot": identifier,
                **asdict(result),
                "hits": [_with_sentences(hit, language) for hit in result.hits],
                "nearest": [_with_sentences(hit, language) for hit in result.nearest],
                "drafts": drafts,
            }
        )
        return
    for correction in result.corrected:
        typer.echo(translated(Message("Searched for “{searched}” instead of “{written}”.", searched=correction.searched, written=correction.written), language))
    if result.understood:
        _print_understood(result.understood, language)
    typer.echo(f"{result.total} hits")
    _print_hits(result.hits, language)
    if result.lacking:
        typer.echo(translated(Message("None of the cases speaks of: {words}.", words=", ".join(result.lacking)), language))
    if result.nearest:
        typer.echo(f"\n{translated(_NEAREST, language)}:")
        _print_hits(result.nearest, language)
    if result.drafts.total:
        typer.echo(f"\n{translated(_BESIDE, language)}: {result.drafts.total}")
        _print_hits(result.drafts.hits, language)


def _print_understood(understood: Understood, language: Language) -> None:
    """One line for each thing that was understood, with the key for `--without`."""
    for entry in understood.all():
        typer.echo(f"{translated(_UNDERSTOOD, language)}: {entry.label} ({translated(ROLES[entry.role], language)})  [{entry.key}]")
    for entry in understood.all():
        if not entry.is_met:
            typer.echo(translated(Message(NOT_MET.text, label=entry.label), language))
    if understood.left_out:
        typer.echo(translated(Message(LEFT_OUT.text, n=understood.left_out), language))


def _print_hits(hits: Sequence[Hit], language: Language) -> None:
    for place, hit in enumerate(hits, start=1):
        typer.echo(f"\n{place:2}. {hit.title}  [{hit.score:.2f}]  {hit.id}")
        for reason in hit.reasons:
            typer.echo(f"    - {sentence_of(reason.kind, reason.values, language)}")
        if hit.difference:
            typer.echo(f"    {sentence_of(hit.difference.kind, hit.difference.values, language)}")


def _with_sentences(hit: Hit, language: Language) -> dict[str, Any]:
    difference = _sentence(hit.difference, language) if hit.difference else None
    return {**asdict(hit), "reasons": [_sentence(reason, language) for reason in hit.reasons], "difference": difference}


def _sentence(reason: Reason, language: Language) -> dict[str, Any]:
    return {"kind": reason.kind, "text": sentence_of(reason.kind, reason.values, language), "fact": asdict(reason.fact)}
