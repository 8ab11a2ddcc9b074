"""What server and worker say to each other over a pair of sockets: a line of JSON, and behind an answer its body.

JSON rather than pickle: what comes from a worker that a query took over cannot make the server run anything.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import BinaryIO, Literal

from koopkg.sparql.guard import Dataset

__all__ = ["Answer", "AnswerKind", "Job", "answer_head", "job_line", "read_job", "write_answer"]

AnswerKind = Literal["ready", "ok", "syntax", "memory", "size"]


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
    return json.dumps(asdict(job)).encode() + b"\n"


def read_job(stream: BinaryIO) -> Job | None:
    """The next job; None at the end of the stream."""
    line = stream.readline()
    if not line:
        return None
    fields = json.loads(line)
    dataset = fields["dataset"] and Dataset(**{name: tuple(graphs) for name, graphs in fields["dataset"].items()})
    return Job(**{**fields, "dataset": dataset})


def write_answer(stream: BinaryIO, answer: Answer) -> None:
    """Write an answer: its head with the length of the body, then the body."""
    head = {"kind": answer.kind, "message": answer.message, "resident_mib": answer.resident_mib, "is_gzipped": answer.is_gzipped, "length": len(answer.body)}
    stream.write(json.dumps(head).encode() + b"\n" + answer.body)
    stream.flush()


def answer_head(line: bytes) -> tuple[Answer, int]:
    """An answer without its body, and how many bytes that has."""
    head = json.loads(line)
    return Answer(head["kind"], head["message"], head["resident_mib"], head["is_gzipped"]), int(head["length"])
