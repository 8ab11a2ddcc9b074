"""What a process that reads files and the one that has them read say to each other: a line of JSON, and behind it bytes.

JSON rather than pickle: what comes from a process that a file took over cannot make the other one run anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, BinaryIO

from koopkg.errors import DocumentError, Problem
from koopkg.messages import Foreign, Message
from koopkg.reading.content import About, Content, Member
from koopkg.reading.passages import Section

__all__ = ["packed_content", "packed_member", "packed_refusal", "read_frame", "unpacked_content", "unpacked_member", "unpacked_refusal", "write_frame"]

Head = dict[str, Any]


def write_frame(stream: BinaryIO, head: Mapping[str, Any], body: bytes = b"") -> None:
    stream.write(json.dumps({**head, "length": len(body)}).encode() + b"\n")
    stream.write(body)
    stream.flush()


def read_frame(stream: BinaryIO) -> tuple[Head, bytes] | None:
    """The next head and body; None at the end of the stream."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        return None
    head: Head = json.loads(line)
    body = stream.read(head["length"])
    return (head, body) if len(body) == head["length"] else None


def packed_content(content: Content) -> tuple[Head, bytes]:
    """Content of a foreign format, which has no record."""
    sections = [(section.heading, section.start, section.end) for section in content.sections]
    return {"kind": "content", "sections": sections, "pages": content.pages, "about": asdict(content.about)}, content.text.encode(errors="replace")


def unpacked_content(head: Head, body: bytes) -> Content:
    sections = tuple(Section(*section) for section in head["sections"])
    return Content(body.decode(), sections, pages=tuple(head["pages"]), about=About(**head["about"]))


def packed_member(member: Member) -> tuple[Head, bytes]:
    refused = packed_refusal(member.refused) if member.refused else None
    return {"kind": "member", "name": member.name, "skipped": _packed(member.skipped) if member.skipped else None, "refused": refused}, member.raw


def unpacked_member(head: Head, body: bytes) -> Member:
    refused = unpacked_refusal(head["refused"]) if head["refused"] else None
    return Member(head["name"], body, refused, _unpacked(head["skipped"]))


def packed_refusal(error: DocumentError) -> Head:
    problems = [(problem.field, _packed(problem.message), problem.line) for problem in error.problems]
    return {"kind": "refused", "where": error.where, "problems": problems}


def unpacked_refusal(head: Head) -> DocumentError:
    return DocumentError(head["where"], [Problem(field, _unpacked(message), line) for field, message, line in head["problems"]])


def _packed(value: object) -> Any:
    if isinstance(value, Message):
        return {"text": value.text, "values": {name: _packed(inner) for name, inner in value.values.items()}}
    if isinstance(value, Foreign):
        return {"foreign": str(value)}
    return value if isinstance(value, int | float | str) else str(value)


def _unpacked(value: Any) -> Any:
    if isinstance(value, dict):
        return (
            Foreign(value["foreign"]) if "foreign" in value else Message(value["text"], **{name: _unpacked(inner) for name, inner in value["values"].items()})
        )
    return value
