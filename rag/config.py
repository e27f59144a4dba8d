"""Settings, read once from the environment and `.env`; no globals."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from rag.errors import ConfigError

APP_NAME = "pressroom"
DEFAULT_MODEL = "gpt-4o-mini"
_ON, _OFF = ("1", "true", "yes", "on"), ("0", "false", "no", "off")

# Settings that decide what an answer says; the rest (folders, keys) stay out of its fingerprint.
_FINGERPRINTED = (
    "model",
    "embed_model",
    "passage_pieces",
    "candidates",
    "evidence",
    "run",
    "quote_sentences",
    "silence_below",
    "judge",
)


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting of an `Assistant`.

    `model` is None when answers are quoted. Times are seconds. `folder` is where relative sources are
    shown from. `chroma_url` is a Chroma server that holds the index instead of a folder:
    scheme, host and port.
    `passage_pieces` is the most word pieces in a passage; `candidates` how many passages
    each search leg brings; `evidence` how many pieces are kept, and `run` how many neighbouring passages
    one of them may span; `silence_below` the chance that anything answers below which
    there is silence: .1 says that a false silence costs as much as nine quotations beside the point.
    With `judge` the model is asked of each sentence that passed its checks whether what it cites carries it.
    """

    home: Path
    cache: Path
    folder: Path
    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    model: str | None = None
    deadline_s: float = 60.0
    connect_s: float = 5.0
    retries: int = 1
    max_tokens: int = 600
    embed_model: str | None = None
    embed_base_url: str | None = None
    embed_api_key: str | None = field(default=None, repr=False)
    chroma_url: str | None = None
    prompts: Path | None = None
    passage_pieces: int = 220
    candidates: int = 40
    evidence: int = 4
    run: int = 4
    quote_sentences: int = 3
    silence_below: float = 0.1
    judge: bool = False
    wait_s: float = 120.0

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Config:
        """Settings from `environ` (default: `.env` in `folder`, overruled by `os.environ`).

        Raises ConfigError for a number or switch that is none and for a base URL that is not http or https.
        """
        folder = Path.cwd() if folder is None else folder
        env = _environment(folder) if environ is None else environ
        key, base_url = env.get("OPENAI_API_KEY") or None, _url(env, "OPENAI_BASE_URL")
        named = env.get("RAG_MODEL") or None
        home, cache = _folders(env)
        return cls(
            home=home,
            cache=cache,
            folder=folder,
            api_key=key,
            base_url=base_url,
            model=(named or DEFAULT_MODEL) if key or base_url else None,
            deadline_s=_number(env, "RAG_DEADLINE", 60.0),
            embed_model=env.get("RAG_EMBED_MODEL") or None,
            embed_base_url=_url(env, "RAG_EMBED_BASE_URL") or base_url,
            embed_api_key=env.get("RAG_EMBED_API_KEY") or key,
            chroma_url=_server(env, "RAG_CHROMA_URL"),
            prompts=Path(env["RAG_PROMPTS"]) if env.get("RAG_PROMPTS") else None,
            judge=_switch(env, "RAG_JUDGE"),
        )

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits that change when a setting that shapes answers changes."""
        settings = {name: value for name, value in asdict(self).items() if name in _FINGERPRINTED}
        return hashlib.sha256(repr(sorted(settings.items())).encode()).hexdigest()[:12]


def _environment(folder: Path) -> Mapping[str, str]:
    from dotenv import dotenv_values

    try:
        stored = dotenv_values(folder / ".env", encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {folder / '.env'}: {error}") from error
    return {**{name: value for name, value in stored.items() if value is not None}, **os.environ}


def _folders(env: Mapping[str, str]) -> tuple[Path, Path]:
    if env.get("RAG_HOME"):
        home = Path(env["RAG_HOME"]).expanduser().absolute()
        return home, home / "cache"
    import platformdirs

    return (
        Path(platformdirs.user_data_dir(APP_NAME, appauthor=False)),
        Path(platformdirs.user_cache_dir(APP_NAME, appauthor=False)),
    )


def _number(env: Mapping[str, str], name: str, default: float) -> float:
    raw = env.get(name)
    if not raw:
        return default
    try:
        value = float(raw)
    except ValueError:
        raise ConfigError(f"{name} must be a number of seconds, not {raw!r}") from None
    if not 0 < value < float("inf"):
        raise ConfigError(f"{name} must be above zero, not {raw!r}")
    return value


def _switch(env: Mapping[str, str], name: str) -> bool:
    raw = env.get(name, "").strip().lower()
    if raw not in ("", *_OFF, *_ON):
        raise ConfigError(f"{name} must be 1 or 0, not {raw!r}")
    return raw in _ON


def _url(env: Mapping[str, str], name: str) -> str | None:
    raw = env.get(name)
    if not raw:
        return None
    if not raw.startswith(("http://", "https://")):
        raise ConfigError(f"{name} must start with http:// or https://, not {raw!r}")
    try:
        parts = urlsplit(raw)
        usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        raise ConfigError(f"{name} has no usable host and port: {raw!r}")
    return raw


def _server(env: Mapping[str, str], name: str) -> str | None:
    """An address in one spelling: scheme, host and port, and nothing else."""
    raw = _url(env, name)
    if raw is None:
        return None
    parts = urlsplit(raw)
    if parts.username is not None or parts.password is not None:
        raise ConfigError(f"{name} must not hold a name or a password")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ConfigError(f"{name} must be a scheme, a host and a port alone, not {raw!r}")
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}:{parts.port or (443 if parts.scheme == 'https' else 8000)}"


def data_folder(name: str) -> Path:
    """Where `prompts` or `seeds` lies: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    installed = package / "data" / name
    return installed if installed.is_dir() else package.parent / name
