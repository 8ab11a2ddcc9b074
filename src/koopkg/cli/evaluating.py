"""The commands `eval ...`: the evaluation sets -> how well queries are recognised; the others have modules of their own."""

from __future__ import annotations

from functools import partial
from importlib.resources import as_file, files
from typing import Annotated

import typer

from koopkg.cli.conventions import AsJson, opened_snapshot, print_json
from koopkg.cli.evaluating_links import eval_linking
from koopkg.cli.evaluating_search import eval_agreement, eval_search

__all__ = ["eval_app"]

eval_app = typer.Typer(help="Measure quality on the evaluation sets.", no_args_is_help=True)


@eval_app.command("recognition")
def eval_recognition(
    split: Annotated[str, typer.Option(help="dev, test or all.")] = "all",
    show: Annotated[bool, typer.Option("--show", help="Also print the queries whose sector was missed and what was named falsely.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print how often the sector of a query is recognised, and how often another is named, over queries written from the definitions alone."""
    from koopkg.evaluation import reader_queries, recognised, splits_named
    from koopkg.search import link

    splits = splits_named(split)
    with as_file(files("koopkg_corpus")) as corpus:
        chosen = [query for query in reader_queries(corpus / "eval" / "recognition.tsv") if query.split in splits]
    opened = opened_snapshot()
    groups = {"all": chosen} | {language: [query for query in chosen if query.language == language] for language in ("de", "en")}
    found = {name: recognised(queries, partial(link, opened), opened.ontology) for name, queries in groups.items()}
    if as_json:
        figures = {name: {"queries": row.queries, "recall": row.recall, "links": row.links, "false_links": row.false_links} for name, row in found.items()}
        print_json({"snapshot": opened.id, "split": split, "recognition": figures})
        return
    typer.echo(f"{'queries':10}{'n':>6}{'recall':>9}{'links':>7}{'false':>8}")
    for name, row in found.items():
        typer.echo(f"{name:10}{row.queries:6}{row.recall:9.3f}{row.links:7}{row.false_links:8.3f}")
    if show:
        for query in found["all"].missed:
            typer.echo(f"missed  {query.sector}: {query.text}")
        for query, concept in found["all"].wrong:
            typer.echo(f"false   {concept}: {query.text} ({query.sector})")


eval_app.command("linking")(eval_linking)
eval_app.command("search")(eval_search)
eval_app.command("agreement")(eval_agreement)
