"""The password that the page asks for, when there is one, and how often a wrong one may be tried."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values

from rag.errors import UsageError

VARIABLE = "RAG_PASSWORD"
SHORTEST = 8
# So many wrong passwords are heard from one address in so many seconds; then none, not even the right one.
TRIES, TRIES_S = 10, 60.0
_CLIENTS = 1_000

Verdict = Literal["let in", "ask", "wait"]


class Password:
    """Holds the digest alone, so that the password cannot show in a log or a traceback."""

    def __init__(self, password: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises UsageError for one that is quickly guessed."""
        if len(password) < SHORTEST:
            raise UsageError(f"{VARIABLE} must have at least {SHORTEST} characters")
        self._digest = _digest(password.encode())
        self._clock = clock
        self._wrong: dict[str, deque[float]] = {}

    def judge(self, authorization: str | None, client: str) -> Verdict:
        """What becomes of a request with this header, "ask" for none or a wrong one."""
        if authorization is None:
            return "ask"
        now, wrong = self._clock(), self._wrong.get(client, deque(maxlen=TRIES))
        if len(wrong) == TRIES and now - wrong[0] < TRIES_S:
            return "wait"
        if hmac.compare_digest(self._digest, _digest(_given(authorization))):
            return "let in"
        wrong.append(now)
        self._remember(client, wrong)
        return "ask"

    def _remember(self, client: str, wrong: deque[float]) -> None:
        """Keep the latest clients, so that many of them fill no memory."""
        self._wrong.pop(client, None)
        self._wrong[client] = wrong
        while len(self._wrong) > _CLIENTS:
            del self._wrong[next(iter(self._wrong))]


def password_of(environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Password | None:
    """The password from the environment or else `.env` in `folder`; None where none is set.

    Raises UsageError for one that is too short.
    """
    folder = Path.cwd() if folder is None else folder
    stored = dotenv_values(folder / ".env", encoding="utf-8").get(VARIABLE)
    given = (os.environ if environ is None else environ).get(VARIABLE, stored)
    return Password(given) if given else None


def _given(authorization: str) -> bytes:
    """The password that a Basic authorization header holds, whatever the user's name; or nothing."""
    kind, _, encoded = authorization.partition(" ")
    if kind.lower() != "basic":
        return b""
    try:
        return base64.b64decode(encoded.strip(), validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return b""


def _digest(password: bytes) -> bytes:
    return hashlib.sha256(password).digest()
