"""An HTTP server that answers what a test wants, and remembers what it was asked; and ``dashgen record`` against it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).parents[3]
SPEC = """\
name: chat
models:
  - {name: gpt, route: cloud, prices: {input: 2.5, output: 10}}
sources:
  - {kind: app, selector: {job: chat-api}}
"""
START, END = 1_788_000_000, 1_788_003_600
"""The hour that is recorded: 2026-08-29, from 10:40 UTC on."""
RANGE = ("--from", "2026-08-29T10:40:00Z", "--to", "2026-08-29T11:40:00Z", "--warm-up", "5m")
TOKEN = "s3cret-t0ken-91"


def answer(result, kind="matrix", **more):
    """A successful answer of the API."""
    return 200, {}, json.dumps({"status": "success", "data": {"resultType": kind, "result": result}, **more})


def error(status, kind, message, **headers):
    """An error of the API."""
    return status, headers, json.dumps({"status": "error", "errorType": kind, "error": message})


VECTOR = answer([{"metric": {}, "value": [0, "1"]}], "vector")


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        # Whoever waits no longer does not want the answer.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Fake:
    """``reply(path, parameters, headers)`` gives (status, headers, body); ``probe`` off: of the probe, too."""

    def __init__(self, reply, *, probe=True, tls=None):
        self.asked = []
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                length = int(self.headers.get("Content-Length") or 0)
                path, _, query = self.path.partition("?")
                text = self.rfile.read(length).decode() or query
                parameters = dict(urllib.parse.parse_qsl(text))
                fake.asked.append((path, parameters, dict(self.headers)))
                probed = probe and parameters.get("query") == "vector(1)"
                status, headers, body = VECTOR if probed else reply(path, parameters, dict(self.headers))
                data = body if isinstance(body, bytes) else body.encode()
                self.send_response(status)
                for name, value in {
                    "Content-Type": "application/json",
                    "Content-Length": str(len(data)),
                    **headers,
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_GET  # noqa: N815 - the name is http.server's

            def log_message(self, *_):
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


def sleeping(seconds):
    """A reply that takes long."""

    def reply(*_):
        time.sleep(seconds)
        return VECTOR

    return reply


def samples(parameters, labels, step=15, value=lambda n: n):
    """The samples of one series that a ``selector[..ms]`` query has: one every ``step`` seconds."""
    until = float(parameters["time"])
    span = int(parameters["query"].rpartition("[")[2].removesuffix("ms]")) / 1000
    first = -(-(until - span) // step)
    times = [n * step for n in range(int(first), int(until // step) + 1) if START - 300 <= n * step <= END]
    return {"metric": labels, "values": [[time, str(value(time // step))] for time in times]}


def asks_for(parameters, name):
    return parameters["query"].startswith(f"{name}{{")


def one_counter(_, parameters, __):
    """A server that has one series of ``llm_requests_total``."""
    labels = {"__name__": "llm_requests_total", "job": "chat-api", "instance": "a", "model": "gpt"}
    if "start" in parameters:
        return answer([])
    return answer([samples(parameters, labels)] if asks_for(parameters, "llm_requests_total") else [])


def record(folder, url, *arguments, spec=SPEC, environ=None, output="out.series"):
    """``dashgen record`` as a process of its own, for the hour there is."""
    (folder / "chat.yaml").write_text(spec)
    command = [sys.executable, "-m", "dashgen", "record", "chat.yaml", "--prometheus", url, "-o", output]
    inherited = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    env = {**inherited, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", **(environ or {})}
    given = () if "--from" in arguments else RANGE
    return subprocess.run(
        [*command, *given, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=60
    )
