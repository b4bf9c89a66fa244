"""The real Alertmanager as judge: amtool for files and routes, a server on loopback for grouping and inhibition.

Both come out of Debian's package without installing it (``.ci/setup test``); where they are absent, tests skip.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

PATIENCE = 20
"""Seconds after which something that has to happen will not happen any more."""
# Witnesses of the order in which Alertmanager took alerts in; no alert of dashgen carries the label.
WITNESS = {
    "source_matchers": ['witness="cause"'],
    "target_matchers": ['witness="effect"'],
    "equal": ["turn"],
}


def binary(*names):
    """The program under the first name that exists, beside the interpreter or on the path."""
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    found = next((path for name in names if (path := shutil.which(name, path=beside))), None)
    if found is None:
        pytest.skip(f"{names[0]} is not there: run .ci/setup test")
    return found


def amtool(*arguments):
    """What amtool says, and whether it was content."""
    done = subprocess.run([binary("amtool"), *map(str, arguments)], capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout + done.stderr


class Alertmanager:
    """A running server. Alerts are label sets; those that were posted and not resolved fire."""

    def __init__(self, url):
        self.url = url
        self.turn = 0

    def ask(self, path, document=None):
        data = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def _post(self, alerts, minutes):
        now = datetime.now(UTC)
        times = {
            "startsAt": (now - timedelta(hours=1)).isoformat(),
            "endsAt": (now + timedelta(minutes=minutes)).isoformat(),
        }
        self.ask("/api/v2/alerts", [{"labels": labels, **times} for labels in alerts])

    def _settle(self):
        """Everything posted before is known to the inhibitor: it takes alerts in one after the other."""
        self.turn += 1
        pair = [{"alertname": "Witness", "witness": side, "turn": str(self.turn)} for side in ("cause", "effect")]
        for each in pair:
            self._post([each], 60)
        wait_for(lambda: any(labels == pair[1] for labels in self.alerts("suppressed")))

    def fire(self, *alerts):
        self._post(alerts, 60)
        self._settle()

    def resolve(self, *alerts):
        self._post(alerts, -1)
        self._settle()

    def alerts(self, state=None):
        """Label sets that fire, or only the active or suppressed ones."""
        found = self.ask("/api/v2/alerts")
        return [alert["labels"] for alert in found if state in (None, alert["status"]["state"])]

    def quiet(self):
        """Label sets that are inhibited."""
        return [labels for labels in self.alerts("suppressed") if labels["alertname"] != "Witness"]

    def groups(self):
        """(receiver, alert names) of each notification there would be."""
        wanted = len([labels for labels in self.alerts() if labels["alertname"] != "Witness"])

        def read():
            found = self.ask("/api/v2/alerts/groups")
            ours = [group for group in found if "witness" not in group["alerts"][0]["labels"]]
            return ours if sum(len(group["alerts"]) for group in ours) >= wanted else None

        return [(group["receiver"]["name"], [alert["labels"] for alert in group["alerts"]]) for group in wait_for(read)]


def wait_for(condition):
    """The first true answer."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if answer := condition():
            return answer
        time.sleep(0.01)
    raise AssertionError("Alertmanager did not do what was waited for")


@contextmanager
def running(text, folder):
    """A server with a configuration (a JSON or YAML mapping, already read), on loopback and alone."""
    config = dict(text)
    config["inhibit_rules"] = [*config.get("inhibit_rules", []), WITNESS]
    file = Path(folder, "alertmanager.yml")
    file.write_text(json.dumps(config))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = binary("prometheus-alertmanager", "alertmanager")
    # Debian's build reads its templates from a fixed folder, which .ci/setup makes the working directory.
    templates = Path(program).parent.parent / "share" / "alertmanager"
    command = [
        program,
        f"--config.file={file}",
        f"--storage.path={folder}/data",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with (
        Path(folder, "log").open("w") as log,
        subprocess.Popen(command, cwd=templates if templates.is_dir() else folder, stdout=log, stderr=log) as process,
    ):
        try:
            server = Alertmanager(f"http://127.0.0.1:{port}")
            wait_for(lambda: process.poll() is not None or _ready(server))
            assert process.poll() is None, Path(folder, "log").read_text()
            yield server
        finally:
            process.terminate()


def _ready(server):
    try:
        return server.ask("/api/v2/status")
    except OSError:
        return None
