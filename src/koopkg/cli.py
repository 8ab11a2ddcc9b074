"""The command `koopkg`: arguments in, text or JSON out."""

from __future__ import annotations

import gc
import io
import json
import logging
import os
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from koopkg.config import Settings
from koopkg.errors import ConfigurationError, KoopkgError, SnapshotError
from koopkg.filter_options import with_filters
from koopkg.messages import Foreign, Language, Message, translated
from koopkg.refusals import REFUSALS, explain
from koopkg.sentences import sentence_of

if TYPE_CHECKING:  # imported where they are used, so that a search need not load what only an ingest needs
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from koopkg.agreement import Counts, LinkingScores
    from koopkg.deciding import Decider
    from koopkg.evaluation import Difference
    from koopkg.files import Skipped
    from koopkg.linking import Linker
    from koopkg.model import Language
    from koopkg.pipeline import IngestReport, Progress
    from koopkg.search import Filters, Hit, SearchResult
    from koopkg.snapshot import OpenSnapshot
    from koopkg.validation import Review

__all__ = ["main"]

DONE, PARTLY, UNUSABLE = 0, 1, 2
_MOST_SKIPPED_SHOWN = 20

app = typer.Typer(
    name="koopkg", help="Knowledge graph and search over municipal cooperation.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
snapshots_app = typer.Typer(help="List, activate and prune snapshots.", no_args_is_help=True)
eval_app = typer.Typer(help="Measure quality on the evaluation sets.", no_args_is_help=True)
app.add_typer(snapshots_app, name="snapshots")
app.add_typer(eval_app, name="eval")

ReasonLanguage = Annotated[Language, typer.Option(help="Language of reasons.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Limit = Annotated[int, typer.Option(help="Number of hits, 1 to 100.")]


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


@app.command()
def ingest(
    paths: Annotated[list[Path] | None, typer.Argument(help="Documents, archives or folders; none: the bundled corpus.")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Forget earlier runs and build anew; known embeddings are kept.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take in documents and publish a snapshot. Exit code 1 if documents were rejected."""
    from koopkg.pipeline import NothingAcceptedError, bundled_corpus
    from koopkg.pipeline import ingest as run

    settings = Settings.from_environment()
    try:
        with _progress() as progress:
            report = run(paths or [bundled_corpus()], settings, progress, rebuild=rebuild)
    except NothingAcceptedError as error:
        _print_report(error.report, as_json=as_json)
        raise
    _print_report(report, as_json=as_json)
    if report.rejected:
        typer.echo(f"rejected documents lie in {settings.quarantine_folder}", err=True)
        raise typer.Exit(PARTLY)


@app.command()
@with_filters
def search(
    text: Annotated[str, typer.Argument(help="What you plan or look for, German or English.")],
    filters: Filters,
    limit: Limit = 10,
    language: ReasonLanguage = "de",
    as_json: AsJson = False,
) -> None:
    """Find comparable cooperations for a text."""
    from koopkg.search import search as run

    opened = _opened()
    _print_result(opened.id, run(opened, text, filters, limit=limit, language=language), language, as_json=as_json)


@app.command()
@with_filters
def similar(
    case: Annotated[str, typer.Argument(help="Identifier of a case.")],
    filters: Filters,
    limit: Limit = 10,
    language: ReasonLanguage = "de",
    as_json: AsJson = False,
) -> None:
    """Find cooperations comparable to a case."""
    from koopkg.search import similar as run

    opened = _opened()
    _print_result(opened.id, run(opened, case, filters, limit=limit, language=language), language, as_json=as_json)


@app.command()
def link(path: Annotated[Path, typer.Argument(help="A document of any format that is read.", metavar="FILE")], as_json: AsJson = False) -> None:
    """Show what the cooperation of a text has, what else the text names, and its places, each with its evidence."""
    from koopkg.language import detect_language
    from koopkg.reading import Limits, read_text

    settings = Settings.from_environment()
    limits = Limits(settings.reading_seconds, settings.reading_memory_mib)
    found = read_text(path, max_bytes=settings.max_document_bytes, limits=limits)
    linker, decider = _linker(settings)
    linked = linker.link(found.passages, detect_language(found.text))
    decided = decider.decide(found.passages, linked)
    if as_json:
        concepts = [{key: value for key, value in asdict(item).items() if key != "iri"} for item in decided.concepts]
        places = [
            {"name": place.name, "ags": place.ags, "state": place.state, "evidence": [asdict(mention) for mention in place.evidence]} for place in linked.places
        ]
        facts = {
            fact.field: {"value": fact.value, "confidence": fact.confidence, "evidence": [asdict(mention) for mention in fact.evidence]}
            for fact in decided.facts
        }
        _print_json({"language": linked.language, "concepts": concepts, "places": places, "case": {"is_case": decided.is_case, **facts}})
        return
    typer.echo(f"{decided.is_case:.2f}  case")
    for item in sorted(decided.concepts, key=lambda item: (item.decision, -item.confidence)):
        quotes = ", ".join(f"{mention.quote} ({mention.start}-{mention.end})" for mention in item.evidence)
        typer.echo(f"{item.confidence:.2f}  {item.decision}  {item.scheme}/{item.slug}  {quotes}")
    for fact in decided.facts:
        typer.echo(f"{fact.confidence:.2f}  {fact.field}  {fact.value}  {fact.evidence[0].quote} ({fact.evidence[0].start}-{fact.evidence[0].end})")
    for place in linked.places:
        typer.echo(f"{place.confidence:.2f}  place  {place.name} ({place.ags or 'no key'})")


@app.command("train-links")
def train_links(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Folder for the weights; none: those that this package installs.")] = None,
    as_json: AsJson = False,
) -> None:
    """Learn from the corpus, the ontology and the dev half of the annotated texts what texts are about, and print the figures of cross-validation."""
    from koopkg.analyses import Analyses
    from koopkg.annotated import annotated_texts, marked_clauses
    from koopkg.deciding.training import train
    from koopkg.deciding.weights import Weights
    from koopkg.linking import Linker
    from koopkg.ontology import Ontology
    from koopkg.pipeline import bundled_corpus
    from koopkg.reading import document_paths, read_document
    from koopkg.register import Register
    from koopkg.teaching import Teacher

    settings = Settings.from_environment()

    with closing(Analyses.cache(settings.cache_folder / "analyses.sqlite")) as analyses:
        ontology = Ontology.bundled()
        teacher = Teacher(ontology, Linker(ontology, Register.bundled(), analyses), analyses)
        documents = (read_document(path.read_bytes(), ontology, where=path.name) for path in document_paths(bundled_corpus()))
        with as_file(files("koopkg_corpus")) as corpus:
            texts = annotated_texts(corpus / "eval" / "links", ["dev"])
            clauses = marked_clauses(corpus / "marks" / "clauses.jsonl")
        examples = [example for document in documents for example in teacher.of_document(document)]
        weights = train([*examples, *teacher.of_definitions(), *teacher.of_annotated(texts)], list(teacher.of_clauses(clauses)), ontology)
    weights.save(output or Weights.bundled_path())
    figures = weights.figures()
    if as_json:
        _print_json({name: asdict(row) for name, row in figures.items()})
        return
    typer.echo(f"{'scheme':18}{'texts':>7}{'asked':>7}{'P':>7}{'R':>7}{'F1':>7}{'ECE':>7}")
    for name, row in figures.items():
        typer.echo(f"{name:18}{row.texts:7}{row.labels:7}{row.precision:7.3f}{row.recall:7.3f}{row.f1:7.3f}{row.calibration_error:7.3f}")


@app.command()
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


@app.command()
def validate(
    paths: Annotated[list[Path] | None, typer.Argument(help="Documents to check; none: ontology and bundled corpus.")] = None, as_json: AsJson = False
) -> None:
    """Review documents, or else the ontology and its corpus, without publishing anything. Exit code 1 if something is wrong."""
    from koopkg.pipeline import bundled_corpus
    from koopkg.reading import Limits
    from koopkg.validation import review_documents, review_ontology

    settings = Settings.from_environment()
    reviews: list[tuple[str, Review]] = []
    for review in [] if paths else review_ontology():
        reviews.append(("ontology", review))
        if not as_json:
            _print_review(*reviews[-1])
    counts, documents = review_documents(
        paths or [bundled_corpus()],
        max_bytes=settings.max_document_bytes,
        data=settings.data,
        corpus=bundled_corpus(),
        limits=Limits(settings.reading_seconds, settings.reading_memory_mib),
    )
    reviews.append(("documents", documents))
    wrong = sum(len(review.findings) for _, review in reviews) - len(documents.findings)
    if as_json:
        _print_json([{"subject": subject, **asdict(review)} for subject, review in reviews])
    else:
        _print_review(*reviews[-1])
        _print_skipped(counts.skipped)
        parts = f"{counts.accepted} accepted + {counts.drafts} drafts + {counts.rejected} rejected"
        typer.echo(f"found: {counts.found} = {parts} + {len(counts.skipped)} skipped")
        reviewed = "" if paths else f"ontology: {wrong} findings; "
        typer.echo(f"{reviewed}documents: {counts.accepted + counts.drafts + counts.rejected} checked, {len(documents.findings)} findings")
    if wrong or documents.findings:
        raise typer.Exit(PARTLY)


@app.command()
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


@snapshots_app.command("list")
def list_snapshots(as_json: AsJson = False) -> None:
    """List the snapshots on disk, newest first; `*` marks the published one."""
    from koopkg import snapshot

    data = Settings.from_environment().data
    current = snapshot.named_in_current(data)
    manifests = snapshot.list_snapshots(data)
    if as_json:
        _print_json(
            [{"id": item.id, "created": item.created, "encoder": item.encoder, "counts": item.counts, "is_current": item.id == current} for item in manifests]
        )
        return
    for item in manifests:
        typer.echo(f"{'*' if item.id == current else ' '} {item.id}  {item.created}  {item.counts['documents']} documents, {item.encoder}")
    for fault in snapshot.unreadable_snapshots(data).values():
        typer.echo(fault, err=True)


@snapshots_app.command("activate")
def activate(identifier: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Publish an earlier snapshot again."""
    from koopkg import snapshot

    snapshot.activate(Settings.from_environment().data, identifier)
    typer.echo(f"snapshot {identifier}: published")


@snapshots_app.command("prune")
def prune(keep: Annotated[int, typer.Option(min=1, help="Newest snapshots to keep; the published one always stays.")] = 1) -> None:
    """Remove old snapshots."""
    from koopkg import snapshot

    removed = snapshot.prune(Settings.from_environment().data, keep=keep)
    typer.echo(f"{len(removed)} removed" + "".join(f"\n  {identifier}" for identifier in removed))


@snapshots_app.command("cite")
def cite(identifier: Annotated[str, typer.Argument(metavar="ID", help="A snapshot on disk; none: the published one.")] = "") -> None:
    """Print the line to cite a snapshot by."""
    from koopkg import snapshot
    from koopkg.citation import citation

    data = Settings.from_environment().data
    found = [item for item in snapshot.list_snapshots(data) if item.id == identifier]
    if identifier and not found:
        raise SnapshotError(f"snapshot {identifier}: is not on disk; `koopkg snapshots list` names those that are")
    typer.echo(citation(found[0] if found else snapshot.open_files(data).manifest()))


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

    splits = _splits(split)
    with as_file(files("koopkg_corpus")) as corpus:
        chosen = [topic for topic in topics(corpus / "eval" / "topics.tsv") if topic.split in splits]
        grades = judgments(corpus / "eval" / "qrels.txt")
    earlier = read_run(against, grades=grades) if against else None
    opened = _opened()
    groups = {"all topics": chosen}
    if by_kind:
        groups |= {kind: [topic for topic in chosen if topic.kind == kind] for kind in dict.fromkeys(topic.kind for topic in chosen)}
    tables = {name: evaluate(group, grades, partial(ranked, opened)) for name, group in groups.items()}
    if save:
        write_run(save, Run(opened.id, fingerprint(grades), tuple(tables["all topics"])))
    differences = compare(tables["all topics"], earlier.systems) if earlier else []
    if as_json:
        rows_of = {name: [asdict(row) for row in rows] for name, rows in tables.items()}
        _print_json({"snapshot": opened.id, "split": split, "tables": rows_of, "differences": [asdict(item) for item in differences]})
        return
    for name, rows in tables.items():
        typer.echo(f"{name} ({split}, {rows[0].topics} topics)")
        typer.echo(f"  {'system':10}" + "".join(f"{metric:>11}" for metric in METRICS) + f"{'judged@10':>11}")
        for row in rows:
            typer.echo(f"  {row.name:10}" + "".join(f"{row.metrics[metric]:11.3f}" for metric in METRICS) + f"{row.judged_at_10:11.2f}")
    if earlier:
        _print_differences(earlier.snapshot, differences)


@eval_app.command("recognition")
def eval_recognition(
    split: Annotated[str, typer.Option(help="dev, test or all.")] = "all",
    show: Annotated[bool, typer.Option("--show", help="Also print the queries whose sector was missed and what was named falsely.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print how often the sector of a query is recognised, and how often another is named, over queries written from the definitions alone."""
    from koopkg.recognition import reader_queries, recognised

    splits = _splits(split)
    with as_file(files("koopkg_corpus")) as corpus:
        chosen = [query for query in reader_queries(corpus / "eval" / "recognition.tsv") if query.split in splits]
    opened = _opened()
    groups = {"all": chosen} | {language: [query for query in chosen if query.language == language] for language in ("de", "en")}
    found = {name: recognised(queries, opened.linker.link_query, opened.ontology) for name, queries in groups.items()}
    if as_json:
        figures = {name: {"queries": row.queries, "recall": row.recall, "links": row.links, "false_links": row.false_links} for name, row in found.items()}
        _print_json({"snapshot": opened.id, "split": split, "recognition": figures})
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
        texts = annotated_texts(corpus / "eval" / "links", _splits(split))
        readings = [pair for pair in second_readings(corpus / "eval" / "links") if pair[0].split in _splits(split)]
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
        _print_json(asdict(scores))
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


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to bind to; default: KOOPKG_HOST.")] = "",
    port: Annotated[int, typer.Option(help="Port to bind to; default: KOOPKG_PORT.")] = 0,
    workers: Annotated[int, typer.Option(help="Processes that serve; default: KOOPKG_WORKERS.")] = 0,
) -> None:
    """Serve the API and the web pages."""
    if workers:
        os.environ["KOOPKG_WORKERS"] = str(workers)  # the application reads its settings from there
    from koopkg.isolation import why_impossible

    settings = Settings.from_environment()
    if settings.sparql_isolation == "off":
        typer.echo("koopkg: WARNING: KOOPKG_SPARQL_ISOLATION=off: a SPARQL query may open connections from this machine", err=True)
    elif reason := why_impossible():
        raise ConfigurationError(
            "SPARQL workers cannot be kept from opening sockets: {reason}; run where seccomp filters are allowed, or set KOOPKG_SPARQL_ISOLATION=off "
            "if nobody else can reach this server",
            reason=Foreign(reason),
        )
    host, port = host.strip("[]") or settings.host, port or settings.port
    _require_free(host, port)
    typer.echo(f"koopkg: http://{f'[{host}]' if ':' in host else host}:{port} (end with Ctrl-C)")
    import uvicorn

    from koopkg.serving import serve as serve_application

    config = uvicorn.Config(
        "koopkg_api.app:create_app",
        factory=True,
        host=host,
        port=port,
        http="koopkg_api.protocol:BoundedProtocol",
        ws="none",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    serve_application(config, workers=settings.workers)


@app.command()
def doctor(
    corpus: Annotated[bool, typer.Option("--corpus", help="Instead list the cases whose status needs a fresh look, oldest first; exit code 0.")] = False,
    language: ReasonLanguage = "de",
    as_json: AsJson = False,
) -> None:
    """Check that everything the read side needs is there and unharmed. Exit code 1 if not."""
    from koopkg.diagnosis import diagnose

    if corpus:
        _print_rechecks(language, as_json=as_json)
        return
    findings = diagnose(Settings.from_environment())
    if as_json:
        _print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            typer.echo(f"{'ok   ' if finding.is_ok else 'FAULT'}  {finding.subject}: {finding.detail}")
    if not all(finding.is_ok for finding in findings):
        raise typer.Exit(PARTLY)


def _require_free(host: str, port: int) -> None:
    """Make sure that a server can listen at an address, before it loads anything.

    Raises:
        ConfigurationError: It cannot.
    """
    if not 1 <= port <= 65_535:
        raise ConfigurationError("--port: {port} is no port; expected 1 to 65,535, such as 8000", port=str(port))
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise ConfigurationError("{host}, port {port}: {refusal}", host=host, port=str(port), refusal=explain(error)) from error


def _opened() -> OpenSnapshot:
    from koopkg import snapshot

    settings = Settings.from_environment()
    return snapshot.OpenSnapshot(snapshot.open_files(settings.data), settings)


def _linker(settings: Settings) -> tuple[Linker, Decider]:
    """What links and what decides, over the published snapshot, or over the bundled ontology before the first ingest."""
    from koopkg import snapshot
    from koopkg.analyses import Analyses
    from koopkg.deciding import Decider
    from koopkg.linking import Linker
    from koopkg.ontology import Ontology
    from koopkg.register import Register

    if snapshot.current_id(settings.data) is not None:
        opened = _opened()
        return opened.linker, Decider(opened.linker, opened.ontology, opened.analyses)
    ontology, analyses = Ontology.bundled(), Analyses()
    linker = Linker(ontology, Register.bundled(), analyses)
    return linker, Decider(linker, ontology, analyses)


@contextmanager
def _progress() -> Iterator[Progress]:
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


def _print_report(report: IngestReport, *, as_json: bool) -> None:
    """Print what was found, taken in, refused and passed over; reasons on standard error."""
    for rejected in report.rejected:
        for problem in rejected.problems:
            typer.echo(f"{rejected.path}: {problem}", err=True)
    if as_json:
        _print_json(asdict(report))
        return
    _print_skipped(report.skipped)
    parts = f"{report.accepted} accepted + {report.drafts} drafts + {len(report.rejected)} rejected"
    typer.echo(f"found: {report.found} = {parts} + {len(report.skipped)} skipped")
    kept = f", {report.kept} of them from earlier runs" if report.kept else ""
    typer.echo(f"documents: {report.documents} = {parts}{kept}")
    if report.snapshot:
        state = "published" if report.was_published else "unchanged, already published"
        typer.echo(f"texts: {report.texts} = {report.embedded} embedded + {report.reused} known already")
        typer.echo(f"snapshot {report.snapshot}: {state}, {report.quads:,} quads")


def _print_skipped(skipped: Sequence[Skipped]) -> None:
    for item in skipped[:_MOST_SKIPPED_SHOWN]:
        typer.echo(f"skipped: {item.path}: {item.reason}", err=True)
    if len(skipped) > _MOST_SKIPPED_SHOWN:
        typer.echo(f"skipped: {len(skipped) - _MOST_SKIPPED_SHOWN} more; --json lists all", err=True)


def _print_result(identifier: str, result: SearchResult, language: Language, *, as_json: bool) -> None:
    if as_json:
        _print_json({"snapshot": identifier, **asdict(result), "hits": [_with_sentences(hit, language) for hit in result.hits]})
        return
    typer.echo(f"{result.total} hits")
    for place, hit in enumerate(result.hits, start=1):
        typer.echo(f"\n{place:2}. {hit.title}  [{hit.score:.2f}]  {hit.id}")
        for reason in hit.reasons:
            typer.echo(f"    - {sentence_of(reason.kind, reason.values, language)}")


def _with_sentences(hit: Hit, language: Language) -> dict[str, Any]:
    reasons = [{"kind": reason.kind, "text": sentence_of(reason.kind, reason.values, language), "fact": asdict(reason.fact)} for reason in hit.reasons]
    return {**asdict(hit), "reasons": reasons}


def _print_differences(snapshot: str, differences: Sequence[Difference]) -> None:
    typer.echo(f"against snapshot {snapshot}, by topic (mean, 95 % interval, topics better and worse)")
    for item in differences:
        typer.echo(f"  {item.system:10}{item.metric:>11}{item.mean:+9.3f}  [{item.low:+.3f}, {item.high:+.3f}]{item.better:5} +{item.worse:5} -")


def _splits(named: str) -> tuple[str, ...]:
    """The parts of an evaluation set that an option names."""
    from koopkg.evaluation import EvaluationError

    if named not in ("dev", "test", "all"):
        raise EvaluationError("split: {split!r} is unknown; expected dev, test or all", split=named)
    return ("dev", "test") if named == "all" else (named,)


def _print_review(subject: str, review: Review) -> None:
    """Print one concern, its findings on standard error."""
    typer.echo(f"{'FAULT' if review.findings else 'ok   '}  {subject} · {review.concern}")
    for finding in review.findings:
        typer.echo(f"         {finding}", err=True)


def _print_rechecks(language: Language, *, as_json: bool) -> None:
    """Print the queue of cases to look at again, each with its newest source and the reasons."""
    from datetime import UTC, datetime

    from koopkg.rechecks import rechecks

    catalog = _opened().catalog
    found = rechecks((catalog.case(row) for row in catalog.cases()), datetime.now(UTC).date())
    told = [{**asdict(item), "reasons": [translated(reason, language) for reason in item.reasons]} for item in found]
    if as_json:
        _print_json(told)
        return
    typer.echo(translated(Message("{found:,} of {total:,} cases need a fresh look", found=len(found), total=len(catalog)), language))
    for item in told:
        typer.echo(f"{item['newest_source'] or '----'}  {item['case']}: {'; '.join(item['reasons'])}")


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
