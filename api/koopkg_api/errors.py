"""What a route refuses, with the status to answer: caught where problems become answers."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import HTTPException

from koopkg.messages import Message

__all__ = ["RequestError"]


class RequestError(HTTPException):
    """A request that cannot be answered.

    Attributes:
        message: To be said in the language of whoever reads it.
        field: The parameter at fault, where there is one; beside other values it fills the placeholder `{field}`.
    """

    def __init__(
        self, status: HTTPStatus, text: str | Message, /, *, field: str | None = None, headers: dict[str, str] | None = None, **values: object
    ) -> None:
        told = {"field": field, **values} if field is not None and values else values
        self.message = text if isinstance(text, Message) else Message(text, **told)
        self.field = field
        super().__init__(status, str(self.message), headers)
