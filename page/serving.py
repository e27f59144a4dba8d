"""The server: this machine alone unless told otherwise, and nothing fetched from anywhere else."""

from __future__ import annotations

import io
import ipaddress
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from page.gate import Gate, House
from page.password import VARIABLE, Password
from rag.errors import UsageError

if TYPE_CHECKING:
    import gradio

HOST = "127.0.0.1"
PORT = 7860
PORTS_TRIED = 100
MAX_FILE = "25mb"
ASSETS = Path(__file__).parent / "assets"
UI_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif"]


def checked_host(host: str, password: Password | None) -> str:
    """The IPv4 address to be reached at. Raises UsageError for none, and where a password is due."""
    try:
        address = ipaddress.IPv4Address(HOST if host == "localhost" else host)
    except ValueError:
        raise UsageError(f"--host must be an IPv4 address or localhost, not {host!r}") from None
    if password is None and not address.is_loopback:
        raise UsageError(f"--host {host} can be reached by others: set {VARIABLE} to a password first")
    return str(address)


def free_port(wanted: int, host: str = HOST) -> int:
    """The first free port from `wanted` on; 0 leaves the choice to the system. Raises UsageError."""
    for port in [0] if wanted == 0 else range(wanted, min(wanted + PORTS_TRIED, 65_536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise UsageError(f"no port is free from {wanted} on")


def serve(
    page: gradio.Blocks, port: int, folder: Path, host: str = HOST, password: Password | None = None
) -> None:
    """Serve the page until interrupted, and print its address; `folder` is where uploads go.

    Raises UsageError when the address cannot be had, which another program may have taken meanwhile.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    _let_itself_through(host)
    house = House(folder, _hosts(host), password)
    # Gradio announces itself although it was told to be quiet.
    try:
        with redirect_stdout(io.StringIO()):
            page.launch(server_name=host, server_port=port, **_launching(house))
    except OSError as error:
        raise UsageError(f"cannot serve at {host}:{port}: {' '.join(str(error).split())}") from error
    house.open = True
    print(f"Pressroom is at http://{host}:{page.server_port}", flush=True)  # noqa: T201 - what it is run for
    page.block_thread()


def _launching(house: House) -> dict[str, Any]:
    """How Gradio is launched: with nothing that reaches out, and behind the gate."""
    import gradio as gr
    from starlette.middleware import Middleware

    return {
        "share": False,
        "inbrowser": False,
        "prevent_thread_lock": True,
        "quiet": True,
        "show_error": False,
        "footer_links": [],
        "run_history": False,
        "enable_monitoring": False,
        "mcp_server": True,
        "pwa": False,
        "ssr_mode": False,
        "num_workers": 0,
        "allowed_paths": [],
        "max_file_size": MAX_FILE,
        "theme": gr.themes.Base(font=UI_FONTS, font_mono=["ui-monospace", "monospace"]),
        "css": asset("style.css") + asset("shelf.css"),
        "app_kwargs": {"middleware": [Middleware(Gate, house=house)]},
    }


def _hosts(host: str) -> frozenset[str] | None:
    """The names that the server answers to; any, where a password keeps others out and names are unknown.

    Another site's name that is made to lead here must not read the page: a browser has no password for it.
    """
    if ipaddress.IPv4Address(host).is_loopback:
        return frozenset({HOST, "localhost", host})
    return None


@contextmanager
def uploads() -> Iterator[Path]:
    """A folder for what is uploaded that nobody else can read, gone at the end.

    The page must be built inside: its parts take note of where uploads go.
    """
    with tempfile.TemporaryDirectory(prefix="pressroom-", ignore_cleanup_errors=True) as folder:
        os.environ["GRADIO_TEMP_DIR"] = folder
        yield Path(folder)


def asset(name: str) -> str:
    """The text of a file in `page/assets/`."""
    return (ASSETS / name).read_text(encoding="utf-8")


def keep_to_itself() -> None:
    """Tell Gradio, before it is imported, to send nothing anywhere."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_OFFLINE"] = "1"
    _let_itself_through(HOST)


def _let_itself_through(host: str) -> None:
    """Gradio asks its own address whether it is up; a proxy would look for that elsewhere."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), HOST, "localhost", host)))
