"""A second opinion on a sentence that passed its checks, asked of the configured model; off by default.

It can only refuse. A judge that fails, or says neither yes nor no, changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from rag.chat import complete
from rag.config import Config
from rag.errors import ModelError
from rag.prompts import load
from rag.protocol import THOUGHT, units, visible
from rag.verify import Checked
from rag.write import as_data, numbered

# For a reason of a few words, and for those who think before they say it.
_TOKENS = 400
_REASON_CHARACTERS = 200
_VERDICT = re.compile(r"[\W_]*(?:(yes)|(no))[\W_]*(?:(?<=[:,;.—–*])\s*(\S.*)|$)", re.IGNORECASE)


class Judge:
    """The configured model, asked of each sentence whether what it cites carries it."""

    def __init__(self, config: Config, folder: Path) -> None:
        """Raises PromptError when prompts/judge.md cannot be used."""
        self._config = config
        self._prompt = load("judge", folder)

    @property
    def versions(self) -> dict[str, str]:
        """The version of the prompt, by name."""
        return {self._prompt.name: self._prompt.version}

    def look(self, checked: Checked, deadline: float, note: Callable[[str], object]) -> Checked:
        """The sentence as it was, or failed with the judge's reason; `note` hears of a judge that is none.

        `deadline` is a time of time.monotonic().
        """
        if not checked.passed:
            return checked
        values = {"sentence": as_data(checked.draft.text), "evidence": numbered(checked.cited)}
        try:
            reply = complete(self._config, self._prompt.fill(values), deadline, _TOKENS, whole=True)
        except ModelError as error:
            note(f"{error}; a sentence was not judged")
            return checked
        refused = refusal(reply)
        if refused is None:
            note("the judge said neither yes nor no; a sentence was not judged")
        return checked._replace(passed=False, reason=refused) if refused else checked


def refusal(reply: str) -> str | None:
    """Why a sentence fails by a judge's reply; empty when it does not, None where the reply is no verdict."""
    said: list[str] = []
    for unit in units([reply]):
        said = [] if unit == THOUGHT else [*said, unit]
    verdict = _VERDICT.match(" ".join(visible(" ".join(said)).split()))
    if verdict is None:
        return None
    yes, _, reason = verdict.groups()
    told = as_data(reason or "")[:_REASON_CHARACTERS] or "no reason given"
    return "" if yes else f"is not carried by what it cites, says the judge: {told}"
