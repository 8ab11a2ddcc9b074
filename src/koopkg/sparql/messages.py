"""What server and worker say to each other over a pair of sockets: a line of JSON, and behind an answer its body.

JSON rather than pickle: what comes from a worker that a query took over cannot make the server run anything.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import BinaryIO, Literal

from koopkg.sparql.guard import Dataset

__all__ = ["Answer", "AnswerKind", "Job", "answer_head", "job_line", "read_job", "write_answer"]

AnswerKind = Literal["ready", "ok", "syntax", "memory", "size", "damaged"]


@dataclass(frozen=True, slots=True)
class Job:
    """A query to evaluate.

    Attributes:
        dataset: The graphs to ask; None: all of them.
        most_bytes: Largest result, before compression.
        seconds: Time after which the server ends the worker.
    """

    query: str
    format: str
    base_iri: str | None
    dataset: Dataset | None
    most_bytes: int
    seconds: float
    may_gzip: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a job, or of the start of a worker (`ready`)."""

    kind: AnswerKind
    message: str = ""
    resident_mib: int = 0
    is_gzipped: bool = False
    body: bytes = b""


def job_line(job: Job) -> bytes:
    """A job as the server writes it."""
    dataset = job.dataset and (job.dataset.default_graphs, job.dataset.named_graphs)
    return json.dumps((job.query, job.format, job.base_iri, dataset, job.most_bytes, job.seconds, job.may_gzip)).encode() + b"\n"


def read_job(stream: BinaryIO) -> Job | None:
    """The next job; None at the end of the stream."""
    line = stream.readline()
    if not line:
        return None
    query, name, base_iri, dataset, most_bytes, seconds, may_gzip = json.loads(line)
    return Job(query, name, base_iri, dataset and Dataset(*map(tuple, dataset)), most_bytes, seconds, may_gzip)


def write_answer(stream: BinaryIO, answer: Answer) -> None:
    """Write an answer: its head with the length of the body, then the body."""
    head = (answer.kind, answer.message, answer.resident_mib, answer.is_gzipped, len(answer.body))
    stream.write(json.dumps(head).encode() + b"\n" + answer.body)
    stream.flush()


def answer_head(line: bytes | bytearray) -> tuple[Answer, int]:
    """An answer without its body, and how many bytes that has."""
    kind, message, resident_mib, is_gzipped, length = json.loads(line)
    return Answer(kind, message, resident_mib, is_gzipped), int(length)
