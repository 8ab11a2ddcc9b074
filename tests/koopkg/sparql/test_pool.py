"""SPARQL is answered over a set of triples, bounded and read-only, and no query or client stops another."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import gzip
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from koopkg import graph, snapshot
from koopkg.config import Settings
from koopkg.errors import BusyError, EngineCrashError, KoopkgError, QueryError, QueryLimitError, ResultTooLargeError
from koopkg.namespaces import PREFIXES
from koopkg.questions import bundled_questions
from koopkg.sparql import SparqlPool, answer
from tests.conftest import DATA, Sparql, escaped_lines

HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
CASE_GRAPH = "https://w3id.org/koopkg/graph/curated/standesamt-lossetal"
COPIES = "https://w3id.org/koopkg/graph/copies"
"""A graph that holds again what others hold."""
OVER_SETS = (DATA / "sparql" / "over-sets.txt").read_text(encoding="utf-8").splitlines()[1:]


@pytest.fixture(scope="module")
def doubled(tiny: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sparql, ox.Store]]:
    """The tiny dataset with every second triple in one more graph, and beside it a plain store of its triples, each once."""
    store = ox.Store.read_only(str(snapshot.open_files(tiny.data).graph))
    quads = sorted((quad for name in store.named_graphs() for quad in store.quads_for_pattern(None, None, None, name)), key=str)
    copies = [ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(COPIES)) for quad in quads[::2]]
    folder = tmp_path_factory.mktemp("doubled") / "graph"
    graph.build(folder, [*quads, *copies])
    once = ox.Store()
    once.extend(ox.Quad(*triple) for triple in {quad.triple for quad in quads})
    with Sparql(tiny, graph=folder) as pool:
        yield pool, once


@pytest.mark.parametrize("query", [*OVER_SETS, *(question.query for question in bundled_questions())])
def test_answers_are_over_the_set_of_triples(query: str, doubled: tuple[Sparql, ox.Store]) -> None:
    """Counts, averages and joins do not change with the number of graphs that hold a triple."""
    pool, once = doubled
    expected = once.query(query, prefixes=PREFIXES)
    if isinstance(expected, ox.QueryTriples):
        found = [quad.triple for quad in ox.parse(pool.execute(query, format="nt").body, format=ox.RdfFormat.N_TRIPLES)]
        assert Counter(found) == Counter(set(expected))
        assert found
    else:
        assert isinstance(expected, ox.QuerySolutions)
        assert table(pool.execute(query, format="csv").body) == table(expected.serialize(format=ox.QueryResultsFormat.CSV) or b"")


def table(body: bytes) -> Counter[tuple[str, ...]]:
    return Counter(map(tuple, csv.reader(io.StringIO(body.decode()))))


@pytest.mark.parametrize("way", ["FROM", "protocol"])
def test_several_graphs_are_merged_to_a_set(way: str, doubled: tuple[Sparql, ox.Store]) -> None:
    pool, _ = doubled
    graphs = [CASE_GRAPH, COPIES, CASE_GRAPH]
    clauses, named = ("".join(f"FROM <{name}> " for name in graphs), []) if way == "FROM" else ("", graphs)
    count = f"SELECT (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?subjects) {clauses} {{ ?s koop:sector ?o }}"
    [(n, subjects)] = list(csv.reader(io.StringIO(pool.execute(count, format="csv", default_graphs=named).body.decode())))[1:]
    copied = f"SELECT DISTINCT ?s ?o {{ GRAPH ?g {{ ?s koop:sector ?o }} FILTER(?g IN (<{CASE_GRAPH}>, <{COPIES}>)) }}"
    expected = list(csv.reader(io.StringIO(pool.execute(copied, format="csv").body.decode())))[1:]
    assert (int(n), int(subjects)) == (len(expected), len({row[0] for row in expected}))
    assert int(n) > 1


def test_graphs_can_still_be_named(sparql: Sparql) -> None:
    query = f"SELECT DISTINCT ?g FROM <{COPIES}> FROM NAMED <{CASE_GRAPH}> {{ GRAPH ?g {{ ?s a koop:Cooperation }} }}"
    assert sparql.execute(query, format="csv").body.decode().split() == ["g", CASE_GRAPH]
    everywhere = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s a koop:Cooperation } }"
    assert sparql.execute(everywhere, format="csv").body.split() == [b"n", b"8"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("LOAD <http://127.0.0.1:9/>", "LOAD is an update"),
        ("INSERT DATA { <a:a> <a:b> <a:c> }", "INSERT is an update"),
        ("DROP ALL", "DROP is an update"),
        ("", "has no query form"),
        ("SELECT * {", "syntax error in line 1, column"),
        ("SELECT * { ?s ?p ?o } LIMIT x", "syntax error in line 1"),
        ("SELECT * { ?s unknown:x ?o }", "syntax error"),
        ("SELECT 1" + " " * 200_000, "at most 200,000"),
    ],
)
def test_what_is_refused(query: str, message: str, sparql: Sparql) -> None:
    with pytest.raises(QueryError, match=r"^query: ") as caught:
        sparql.execute(query, format="json")
    assert message in str(caught.value)


@pytest.mark.parametrize(("query", "format"), [("ASK {}", "csv"), ("SELECT * {}", "ttl"), ("DESCRIBE <a:a>", "csv"), ("SELECT * {}", "pdf")])
def test_format_has_to_fit_the_query(query: str, format: str, sparql: Sparql) -> None:
    with pytest.raises(QueryError) as caught:
        sparql.execute(query, format=format)
    assert caught.value.field == "format"


def test_long_queries_are_answered(sparql: Sparql) -> None:
    """All cases of a far larger corpus joined with values of one's own."""
    values = " ".join(f"<https://w3id.org/koopkg/case/fall-{number}>" for number in range(4_000))
    query = f"SELECT (COUNT(*) AS ?n) {{ VALUES ?case {{ {values} <https://w3id.org/koopkg/case/standesamt-lossetal> }} ?case a koop:Cooperation }}"
    assert len(query) > 150_000
    assert sparql.execute(query, format="csv").body.split() == [b"n", b"1"]


