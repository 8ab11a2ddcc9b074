"""The commands `eval ...`: the evaluation sets -> how good search and recognition of queries are; `eval linking` has a module of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from koopkg.cli.conventions import AsJson, opened_snapshot, print_json
from koopkg.cli.evaluating_links import eval_linking

if TYPE_CHECKING:
    from koopkg.pairing import Difference

__all__ = ["eval_app"]

eval_app = typer.Typer(help="Measure quality on the evaluation sets.", no_args_is_help=True)


@eval_app.command("search")
def eval_search(
    split: Annotated[str, typer.Option(help="dev, test or all.")] = "all",
    by_kind: Annotated[bool, typer.Option("--by-kind", help="Also print the fusion for each kind of topic.")] = False,
    save: Annotated[Path | None, typer.Option(help="Keep the run in a file, to compare a later one with.")] = None,
    against: Annotated[Path | None, typer.Option(help="Compare topic by topic with a run that was kept.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print nDCG@10, recall@20 and MRR of each signal alone and of their fusion."""
    from koopkg.evaluation import METRICS, Run, compare, evaluate, fingerprint, judgments, read_run, splits_named, topics, write_run
    from koopkg.search import ranked

    splits = splits_named(split)
    with as_file(files("koopkg_corpus")) as corpus:
        chosen = [topic for topic in topics(corpus / "eval" / "topics.tsv") if topic.split in splits]
        grades = judgments(corpus / "eval" / "qrels.txt")
    earlier = read_run(against, grades=grades) if against else None
    opened = opened_snapshot()
    groups = {"all topics": chosen}
    if by_kind:
        groups |= {kind: [topic for topic in chosen if topic.kind == kind] for kind in dict.fromkeys(topic.kind for topic in chosen)}
    tables = {name: evaluate(group, grades, partial(ranked, opened)) for name, group in groups.items()}
    if save:
        write_run(save, Run(opened.id, fingerprint(grades), tuple(tables["all topics"])))
    differences = compare(tables["all topics"], earlier.systems) if earlier else []
    if as_json:
        rows_of = {name: [asdict(row) for row in rows] for name, rows in tables.items()}
        print_json({"snapshot": opened.id, "split": split, "tables": rows_of, "differences": [asdict(item) for item in differences]})
        return
    for name, rows in tables.items():
        typer.echo(f"{name} ({split}, {rows[0].topics} topics)")
        typer.echo(f"  {'system':10}" + "".join(f"{metric:>11}" for metric in METRICS) + f"{'judged@10':>11}")
        for row in rows:
            typer.echo(f"  {row.name:10}" + "".join(f"{row.metrics[metric]:11.3f}" for metric in METRICS) + f"{row.judged_at_10:11.2f}")
    if earlier:
        _print_differences(earlier.snapshot, differences)


def _print_differences(snapshot: str, differences: Sequence[Difference]) -> None:
    typer.echo(f"against snapshot {snapshot}, by topic (mean, 95 % interval, topics better and worse)")
    for item in differences:
        typer.echo(f"  {item.system:10}{item.metric:>11}{item.mean:+9.3f}  [{item.low:+.3f}, {item.high:+.3f}]{item.better:5} +{item.worse:5} -")


@eval_app.command("recognition")
def eval_recognition(
    split: Annotated[str, typer.Option(help="dev, test or all.")] = "all",
    show: Annotated[bool, typer.Option("--show", help="Also print the queries whose sector was missed and what was named falsely.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print how often the sector of a query is recognised, and how often another is named, over queries written from the definitions alone."""
    from koopkg.evaluation import splits_named
    from koopkg.recognition import reader_queries, recognised

    splits = splits_named(split)
    with as_file(files("koopkg_corpus")) as corpus:
        chosen = [query for query in reader_queries(corpus / "eval" / "recognition.tsv") if query.split in splits]
    opened = opened_snapshot()
    groups = {"all": chosen} | {language: [query for query in chosen if query.language == language] for language in ("de", "en")}
    found = {name: recognised(queries, opened.linker.link_query, opened.ontology) for name, queries in groups.items()}
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
