"""The commands `eval ...`: the evaluation sets -> how good search, recognition of queries and linking are."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from koopkg.cli.conventions import AsJson, opened_snapshot, print_json
from koopkg.config import Settings

if TYPE_CHECKING:
    from koopkg.agreement import Counts, LinkingScores
    from koopkg.evaluation import Difference

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
    from koopkg.evaluation import METRICS, Run, compare, evaluate, fingerprint, judgments, read_run, topics, write_run
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


@eval_app.command("linking")
def eval_linking(
    split: Annotated[str, typer.Option(help="dev, test or all.")] = "all",
    weights: Annotated[Path | None, typer.Option(help="Weights of `train-links`; none: those that this package installs.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Also print what was wrong or missed, text by text; not for the test split.")] = False,
    readers: Annotated[bool, typer.Option("--readers", help="Measure the second reader of some texts by the first instead: what the task allows.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print how well annotated texts of all kinds are read: concepts, numbers, places, and whether they have a case."""
    from koopkg.agreement import Read, as_read, deviations, scored
    from koopkg.analyses import Analyses
    from koopkg.annotated import AnnotatedText, annotated_texts, second_readings
    from koopkg.deciding import Decider, Weights
    from koopkg.deciding.choosing import DECIDED
    from koopkg.linking import Linker
    from koopkg.ontology import Ontology
    from koopkg.reading.passages import plain_passages
    from koopkg.register import Register
    from koopkg.text import with_whole_words

    with as_file(files("koopkg_corpus")) as corpus:
        texts = annotated_texts(corpus / "eval" / "links", splits_named(split))
        readings = [pair for pair in second_readings(corpus / "eval" / "links") if pair[0].split in splits_named(split)]
    schemes = [scheme.name for scheme in DECIDED]
    if readers:
        second = {first.id: as_read(second) for first, second in readings}
        _print_linking(scored([first for first, _ in readings], lambda text: second[text.id], [*schemes, "success-factor", "obstacle"]), split, as_json=as_json)
        return
    with closing(Analyses.cache(Settings.from_environment().cache_folder / "analyses.sqlite")) as analyses:
        ontology = Ontology.bundled()
        linker = Linker(ontology, Register.bundled(), analyses)
        decider = Decider(linker, ontology, analyses, Weights.open(weights) if weights else None)

        def read(text: AnnotatedText) -> Read:
            passages = plain_passages(with_whole_words(text.text), text.language)
            linked = linker.link(passages, text.language)
            return Read(decider.decide(passages, linked), linked.places)

        _print_linking(scored(texts, read, schemes), split, as_json=as_json)
        for text in texts if show else ():
            for line in deviations(text, read(text), schemes):
                typer.echo(f"{text.id}  {line}")


def _print_linking(scores: LinkingScores, split: str, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(scores))
        return
    typer.echo(f"{scores.texts} texts ({split})")
    typer.echo(f"{'scheme':18}{'right':>6}{'wrong':>6}{'missed':>7}{'P':>7}{'R':>7}{'F1':>7}{'macro':>7}{'ECE':>7}")
    for name, row in scores.schemes.items():
        error = "" if row.calibration_error is None else f"{row.calibration_error:.3f}"
        typer.echo(f"{name:18}{_counted(row.counts)}{row.macro_f1:7.3f}{error:>7}")
    for name, counts in {**scores.facts, "places": scores.places}.items():
        typer.echo(f"{name:18}{_counted(counts)}")
    typer.echo(f"sectors and form of a text exactly right: {scores.whole:.3f}")
    typer.echo(f"nothing about in {scores.silent[0]} of {scores.silent[1]} texts without a case, in {scores.lost[0]} of {scores.lost[1]} with one")


def _counted(counts: Counts) -> str:
    return f"{counts.right:6}{counts.wrong:6}{counts.missed:7}{counts.precision:7.3f}{counts.recall:7.3f}{counts.f1:7.3f}"


def splits_named(named: str) -> tuple[str, ...]:
    """The parts of an evaluation set that an option names."""
    from koopkg.evaluation import EvaluationError

    if named not in ("dev", "test", "all"):
        raise EvaluationError("split: {split!r} is unknown; expected dev, test or all", split=named)
    return ("dev", "test") if named == "all" else (named,)
