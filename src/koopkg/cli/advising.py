"""The command `advise`: what is planned -> what can be learned from comparable cooperations, as text, JSON or a paper for a council."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from koopkg.cli.conventions import AsJson, ReasonLanguage, opened_snapshot, print_json
from koopkg.files import write_whole
from koopkg.messages import translated

if TYPE_CHECKING:
    from koopkg.advising import Dossier, Item
    from koopkg.config import Settings
    from koopkg.messages import Language

__all__ = ["advise"]


def advise(
    file: Annotated[
        str, typer.Argument(help="A document that says what is planned, of any format that is read, or a profile (JSON); - for standard input.", metavar="FILE")
    ],
    pdf: Annotated[Path | None, typer.Option(help="Write the paper for a council to this file.", dir_okay=False)] = None,
    language: ReasonLanguage = "de",
    as_json: AsJson = False,
) -> None:
    """Say what an initiative can learn from comparable cooperations: cases, legal forms, chances and risks, next steps."""
    from koopkg.advising import Profile, dossier_of, dossier_pdf, plain_advice, profile_from_json, understood_profile
    from koopkg.advising import advise as run
    from koopkg.documentation import Documentation

    opened = opened_snapshot()
    given = _read(file, opened.settings)
    profile = profile_from_json(given) if given.lstrip().startswith("{") else Profile(text=given)
    if profile.text.strip():
        profile = profile.filled_from(understood_profile(opened, profile.text))
    advice = run(opened, Documentation(opened.files.unharmed(opened.files.ontology)), profile, language=language)
    dossier = dossier_of(advice, profile.words(opened.ontology, language), date=dt.datetime.now(dt.UTC).date())
    if pdf is not None:
        write_whole(pdf, dossier_pdf(dossier, language))
    if as_json:
        print_json(plain_advice(advice, language))
    elif pdf is None:
        _print(dossier, language)


def _read(file: str, settings: Settings) -> str:
    """The text of a document of any format that is read, of a profile, or of standard input.

    Raises:
        DocumentError: It cannot be read.
    """
    if file == "-":
        return sys.stdin.buffer.read().decode("utf-8", "surrogateescape")  # what is no UTF-8 is refused with its place later on
    path = Path(file)
    if path.suffix.lower() == ".json":
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    from koopkg.reading import Limits, read_text

    limits = Limits(settings.reading_seconds, settings.reading_memory_mib)
    return read_text(path, max_bytes=settings.max_document_bytes, limits=limits).text


def _print(dossier: Dossier, language: Language) -> None:
    from koopkg.advising import source_text, stamp

    def said(item: Item) -> str:
        return translated(item.message, language) + "".join(f"[{number}]" for number in item.cites)

    typer.echo(f"{translated(dossier.title, language)}\n{translated(stamp(dossier), language)}\n\n{dossier.question.strip()}")
    for section in dossier.sections:
        typer.echo(f"\n{translated(section.heading, language).upper()}")
        for sentence in section.sentences:
            typer.echo(said(sentence))
        for row in section.table.rows if section.table else ():
            typer.echo("- " + " · ".join(said(cell) for cell in row))
        for point in section.points:
            typer.echo(f"- {said(point)}")
    typer.echo("")
    for source in dossier.sources:
        typer.echo(f"[{source.number}] {translated(source_text(source), language)} {source.url or ''}".rstrip())
