"""The commands `koopkg review …`: the open questions about drafts, a person's answers, and a confirmed draft -> a case file."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from koopkg.cli.conventions import AsJson, opened_snapshot, print_json
from koopkg.config import Settings

if TYPE_CHECKING:
    from koopkg.model import Verdict
    from koopkg.reviewing import Question

__all__ = ["review_app"]

review_app = typer.Typer(help="Answer what is open about drafts; answers count from the next ingest on.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="QUESTION", help="As `koopkg review list` names it: DOCUMENT:FIELD=VALUE.")]


@review_app.command("list")
def list_questions(
    document: Annotated[str, typer.Argument(metavar="DRAFT", help="Only this draft; none: all.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="Number of questions.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the open questions, those first whose answer helps most."""
    from koopkg.reviewing import open_questions
    from koopkg.reviews import read_reviews

    settings, opened = Settings.from_environment(), opened_snapshot()
    found = open_questions(opened, read_reviews(settings.reviews_folder), document=document or None, limit=limit)
    if as_json:
        print_json({"snapshot": opened.id, "total": found.total, "questions": [_told(question) for question in found.questions]})
        return
    typer.echo(f"{found.total} open questions")
    for question in found.questions:
        typer.echo(f"\n{question.name}\n    {question.probability:.2f}  {question.field_label or question.field}: {question.label}  ({question.title})")
        if question.context is not None:
            page = f"  (page {question.context.page})" if question.context.page else ""
            typer.echo(f"    {question.context.before}[{question.context.quote}]{question.context.after}{page}")
        if question.concept is not None:
            typer.echo(f"    = {question.concept.definition('de')}")


@review_app.command("accept")
def accept(name: Name) -> None:
    """The value is right."""
    _answer(name, "accept")


@review_app.command("refuse")
def refuse(name: Name) -> None:
    """The value is wrong."""
    _answer(name, "refuse")


@review_app.command("replace")
def replace(name: Name, value: Annotated[str, typer.Argument(help="The right one: slug or label of a concept, number, official key, name of a Land.")]) -> None:
    """Another value is right."""
    _answer(name, "replace", instead=value)


@review_app.command("term")
def term(name: Name, text: Annotated[str, typer.Argument(metavar="TERM", help="What the vocabulary should have.")]) -> None:
    """The value is wrong, and the vocabulary lacks the term that would be right."""
    _answer(name, "term", term=text)


@review_app.command("confirm")
def confirm(
    draft: Annotated[str, typer.Argument(metavar="DRAFT", help="Id of a draft whose proposals you accepted or refused.")],
    given: Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="What a record needs and nothing was confirmed for.")] = None,
) -> None:
    """Write the case file of a draft from what was confirmed; the document becomes a document of that case."""
    from koopkg.confirming import confirm as run
    from koopkg.drafting import reviewed
    from koopkg.errors import ConfigurationError
    from koopkg.register import Register
    from koopkg.reviews import read_reviews

    settings, opened = Settings.from_environment(), opened_snapshot()
    pairs = {}
    for pair in given or ():
        field, is_pair, value = pair.partition("=")
        if not is_pair:
            raise ConfigurationError("--set: {pair!r} has no `=`; expected one like service='Gemeinsamer Bauhof'", pair=pair)
        pairs[field.strip()] = value
    found = reviewed(opened.catalog.draft(draft), read_reviews(settings.reviews_folder).of(draft))
    document = opened.catalog.document(draft).document
    path = run(found, document, pairs, corpus=settings.corpus, ontology=opened.ontology, register=Register.bundled())
    typer.echo(f"{path}: written; it counts from the next `koopkg ingest {path.parent}` on")


def _answer(name: str, verdict: Verdict, **told: Any) -> None:
    from koopkg.reviewing import decided, question_named
    from koopkg.reviews import add_reviews

    settings, opened = Settings.from_environment(), opened_snapshot()
    review = decided(opened, question_named(opened, name), verdict, **told)
    add_reviews(settings.reviews_folder, [review])
    typer.echo(f"{name}: {verdict}; it counts from the next `koopkg ingest` on")


def _told(question: Question) -> dict[str, Any]:
    return {
        "name": question.name,
        "document": question.document,
        "title": question.title,
        "field": question.field,
        "value": question.value,
        "label": question.label,
        "probability": question.probability,
        "context": asdict(question.context) if question.context else None,
    }
