"""The review token -> sessions of those who know it: what their cookie holds instead of the token, and what their forms send along.

Of sessions nothing is kept on the server: every process can tell one from the token alone, and a new token ends all of them.
"""

from __future__ import annotations

import hmac
import secrets
from collections import deque

__all__ = ["SECONDS", "Guesses", "Sessions"]

SECONDS = 12 * 3600
"""How long a session lasts: a working day."""
_MOST_GUESSES, _SPAN = 20, 60.0
"""Wrong tokens within so many seconds, of all clients together, after which none is looked at: who guesses has many addresses."""


class Sessions:
    """Sessions of one token. A session is its end in seconds since 1970, a random part, and the HMAC of both; points between them."""

    def __init__(self, token: str) -> None:
        self._key = hmac.digest(token.encode(), b"koopkg review", "sha256")
        self._token = self._signed("token", token)

    def is_token(self, given: str) -> bool:
        """Whether this is the token; takes as long whatever is wrong with it."""
        return hmac.compare_digest(self._signed("token", given), self._token)

    def begun(self, now: float) -> str:
        """A new session."""
        told = f"{int(now) + SECONDS}.{secrets.token_urlsafe(16)}"
        return f"{told}.{self._signed('session', told)}"

    def is_valid(self, session: str, now: float) -> bool:
        """Whether a session was begun with this token and has not ended."""
        told, _, signature = session.rpartition(".")
        if not hmac.compare_digest(self._signed("session", told).encode(), signature.encode()):
            return False
        return now < int(told.partition(".")[0])

    def form_key(self, session: str) -> str:
        """What the forms of a session hold, so that pages of others cannot send them."""
        return self._signed("form", session)

    def is_form_key(self, given: str, session: str) -> bool:
        return hmac.compare_digest(self.form_key(session).encode(), given.encode())

    def _signed(self, purpose: str, text: str) -> str:
        return hmac.digest(self._key, f"{purpose}\n{text}".encode(), "sha256").hex()


class Guesses:
    """The wrong tokens of the last minute, each process for itself; times are seconds of a clock that never goes back."""

    def __init__(self) -> None:
        self._at: deque[float] = deque(maxlen=_MOST_GUESSES)

    def wait(self, now: float) -> float:
        """Seconds until a token is looked at again; 0 where one is."""
        return max(self._at[0] + _SPAN - now, 0.0) if len(self._at) == _MOST_GUESSES else 0.0

    def add(self, now: float) -> None:
        """Count a wrong token."""
        self._at.append(now)