def test_unknown_or_local_graphs_are_empty_and_never_fetched(sparql: Sparql) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        for source in (f"http://127.0.0.1:{port}/x", "file:///etc/passwd"):
            body = sparql.execute(f"SELECT ?s ?p ?o FROM <{source}> {{ ?s ?p ?o }}", format="csv").body
            assert body.split() == [b"s,p,o"]
        assert not has_connection(listener)


def has_connection(listener: socket.socket) -> bool:
    listener.setblocking(False)  # whoever connected stands in the backlog already
    try:
        listener.accept()
    except BlockingIOError:
        return False
    return True


def test_the_engine_itself_reaches_no_other_endpoint(tiny: Settings) -> None:
    """What the look at the text would refuse is ended by the kernel as well, SILENT or not, before there is a connection."""
    refused = []
    with socket.create_server(("127.0.0.1", 0)) as listener, Sparql(tiny) as pool:
        for query in escaped_lines(DATA / "sparql" / "service.txt")[:20]:
            job = pool.run(pool.pool._job(query.replace("PORT", str(listener.getsockname()[1])), "json", None, (), (), False))
            try:
                pool.run(pool.pool._scheduled(job, "somebody"))
            except QueryError as error:
                refused.append(str(error))
        assert not has_connection(listener)
        assert b"true" in pool.execute("ASK {}", format="json").body
    assert sum("SERVICE is refused" in message for message in refused) > 10


def test_a_slow_query_is_ended_and_the_next_one_answered(tiny: Settings) -> None:
    with Sparql(replace(tiny, sparql_timeout_seconds=0.5)) as pool:
        for _ in range(2):  # the second time it is known to be heavy
            with pytest.raises(QueryLimitError, match=r"longer than 0\.5 seconds"):
                pool.execute(HEAVY, format="json")
        assert b"true" in pool.execute("ASK {}", format="json").body


