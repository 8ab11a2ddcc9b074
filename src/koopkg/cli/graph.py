"""The commands `sparql` and `export`: the published graph, by query or whole, as a file of another format."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from koopkg.config import Settings

__all__ = ["export", "sparql"]


def sparql(
    query: Annotated[str, typer.Argument(help="A SPARQL query, or @FILE.")],
    format: Annotated[str, typer.Option(help="json, xml, csv, tsv; for graphs ttl, nt, rdf, jsonld.")] = "",
) -> None:
    """Answer a SPARQL query over the published snapshot; the default graph is the set of all triples."""
    from koopkg import snapshot
    from koopkg.reading import read_text
    from koopkg.sparql import answer

    settings = Settings.from_environment()
    text = read_text(Path(query[1:]), max_bytes=settings.max_document_bytes).text if query.startswith("@") else query
    result = answer(snapshot.open_files(settings.data).graph, settings, text, format=format)
    sys.stdout.buffer.write(result.body if result.body.endswith(b"\n") else result.body + b"\n")


def export(
    format: Annotated[str, typer.Option(help="nq, ttl, jsonld; csv for spreadsheets, jsonl for programs.")] = "nq",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; none: standard output.")] = None,
    separator: Annotated[str, typer.Option(help="Between the cells of csv: , or ; (which a German Excel takes for granted).")] = ",",
) -> None:
    """Write the published snapshot: the whole graph (nq, ttl, jsonld) or the cases, as a table (csv) or complete (jsonl, one a line).

    In csv an apostrophe begins each text that a spreadsheet would take for a formula, a number or a date.
    """
    from koopkg import snapshot
    from koopkg.export import export as run
    from koopkg.files import write_whole

    content = run(snapshot.open_files(Settings.from_environment().data), format, separator=separator)
    if output is None:
        sys.stdout.buffer.write(content)
    else:
        write_whole(output, content)
