"""What an index was built of, as it is stored beside it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was built of, written when it has been proven.

    `last` is the highest passage number that was there; `strays` are passages that the index holds
    and a search does not reach; `files` maps the index's files to their SHA-256.
    """

    embedder: str
    dimension: int
    passages: int
    last: int
    strays: tuple[int, ...] = ()
    files: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """The manifest that was stored. Raises ValueError, TypeError or KeyError when it is none.

        Its own digest is compared too: another `last` would leave passages unsearched.
        """
        stored = json.loads(text)
        digest = stored.pop("sha256")
        strays = tuple(int(number) for number in stored.pop("strays"))
        files = tuple((str(name), str(of_file)) for name, of_file in stored.pop("files"))
        manifest = cls(**stored, strays=strays, files=files)
        if digest != manifest._digest():
            raise ValueError("the manifest differs from its own digest")
        return manifest

    def to_json(self) -> str:
        """The manifest as it is stored."""
        return json.dumps({**asdict(self), "sha256": self._digest()})

    def _digest(self) -> str:
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()