def test_memory_is_bounded(tiny: Settings) -> None:
    with Sparql(replace(tiny, sparql_memory_mib=80, sparql_timeout_seconds=60, sparql_max_result_mib=1_000)) as pool:
        with pytest.raises(QueryLimitError, match="more memory"):
            pool.execute("SELECT DISTINCT ?a ?b ?c ?d ?e { ?a ?b ?c . ?d ?e ?f }", format="json")
        assert b"true" in pool.execute("ASK {}", format="json").body


@pytest.mark.parametrize(("query", "format"), [("SELECT * { ?a ?b ?c . ?a ?d ?e }", "xml"), ("CONSTRUCT WHERE { ?a ?b ?c }", "nt")])
def test_result_size_is_bounded(query: str, format: str, tiny: Settings) -> None:
    with Sparql(replace(tiny, sparql_max_result_mib=1)) as pool, pytest.raises(ResultTooLargeError, match="larger than 1 MiB"):
        pool.execute(query, format=format)


def test_a_crash_of_the_engine_is_told_as_a_crash(tiny: Settings) -> None:
    """A long chain overflows the stack of the engine; that is not told as lack of memory."""
    chain = "SELECT * { BIND(" + "+".join("1" * 95_000) + " AS ?x) }"
    with Sparql(replace(tiny, sparql_timeout_seconds=60)) as pool:
        with pytest.raises(EngineCrashError, match="crashed the engine"):
            pool.execute(chain, format="json")
        assert b"true" in pool.execute("ASK {}", format="json").body


def test_gzip_only_where_it_is_allowed(sparql: Sparql) -> None:
    query = "SELECT ?s ?o { ?s skos:prefLabel ?o } ORDER BY ?s ?o"
    plain, packed = sparql.execute(query, format="csv"), sparql.execute(query, format="csv", may_gzip=True)
    assert (plain.is_gzipped, packed.is_gzipped) == (False, True)
    assert gzip.decompress(packed.body) == plain.body
    assert not sparql.execute("ASK {}", format="json", may_gzip=True).is_gzipped


def test_many_light_queries_from_a_cold_start(tiny: Settings) -> None:
    with Sparql(replace(tiny, sparql_timeout_seconds=20)) as pool:

        async def all_at_once() -> list[bytes]:
            asked = [pool.asked("ASK { ?s a koop:Cooperation }", format="json", client=str(number % 3)) for number in range(40)]
            return [result.body for result in await asyncio.gather(*asked)]

        assert all(b"true" in body for body in pool.run(all_at_once()))


def test_light_queries_pass_waiting_heavy_ones(tiny: Settings) -> None:
    """Heavy queries of five clients are in work or waiting when light ones come, and are still so when those are answered."""
    before = set(children_of(os.getpid()))
    with Sparql(replace(tiny, sparql_timeout_seconds=30)) as pool:

        async def scenario() -> None:
            heavy = [asyncio.create_task(pool.asked(f"{HEAVY} # {number}", format="json", client=f"heavy-{number}")) for number in range(5)]
            while pool.pool.waiting_heavy < 4:
                await asyncio.sleep(0.01)  # until all of them have proved to be heavy
            for number in range(20):
                result = await pool.asked(f"ASK {{ ?s a koop:Cooperation }} # {number}", format="json", client="light")
                assert b"true" in result.body
            assert not any(task.done() for task in heavy)
            [foreman] = set(children_of(os.getpid())) - before
            working = [child for child in children_of(foreman) if not has_ended(child) and os.getpriority(os.PRIO_PROCESS, child) == 10]
            assert 1 <= len(working) <= max(1, len(os.sched_getaffinity(0)) - 1)  # one core is left to everybody else
            for task in heavy:
                task.cancel()
            await asyncio.wait(heavy)

        pool.run(scenario())


