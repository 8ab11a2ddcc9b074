"""SPARQL over HTTP beside the bare engine: thirty queries to `koopkg serve` and to `oxigraph serve-read-only`, same store, same run.

    python bench/panel.py [RUNS]

Needs a snapshot (`koopkg ingest`). Each server is asked over one connection that stays open, in turn, so that whatever else runs on the machine meets both.
Our workers cannot open a socket, are limited in time and memory and are given out in turns; the peer does none of that. Both have to give the same answer.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.namespaces import PREFIXES
from koopkg.questions import bundled_questions

RUNS = 15
BAR = 1.4
OURS, THEIRS = 8767, 8768
JSON_RESULTS, TURTLE, CSV = "application/sparql-results+json", "text/turtle", "text/csv"
QUESTIONS = (2, 4, 9, 10, 12, 22, 28, 39)
"""Competency questions of the ontology that the corpus answers, by number."""
CASE = "<https://w3id.org/koopkg/case/dorfladen-crainfeld-eg>"
OWN: dict[str, tuple[str, str]] = {
    "ask nothing": (JSON_RESULTS, "ASK {}"),
    "ask a case": (JSON_RESULTS, f"ASK {{ {CASE} a koop:Cooperation }}"),
    "title of a case": (JSON_RESULTS, f"SELECT ?title {{ {CASE} dcterms:title ?title }}"),
    "all of a case": (JSON_RESULTS, f"SELECT * {{ {CASE} ?p ?o }}"),
    "label of a concept": (JSON_RESULTS, "SELECT ?label { sector:baubetriebshof skos:prefLabel ?label }"),
    "cases of a form": (JSON_RESULTS, "SELECT ?case { ?case koop:legalForm legal-form:zweckverband }"),
    "words behind a concept": (
        JSON_RESULTS,
        "SELECT ?quote ?start { ?mention oa:hasBody sector:baubetriebshof ; oa:hasTarget [ oa:hasSource document:bauhof-vg-stauden ; "
        "oa:hasSelector [ oa:exact ?quote ], [ oa:start ?start ] ] } ORDER BY ?start",
    ),
    "cases by form": (JSON_RESULTS, "SELECT ?form (COUNT(?case) AS ?cases) { ?case koop:legalForm ?form } GROUP BY ?form ORDER BY DESC(?cases)"),
    "cases by form as CSV": (CSV, "SELECT ?form (COUNT(?case) AS ?cases) { ?case koop:legalForm ?form } GROUP BY ?form ORDER BY DESC(?cases)"),
    "factors by sector": (
        JSON_RESULTS,
        "SELECT ?sector ?factor (COUNT(*) AS ?cases) { ?case koop:legalForm legal-form:zweckverband ; koop:sector ?sector ; koop:successFactor ?factor } "
        "GROUP BY ?sector ?factor ORDER BY DESC(?cases)",
    ),
    "form of any kind in a Land": (
        JSON_RESULTS,
        'SELECT ?case ?title { ?case koop:land/skos:prefLabel "Hessen"@de ; koop:legalForm/skos:broader? legal-form:oeffentlich-rechtliche-vereinbarung ; '
        'dcterms:title ?title FILTER(LANG(?title) = "de") }',
    ),
    "hierarchy of sectors": (JSON_RESULTS, "SELECT ?narrow ?broad { ?narrow skos:broader+ ?broad . ?narrow skos:inScheme ?scheme }"),
    "paths of a case": (JSON_RESULTS, f"SELECT DISTINCT ?broad {{ {CASE} koop:sector/skos:broader* ?broad }}"),
    "cases without an end": (
        JSON_RESULTS,
        "SELECT ?case ?start { ?case a koop:Cooperation ; koop:startYear ?start OPTIONAL { ?case koop:endYear ?end } FILTER(!BOUND(?end)) }",
    ),
    "titles by pattern": (JSON_RESULTS, 'SELECT ?case ?title { ?case a koop:Cooperation ; dcterms:title ?title FILTER(REGEX(?title, "bauhof", "i")) }'),
    "pairs of sector and factor": (
        JSON_RESULTS,
        "SELECT (COUNT(*) AS ?n) { ?a koop:sector ?s ; koop:successFactor ?f . ?b koop:sector ?s ; koop:successFactor ?f }",
    ),
    "describe a case": (TURTLE, f"DESCRIBE {CASE}"),
    "describe a concept": (TURTLE, "DESCRIBE sector:baubetriebshof"),
    "construct labels of sectors": (
        TURTLE,
        "CONSTRUCT { ?c skos:prefLabel ?l } { ?c skos:inScheme <https://w3id.org/koopkg/vocab/sector> ; skos:prefLabel ?l }",
    ),
    "construct members": (TURTLE, "CONSTRUCT { ?case koop:member ?place } { ?case koop:member ?place }"),
    "members with their names": (JSON_RESULTS, "SELECT ?case ?name { ?case koop:member/skos:prefLabel ?name }"),
    "10,000 triples": (JSON_RESULTS, "SELECT * { ?s ?p ?o } LIMIT 10000"),
}


@dataclass(frozen=True)
class Query:
    """A query and the media type to ask for."""

    name: str
    accept: str
    text: str


class Client:
    """One connection that stays open; as little work a request as can be, because it counts for both."""

    def __init__(self, port: int, path: str) -> None:
        self._path = path
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def request(self, query: Query) -> bytes:
        """The bytes that ask for a query."""
        return f"GET {self._path}?query={quote(query.text)} HTTP/1.1\r\nHost: localhost\r\nAccept: {query.accept}\r\n\r\n".encode()

    def answer(self, request: bytes) -> tuple[bytes, bytes]:
        """Head and body as they came, chunked or not."""
        self._socket.sendall(request)
        data = self._socket.recv(2**20)
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._received()
        head, pieces, size = data[:end].lower(), [data[end + 4 :]], len(data) - end - 4
        length = head.find(b"content-length: ")
        if length >= 0:
            wanted = int(head[length + 16 :].split(b"\r\n", 1)[0])
            while size < wanted:
                pieces.append(self._received())
                size += len(pieces[-1])
        else:
            tail = pieces[0]
            while not tail.endswith(b"0\r\n\r\n"):
                pieces.append(self._received())
                tail = tail[-5:] + pieces[-1]
        return head, b"".join(pieces)

    def _received(self) -> bytes:
        data = self._socket.recv(2**20)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data


def panel() -> list[Query]:
    """The thirty queries, with every prefix declared, as the peer knows none."""
    questions = {question.number: question for question in bundled_questions()}
    own = [Query(name, accept, declared(text)) for name, (accept, text) in OWN.items()]
    return own + [Query(questions[number].slug[:34], JSON_RESULTS, questions[number].query) for number in QUESTIONS]


def declared(text: str) -> str:
    """A query with the prefixes that it uses."""
    return "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items() if f"{prefix}:" in text) + text


def content(head: bytes, body: bytes) -> object:
    """What an answer says, in no order."""
    if not head.startswith(b"http/1.1 200"):
        raise SystemExit(f"{head.decode()}\n{body.decode()}")
    body = unchunked(body) if b"transfer-encoding: chunked" in head else body
    if b"sparql-results+json" in head:
        said = json.loads(body)
        return said["boolean"] if "boolean" in said else sorted(json.dumps(row, sort_keys=True) for row in said["results"]["bindings"])
    return sorted(body.decode().splitlines()) if b"csv" in head else None


def unchunked(body: bytes) -> bytes:
    pieces = []
    while body:
        size, _, body = body.partition(b"\r\n")
        pieces.append(body[: int(size, 16)])
        body = body[int(size, 16) + 2 :]
    return b"".join(pieces)


def compare(query: Query, ours: Client, theirs: Client, runs: int) -> tuple[float, float, int]:
    """Median seconds of both and the size of our answer."""
    clients = (ours, theirs)
    requests = [client.request(query) for client in clients]
    answers = [client.answer(request) for client, request in zip(clients, requests, strict=True)]
    if content(*answers[0]) != content(*answers[1]):
        raise SystemExit(f"{query.name}: the two servers say different things")
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for client, request, seconds in zip(clients, requests, taken, strict=True):
            began = time.perf_counter()
            client.answer(request)
            seconds.append(time.perf_counter() - began)
    return statistics.median(taken[0]), statistics.median(taken[1]), len(answers[0][1])


@contextlib.contextmanager
def running(command: list[str], port: int, is_up: Callable[[int], bool]) -> Iterator[None]:
    """A server process that answers, ended afterwards."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(600):
                if is_up(port):
                    break
                time.sleep(0.1)
            else:
                raise SystemExit(f"{command[0]} did not start")
            yield
        finally:
            server.send_signal(signal.SIGTERM)


