"""The server: this machine alone, files refused, nothing fetched from anywhere else."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import UsageError

if TYPE_CHECKING:
    import gradio

HOST = "127.0.0.1"
PORT = 7860
PORTS_TRIED = 100
ASSETS = Path(__file__).parent / "assets"
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; object-src 'none';"
    " base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
UI_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif"]


def free_port(wanted: int) -> int:
    """The first free port from `wanted` on; 0 leaves the choice to the system. Raises UsageError."""
    for port in [0] if wanted == 0 else range(wanted, min(wanted + PORTS_TRIED, 65_536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise UsageError(f"no port is free from {wanted} on")


def serve(page: gradio.Blocks, port: int) -> None:
    """Serve the page on this machine until interrupted, and print its address."""
    import gradio as gr
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    page.launch(
        server_name=HOST,
        server_port=port,
        share=False,
        inbrowser=False,
        prevent_thread_lock=True,
        quiet=True,
        show_error=False,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
        ssr_mode=False,
        num_workers=0,
        allowed_paths=[],
        theme=gr.themes.Base(font=UI_FONTS, font_mono=["ui-monospace", "monospace"]),
        css=asset("style.css"),
        app_kwargs={
            "middleware": [
                # Another site's name that is made to lead here must not read the page.
                Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"]),
                Middleware(Gate),
            ]
        },
    )
    print(f"Pressroom is at http://{HOST}:{page.server_port}", flush=True)  # noqa: T201 - what it is run for
    page.block_thread()


class Gate:
    """Refuses the routes that read, take or fetch files, and lets the page load from here alone."""

    REFUSED = re.compile(r"/+gradio_api/+(?:file|proxy|upload|stream|process_recording|runs?-|vibe|undo-)")

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request, as ASGI has it."""
        from starlette.datastructures import MutableHeaders
        from starlette.responses import PlainTextResponse

        async def send_guarded(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = POLICY
                headers["Referrer-Policy"] = "no-referrer"
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        if scope["type"] == "http" and self.REFUSED.match(scope["path"]):
            await PlainTextResponse("refused", status_code=403)(scope, receive, send)
        else:
            await self.app(scope, receive, send_guarded)


def asset(name: str) -> str:
    """The text of a file in `page/assets/`."""
    return (ASSETS / name).read_text(encoding="utf-8")


def keep_to_itself() -> None:
    """Tell Gradio, before it is imported, to send nothing anywhere."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # Gradio asks its own address whether it is up; a proxy would look for that elsewhere.
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), HOST)))