def test_a_client_may_have_two_heavy_queries(tiny: Settings) -> None:
    with Sparql(replace(tiny, sparql_timeout_seconds=30)) as pool:

        async def scenario() -> None:
            heavy = [asyncio.create_task(pool.asked(f"{HEAVY} # {number}", format="json", client="one")) for number in range(3)]
            done, pending = await asyncio.wait(heavy, return_when=asyncio.FIRST_COMPLETED)
            [refused] = done
            assert isinstance(refused.exception(), BusyError)
            assert len(pending) == 2
            for task in pending:
                task.cancel()
            await asyncio.wait(pending)

        pool.run(scenario())


def test_a_query_ends_with_its_client(tiny: Settings) -> None:
    """Cancelled while it is tried, while it runs as a heavy one, and while it waits: nothing of it is left."""
    descriptors: list[int] = []
    with Sparql(replace(tiny, sparql_timeout_seconds=60)) as pool:

        async def scenario() -> None:
            first, second = (asyncio.create_task(pool.asked(f"{HEAVY} # {number}", format="json", client=str(number))) for number in range(2))
            while pool.pool.waiting_heavy < 1:
                await asyncio.sleep(0.01)
            descriptors.extend(os.pidfd_open(pid) for pid in workers_of(os.getpid()) if os.getpriority(os.PRIO_PROCESS, pid) == 10)
            tried = asyncio.create_task(pool.asked(f"{HEAVY} # tried", format="json", client="tried"))
            await asyncio.sleep(0)
            for task in (tried, second, first):
                task.cancel()
            await asyncio.wait([first, second, tried])
            assert all(task.cancelled() for task in (first, second, tried))
            assert pool.pool.waiting_heavy == 0
            assert b"true" in (await pool.asked("ASK {}", format="json")).body

        pool.run(scenario())
    [computing] = descriptors
    assert wait_for_end(computing)


def test_closing_leaves_no_process(tiny: Settings) -> None:
    before = workers_of(os.getpid())
    with Sparql(tiny) as pool:
        pool.execute("ASK {}", format="json")
        assert workers_of(os.getpid()) > before
    assert workers_of(os.getpid()) == before


BUSY_SERVER = """
import asyncio, sys
from pathlib import Path
from koopkg.config import Settings
from koopkg.sparql import SparqlPool

async def ask(pool, number):
    await pool.execute(await pool.read(sys.argv[3] + f" # {number}"), format="json", client=str(number))

async def main():
    pool = SparqlPool(Path(sys.argv[1]), Settings(sparql_timeout_seconds=float(sys.argv[2])))
    heavy = [asyncio.create_task(ask(pool, number)) for number in range(2)]
    while not pool.waiting_heavy:
        assert not all(task.done() for task in heavy), "the time limit came first"
        await asyncio.sleep(0.01)
    print("busy", flush=True)
    await asyncio.wait(heavy)

asyncio.run(main())
"""
"""A server with two heavy queries, one in work and one waiting: `python -c BUSY_SERVER STORE SECONDS QUERY`."""


