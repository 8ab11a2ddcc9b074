"""The commands `validate` and `doctor`: what is wrong with documents, ontology and installation, and which cases need a fresh look."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from koopkg.cli.conventions import PARTLY, AsJson, ReasonLanguage, opened_snapshot, print_json, print_skipped
from koopkg.config import Settings
from koopkg.messages import Message, translated

if TYPE_CHECKING:
    from koopkg.messages import Language
    from koopkg.validation import Review

__all__ = ["doctor", "validate"]


def validate(
    paths: Annotated[list[Path] | None, typer.Argument(help="Documents to check; none: ontology and bundled corpus.")] = None,
    language: ReasonLanguage = "de",
    as_json: AsJson = False,
) -> None:
    """Review documents, or else the ontology and its corpus, without publishing anything. Exit code 1 if something is wrong."""
    from koopkg.pipeline import bundled_corpus
    from koopkg.reading import Limits
    from koopkg.validation import review_documents, review_ontology

    settings = Settings.from_environment()
    reviews: list[tuple[str, Review]] = []
    for review in [] if paths else review_ontology():
        reviews.append(("ontology", review))
        if not as_json:
            _print_review(*reviews[-1], language)
    counts, documents = review_documents(
        paths or [bundled_corpus()],
        max_bytes=settings.max_document_bytes,
        data=settings.data,
        corpus=bundled_corpus(),
        limits=Limits(settings.reading_seconds, settings.reading_memory_mib),
    )
    reviews.append(("documents", documents))
    wrong = sum(len(review.findings) for _, review in reviews) - len(documents.findings)
    if as_json:
        print_json([{"subject": subject, "concern": review.concern, "findings": list(map(str, review.findings))} for subject, review in reviews])
    else:
        _print_review(*reviews[-1], language)
        print_skipped(counts.skipped, language)
        parts = f"{counts.accepted} accepted + {counts.drafts} drafts + {counts.rejected} rejected"
        typer.echo(f"found: {counts.found} = {parts} + {len(counts.skipped)} skipped")
        reviewed = "" if paths else f"ontology: {wrong} findings; "
        typer.echo(f"{reviewed}documents: {counts.accepted + counts.drafts + counts.rejected} checked, {len(documents.findings)} findings")
    if wrong or documents.findings:
        raise typer.Exit(PARTLY)


def _print_review(subject: str, review: Review, language: Language) -> None:
    """Print one concern, its findings on standard error."""
    typer.echo(f"{'FAULT' if review.findings else 'ok   '}  {subject} · {review.concern}")
    for finding in review.findings:
        typer.echo(f"         {translated(finding, language)}", err=True)


def doctor(
    corpus: Annotated[bool, typer.Option("--corpus", help="Instead list the cases whose status needs a fresh look, oldest first; exit code 0.")] = False,
    language: ReasonLanguage = "de",
    as_json: AsJson = False,
) -> None:
    """Check that everything the read side needs is there and unharmed. Exit code 1 if not."""
    from koopkg.diagnosis import diagnose

    if corpus:
        _print_rechecks(language, as_json=as_json)
        return
    findings = diagnose(Settings.from_environment())
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            typer.echo(f"{'ok   ' if finding.is_ok else 'FAULT'}  {finding.subject}: {finding.detail}")
    if not all(finding.is_ok for finding in findings):
        raise typer.Exit(PARTLY)


def _print_rechecks(language: Language, *, as_json: bool) -> None:
    """Print the queue of cases to look at again, each with its newest source and the reasons."""
    from datetime import UTC, datetime

    from koopkg.rechecks import rechecks

    catalog = opened_snapshot().catalog
    found = rechecks((catalog.case(row) for row in catalog.cases()), datetime.now(UTC).date())
    told = [{**asdict(item), "reasons": [translated(reason, language) for reason in item.reasons]} for item in found]
    if as_json:
        print_json(told)
        return
    typer.echo(translated(Message("{found:,} of {total:,} cases need a fresh look", found=len(found), total=len(catalog)), language))
    for item in told:
        typer.echo(f"{item['newest_source'] or '----'}  {item['case']}: {'; '.join(item['reasons'])}")
