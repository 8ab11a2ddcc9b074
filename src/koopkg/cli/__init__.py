"""The command `koopkg`: arguments in, text or JSON out; here the table of its commands, and what ends it."""

from __future__ import annotations

import gc
import io
import logging
import os
import sys
from typing import NoReturn

import typer

from koopkg.cli.advising import advise
from koopkg.cli.checking import doctor, validate
from koopkg.cli.conventions import DONE, UNUSABLE
from koopkg.cli.evaluating import eval_app
from koopkg.cli.graph import export, sparql
from koopkg.cli.ingesting import ingest
from koopkg.cli.learning import calibrate_search, train_intent, train_search
from koopkg.cli.linking import link, train_links
from koopkg.cli.reviewing import review_app
from koopkg.cli.searching import compare, search, similar
from koopkg.cli.serving import serve
from koopkg.cli.snapshots import snapshots_app
from koopkg.errors import KoopkgError
from koopkg.refusals import REFUSALS, explain

__all__ = ["app", "main"]

app = typer.Typer(
    name="koopkg", help="Knowledge graph and search over municipal cooperation.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
for command in (
    ingest,
    search,
    similar,
    compare,
    advise,
    link,
    train_links,
    train_search,
    train_intent,
    calibrate_search,
    sparql,
    validate,
    export,
    serve,
    doctor,
):
    app.command()(command)
app.add_typer(snapshots_app, name="snapshots")
app.add_typer(eval_app, name="eval")
app.add_typer(review_app, name="review")


def main() -> NoReturn:
    """Run the command line; what we or the operating system refuse is one line and exit code 2."""
    gc.set_threshold(100_000)  # loading a snapshot makes many lasting objects; looking for garbage among them costs a tenth of a cold search
    logging.basicConfig(format="koopkg: %(message)s")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that has no German quotation marks
    sys.exit(_run())


def _run() -> int | str | None:
    """The exit code of the command."""
    try:
        try:
            app()
        except SystemExit as ended:
            sys.stdout.flush()
            return DONE if isinstance(ended.__context__, BrokenPipeError) else ended.code
    except BrokenPipeError:
        _close_output()
    except KoopkgError as error:
        typer.echo(f"koopkg: {error}", err=True)
        return UNUSABLE
    except REFUSALS as error:
        _close_output()
        typer.echo(f"koopkg: {explain(error)}", err=True)
        return UNUSABLE
    return DONE


def _close_output() -> None:
    """Let what could not be written go, so that Python does not try again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