@contextlib.contextmanager
def busy_server(tiny: Settings, *, seconds: float) -> Iterator[subprocess.Popen[bytes]]:
    store = str(snapshot.open_files(tiny.data).graph)
    with subprocess.Popen([sys.executable, "-c", BUSY_SERVER, store, str(seconds), HEAVY], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"busy\n"
        yield server
        server.kill()


def test_workers_die_with_a_killed_server(tiny: Settings) -> None:
    """SIGKILL while a worker is busy: the kernel ends the foreman and the workers, also the one that is computing."""
    with busy_server(tiny, seconds=120) as server:
        descriptors = [os.pidfd_open(pid) for pid in [*children_of(server.pid), *workers_of(server.pid)]]
        server.kill()
    assert len(descriptors) >= 3
    for descriptor in descriptors:
        assert wait_for_end(descriptor)


def test_a_worker_ends_by_itself_when_its_server_does_not_end_it(tiny: Settings) -> None:
    """The server stands still: the kernel ends the worker at its own limit of processor time."""
    with busy_server(tiny, seconds=5) as server:  # enough for both to prove heavy on a busy machine; then it stands still
        [computing] = [os.pidfd_open(pid) for pid in workers_of(server.pid) if os.getpriority(os.PRIO_PROCESS, pid) == 10]
        server.send_signal(signal.SIGSTOP)
        assert wait_for_end(computing)


def test_queries_are_answered_again_after_the_foreman_was_killed(tiny: Settings) -> None:
    with Sparql(tiny) as pool:
        before = set(children_of(os.getpid()))
        pool.execute("ASK {}", format="json")
        [foreman] = [child for child in children_of(os.getpid()) if child not in before and is_foreman(child)]
        os.kill(foreman, signal.SIGKILL)
        deadline = time.monotonic() + 60  # how soon the death is noticed is for the operating system
        while (answer := outcome_of(pool, "ASK {}")) == "SparqlWorkerError" and time.monotonic() < deadline:
            pass
        assert answer == b'{"head":{},"boolean":true}'


def outcome_of(pool: Sparql, query: str) -> bytes | str:
    """The answer, or the kind of error."""
    try:
        return pool.execute(query, format="json").body
    except KoopkgError as error:
        return type(error).__name__


def wait_for_end(descriptor: int) -> bool:
    """Whether a process has ended, waited for a minute at most."""
    import select

    ended = bool(select.select([descriptor], [], [], 60)[0])
    os.close(descriptor)
    return ended


def workers_of(server: int) -> set[int]:
    """Process ids of the SPARQL workers of a process: the children of its foremen."""
    return {worker for child in children_of(server) if is_foreman(child) for worker in children_of(child)}


def children_of(process: int) -> list[int]:
    try:
        return [int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def has_ended(process: int) -> bool:
    """Whether a process is over, be it that nobody has asked for its exit status yet."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def is_foreman(process: int) -> bool:
    try:
        return b"koopkg.sparql.foreman" in Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_without_isolation_there_is_no_worker_unless_the_operator_says_so(tiny: Settings) -> None:
    """Run where the kernel refuses seccomp filters, as some containers do."""
    command = [sys.executable, str(DATA / "sparql" / "without.py"), "seccomp", sys.executable, "-m", "koopkg.cli"]
    environment = {**os.environ, "KOOPKG_DATA": str(tiny.data)}
    for arguments in (["sparql", "ASK {}"], ["serve", "--port", "0"]):
        refused = subprocess.run([*command, *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert refused.returncode == 2
        assert "cannot be kept from opening sockets" in refused.stderr
        assert "KOOPKG_SPARQL_ISOLATION=off" in refused.stderr
    advised = {**environment, "KOOPKG_SPARQL_ISOLATION": "off"}
    assert '"boolean":true' in subprocess.run([*command, "sparql", "ASK {}"], env=advised, capture_output=True, text=True, timeout=60, check=True).stdout
    for settings in (environment, advised):
        told = subprocess.run([*command, "doctor"], env=settings, capture_output=True, text=True, timeout=60, check=False)
        assert told.returncode == 1
        assert [line for line in told.stdout.splitlines() if line.startswith("FAULT")] == [line for line in told.stdout.splitlines() if "sparql" in line]


def test_single_answers_need_no_pool(tiny: Settings) -> None:
    result = answer(snapshot.open_files(tiny.data).graph, tiny, "ASK {}", format="json")
    assert b"true" in result.body


def test_a_pool_is_ready_once_started(tiny: Settings) -> None:
    async def started() -> int:
        pool = SparqlPool(snapshot.open_files(tiny.data).graph, tiny)
        await pool.start()
        ready = len(workers_of(os.getpid()))
        await pool.close()
        return ready

    assert asyncio.run(started()) >= 2
