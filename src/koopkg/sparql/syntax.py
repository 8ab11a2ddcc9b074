"""What the engine says of a query that it cannot read -> the error for whoever wrote the query."""

from __future__ import annotations

import re

from koopkg.errors import QueryError
from koopkg.messages import Foreign, Message

__all__ = ["malformed"]

_POSITION = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


def malformed(told: str) -> QueryError:
    """What the parser, or an evaluation that failed, says: the position in words, without the parser's list of every character it could have read."""
    match = _POSITION.match(told)
    if match is None:
        return QueryError("{field}: the engine answers: {reason}", field="query", reason=Foreign(told))
    line, column, reason = match.groups()
    shown = Message("something else was expected here") if reason.startswith("expected one of") else Foreign(reason)
    return QueryError("{field}: syntax error in line {line}, column {column}: {reason}", field="query", line=int(line), column=int(column), reason=shown)
