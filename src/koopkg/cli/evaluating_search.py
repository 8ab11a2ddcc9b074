"""The commands `eval search` and `eval agreement`: the test collection -> how good the search is, and how far the judges agree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from koopkg.cli.conventions import AsJson, opened_snapshot, print_json

if TYPE_CHECKING:
    from koopkg.evaluation import Report, Selection, SystemScores
    from koopkg.pairing import Difference

__all__ = ["eval_agreement", "eval_search"]

_BAR = 40
"""Characters of a share of 1 in the reliability diagram: `#` up to what is right, `|` at what was said."""
_INTERVAL = "mean, 95 % interval, p, topics better and worse"


def eval_search(
    split: Annotated[str, typer.Option(help="dev, test or all.")] = "all",
    save: Annotated[Path | None, typer.Option(help="Keep the run in a file, to compare a later one with.")] = None,
    against: Annotated[Path | None, typer.Option(help="Compare signals and fusion topic by topic with a run that was kept.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print how well cases are ranked: each signal, their fusion, and peers from search libraries; and what that depends on.

    By kind of topic, in English, by other ways of writing, without each signal; and whether topics that nothing fits get no hits.
    """
    from koopkg.evaluation import Run, compare, fingerprint, judgments, measure_search, read_run, selected, splits_named, topics, write_run

    splits = splits_named(split)
    with as_file(files("koopkg_corpus")) as corpus:
        asked = [topic for topic in topics(corpus / "eval" / "topics.yaml") if topic.split in splits]
        grades = judgments(corpus / "eval" / "qrels.txt")
    earlier = read_run(against, grades=grades) if against else None
    opened, chosen = opened_snapshot(), selected(asked, grades)
    report = measure_search(opened, chosen, grades)
    if save:
        write_run(save, Run(opened.id, fingerprint(grades), report.systems))
    differences = compare(report.own, earlier.systems) if earlier else []
    if as_json:
        left_out = {"without_relevant": chosen.without_relevant, "unjudged": chosen.unjudged}
        print_json({"snapshot": opened.id, "split": split, **left_out, **asdict(report), "differences": [asdict(item) for item in differences]})
        return
    _print_selection(split, len(asked), chosen)
    _print_report(report)
    if earlier:
        typer.echo(f"against snapshot {earlier.snapshot}, by topic ({_INTERVAL})")
        _print_differences(differences, with_metric=True)


def eval_agreement(as_json: AsJson = False) -> None:
    """Print how far the two judges of the search's topics agree: Cohen's kappa, with quadratic weights and of relevant or not."""
    from koopkg.evaluation import agreement, judgments

    with as_file(files("koopkg_corpus")) as corpus:
        found = agreement(judgments(corpus / "eval" / "qrels.txt"), judgments(corpus / "eval" / "qrels-second.txt"))
    if as_json:
        print_json(asdict(found))
        return
    typer.echo(f"{found.topics} topics, {found.pairs} pairs that both judged: {found.same:.1%} have the same grade")
    typer.echo(f"Cohen's kappa, quadratic weights  {found.kappa:.3f}")
    typer.echo(f"Cohen's kappa, relevant or not    {found.kappa_relevant:.3f}")
    if found.missing:
        typer.echo(f"without judgments by the first: {' '.join(found.missing)}")


def _print_selection(split: str, asked: int, chosen: Selection) -> None:
    parts = f"{len(chosen.ranked)} with a relevant case, {len(chosen.nothing)} that nothing fits, {len(chosen.without_relevant)} left out without any"
    typer.echo(f"{asked} topics ({split}): {parts}")
    if chosen.unjudged:
        typer.echo(f"{len(chosen.unjudged)} have no judgments: {' '.join(chosen.unjudged)}")


def _print_report(report: Report) -> None:
    for title, rows in (("system", report.own), ("peer", report.peers), ("fusion, by kind", report.by_kind)):
        _print_scores(title, rows)
    typer.echo(f"fusion less the best peer ({_INTERVAL})")
    _print_differences(report.beside_peer, with_metric=True)
    typer.echo(f"fusion without a signal, nDCG@10 ({_INTERVAL})")
    _print_differences(report.ablation)
    typer.echo(f"fusion, written otherwise, nDCG@10 ({_INTERVAL})")
    _print_differences(report.variants)
    if twins := report.twins:
        typer.echo(f"English over German, {twins.pairs} pairs that say the same: {twins.english:.3f} / {twins.german:.3f} = {twins.share:.1%}")
    found = report.refusals
    typer.echo(f"no hits where nothing fits: {found.refused} of {found.nothing}; where something does: {found.lost} of {found.real}")
    typer.echo(f"{'score, first 20':18}{'cases':>7}{'said':>7}{'right':>7}   expected calibration error {report.reliability.error:.3f}")
    for band in report.reliability.bands:
        drawn, said = f"{'#' * round(band.right * _BAR):.<{_BAR}}", round(band.said * _BAR)
        row = f"  {band.least:.1f} to {band.most:.1f}{band.cases:13}{band.said:7.2f}{band.right:7.2f}"
        typer.echo(f"{row}   {drawn[:said]}|{drawn[said:]}")


def _print_scores(title: str, rows: Sequence[SystemScores]) -> None:
    typer.echo(f"{title:16}{'topics':>7}" + "".join(f"{metric:>22}" for metric in rows[0].metrics))
    for row in rows:
        cells = (f"{mean:8.3f} [{row.intervals[metric][0]:.3f} {row.intervals[metric][1]:.3f}]" for metric, mean in row.metrics.items())
        typer.echo(f"  {row.name:14}{row.topics:7}" + "".join(cells))


def _print_differences(rows: Iterable[Difference], *, with_metric: bool = False) -> None:
    for row in rows:
        name = f"{row.system:14}{row.metric:>11}" if with_metric else f"{row.system:16}"
        typer.echo(f"  {name}{row.topics:5}{row.mean:+9.3f}  [{row.low:+.3f}, {row.high:+.3f}]{row.p:8.4f}{row.better:5} +{row.worse:5} -")
