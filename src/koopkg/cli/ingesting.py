"""The command `ingest`: documents -> a snapshot, what became of each, and how far it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from koopkg.cli.conventions import PARTLY, AsJson, ReasonLanguage, print_json, print_skipped
from koopkg.config import Settings
from koopkg.messages import Language, translated
from koopkg.sentences import tells_of_several

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from koopkg.pipeline import IngestReport, Progress

__all__ = ["ingest"]


def ingest(
    paths: Annotated[list[Path] | None, typer.Argument(help="Documents, archives or folders; none: the bundled corpus.")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Forget earlier runs and build anew; known embeddings are kept.")] = False,
    language: ReasonLanguage = "de",
    as_json: AsJson = False,
) -> None:
    """Take in documents and publish a snapshot. Exit code 1 if documents were rejected."""
    from koopkg.pipeline import NothingAcceptedError, bundled_corpus
    from koopkg.pipeline import ingest as run

    settings = Settings.from_environment()
    try:
        with shown_progress() as progress:
            report = run(paths or [bundled_corpus()], settings, progress, rebuild=rebuild)
    except NothingAcceptedError as error:
        _print_report(error.report, language, as_json=as_json)
        raise
    _print_report(report, language, as_json=as_json)
    if report.rejected:
        typer.echo(f"rejected documents lie in {settings.quarantine_folder}", err=True)
        raise typer.Exit(PARTLY)


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Bars on a terminal, plain lines in a pipe, both on standard error."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    columns = (TextColumn("{task.description:16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with RichProgress(*columns, console=Console(stderr=True)) as bars:
        yield _Bars(bars)


class _Lines:
    """Progress for a pipe: a line when a stage begins."""

    def stage(self, name: str, total: int) -> None:
        typer.echo(f"{name}: {total}", err=True)

    def step(self, count: int = 1) -> None:
        """Nothing: a log needs no steps."""


class _Bars:
    """Progress for a terminal: one bar a stage."""

    def __init__(self, bars: RichProgress) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def stage(self, name: str, total: int) -> None:
        self._task = self._bars.add_task(name, total=total)

    def step(self, count: int = 1) -> None:
        if self._task is not None:
            self._bars.advance(self._task, count)


def _told(report: IngestReport) -> dict[str, Any]:
    """For JSON: of each reason the sentence in both languages; of one to pass a file over also its key, the English template, and the values."""
    rejected = [
        {"path": item.path, "problems": list(map(str, item.problems)), "problems_de": [translated(problem, "de") for problem in item.problems]}
        for item in report.rejected
    ]
    skipped = [
        {
            "path": item.path,
            "reason": str(item.reason),
            "reason_de": translated(item.reason, "de"),
            "key": item.reason.text,
            "values": {name: str(value) for name, value in item.reason.values.items()},
        }
        for item in report.skipped
    ]
    several = [{**asdict(item), "told": str(said := tells_of_several(item.cooperations)), "told_de": translated(said, "de")} for item in report.several]
    return {**asdict(report), "rejected": rejected, "skipped": skipped, "several": several}


def _print_report(report: IngestReport, language: Language, *, as_json: bool) -> None:
    """Print what was found, taken in, refused and passed over; reasons on standard error."""
    for rejected in report.rejected:
        for problem in rejected.problems:
            typer.echo(f"{rejected.path}: {translated(problem, language)}", err=True)
    if as_json:
        print_json(_told(report))
        return
    print_skipped(report.skipped, language)
    for item in report.several:
        typer.echo(f"{item.path}: {translated(tells_of_several(item.cooperations), language)}", err=True)
    parts = f"{report.accepted} accepted + {report.drafts} drafts + {len(report.rejected)} rejected"
    typer.echo(f"found: {report.found} = {parts} + {len(report.skipped)} skipped")
    kept = f", {report.kept} of them from earlier runs" if report.kept else ""
    typer.echo(f"documents: {report.documents} = {parts}{kept}")
    if report.snapshot:
        state = "published" if report.was_published else "unchanged, already published"
        typer.echo(f"texts: {report.texts} = {report.embedded} embedded + {report.reused} known already")
        typer.echo(f"snapshot {report.snapshot}: {state}, {report.quads:,} quads")
