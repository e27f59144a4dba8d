"""Loads and validates the files in prompts/: front matter (version, variables), then the messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.errors import PromptError

Message = dict[str, str]

_FRONT = re.compile(r"\A---\n(.*?\n)---\n(.*)\Z", re.DOTALL)
_ROLE = re.compile(r"^## (system|user)\n", re.MULTILINE)
_VARIABLE = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt file: its version, the variables it declares, and its messages as templates."""

    name: str
    version: str
    variables: frozenset[str]
    messages: tuple[tuple[str, str], ...]

    def fill(self, values: Mapping[str, str]) -> list[Message]:
        """The chat messages with every variable put in, once; what is put in is not read again.

        Raises PromptError for a missing, an empty or an unknown variable.
        """
        if missing := sorted(v for v in self.variables if not values.get(v, "").strip()):
            raise PromptError(f"prompts/{self.name}.md: no value for {', '.join(missing)}")
        if unknown := sorted(values.keys() - self.variables):
            raise PromptError(f"prompts/{self.name}.md: does not know {', '.join(unknown)}")
        return [
            {"role": role, "content": _VARIABLE.sub(lambda found: values[found.group(1)], text)}
            for role, text in self.messages
        ]


def load(name: str, folder: Path) -> Prompt:
    """Read `folder/name.md`. Raises PromptError when it is missing, malformed or inconsistent."""
    path = folder / f"{name}.md"
    try:
        raw = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise PromptError(f"cannot read the prompt {path}: {reason.lower()}") from error
    parts = _FRONT.match(raw)
    if parts is None:
        raise PromptError(f"{path}: must begin with front matter between two lines of ---")
    version, variables = _front_matter(parts.group(1), path)
    roles = _ROLE.split(parts.group(2))
    messages = tuple((role, text.strip()) for role, text in zip(roles[1::2], roles[2::2], strict=True))
    if [role for role, _ in messages] != ["system", "user"]:
        raise PromptError(f"{path}: must hold '## system' and then '## user'")
    used = {name for _, text in messages for name in _VARIABLE.findall(text)}
    if used != variables:
        odd = ", ".join(sorted(used ^ variables))
        raise PromptError(f"{path}: declared and used variables differ: {odd}")
    return Prompt(name, version, variables, messages)


def _front_matter(text: str, path: Path) -> tuple[str, frozenset[str]]:
    import yaml

    try:
        stored = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise PromptError(f"{path}: {' '.join(str(error).split())}") from error
    variables = stored.get("variables") if isinstance(stored, dict) else None
    if not isinstance(variables, list) or not stored.get("version"):
        raise PromptError(f"{path}: front matter needs a version and a list of variables")
    return str(stored["version"]), frozenset(str(name) for name in variables)