def is_ready(port: int) -> bool:
    with contextlib.suppress(OSError):
        return Client(port, "/readyz").answer(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")[0].startswith(b"http/1.1 200")
    return False


def is_open(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    peer = shutil.which("oxigraph") or shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    if peer is None:
        raise SystemExit("oxigraph is not installed; pip install oxigraph")
    graph = snapshot.open_files(Settings.from_environment().data).graph
    koopkg = [sys.executable, "-m", "koopkg.cli", "serve", "--port", str(OURS)]
    oxigraph = [peer, "serve-read-only", "--location", str(graph), "--bind", f"127.0.0.1:{THEIRS}"]
    ratios = []
    with running(koopkg, OURS, is_ready), running(oxigraph, THEIRS, is_open):
        ours, theirs = Client(OURS, "/sparql"), Client(THEIRS, "/query")
        print(f"{'SPARQL over HTTP':34} {'koopkg':>9} {'oxigraph':>9}   ratio     bytes")
        for query in panel():
            mine, its, size = compare(query, ours, theirs, runs)
            ratios.append(mine / its)
            print(f"{query.name:34} {mine * 1000:6.2f} ms {its * 1000:6.2f} ms   {ratios[-1]:5.2f} {size:9,}")
    middle = statistics.median(ratios)
    verdict = "" if middle <= BAR else "MISSED"
    print(f"\n{len(ratios)} queries, {runs} runs each, load {os.getloadavg()[0]:.1f}: median ratio {middle:.2f}   bar <= {BAR:g} {verdict}")


if __name__ == "__main__":
    main()
