"""A real Prometheus over blocks made from samples: for what only a server can show."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from tests.promtool import binary

START = """\
#!/bin/sh
# Ends the server that runs and starts another one, which loads every block there is.
set -eu
if [ -f {pid} ]; then
  kill "$(cat {pid})"
  while kill -0 "$(cat {pid})" 2>/dev/null; do sleep 0.05; done
fi
{prometheus} --config.file={config} --storage.tsdb.path={data} --storage.tsdb.retention.time=10y \\
  --web.listen-address=127.0.0.1:{port} --log.level=warn >>{log} 2>&1 &
echo $! >{pid}
until {promtool} query instant {url} 1 >/dev/null 2>&1; do kill -0 "$(cat {pid})"; sleep 0.05; done
"""


def server():
    """The prometheus binary; a missing one fails, for a skipped proof looks like a passed one."""
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    found = shutil.which(os.environ.get("DASHGEN_PROMETHEUS") or "prometheus", path=beside)
    if found is None:
        pytest.fail("prometheus is not installed: run .ci/setup test, or name one in DASHGEN_PROMETHEUS", pytrace=False)
    return found


class Prometheus:
    """A server on a free loopback port, its data in ``folder/data``; ``restart`` is the command that restarts it."""

    def __init__(self, folder: Path):
        self.folder, self.data = folder, folder / "data"
        self.data.mkdir()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        (folder / "prometheus.yaml").write_text("global: {}\n")
        paths = {name: shlex.quote(str(folder / name)) for name in ("pid", "data", "log")}
        config, promtool = folder / "prometheus.yaml", binary()
        text = START.format(prometheus=server(), promtool=promtool, config=config, port=port, url=self.url, **paths)
        (folder / "restart.sh").write_text(text)
        self.restart = f"sh {shlex.quote(str(folder / 'restart.sh'))}"

    def load(self, lines):
        """Blocks from OpenMetrics lines, in order of time within each series."""
        source = self.folder / "raw.txt"
        source.write_text("\n".join([*lines, "# EOF\n"]))
        # One pass over the file for every two hours is the default, and slow.
        command = [binary(), "tsdb", "create-blocks-from", "openmetrics", str(source), str(self.data)]
        subprocess.run([*command[:3], "--max-block-duration=192h", *command[3:]], check=True, capture_output=True)

    def __enter__(self):
        subprocess.run(self.restart, shell=True, check=True, timeout=30)
        return self

    def __exit__(self, *_):
        pid = int((self.folder / "pid").read_text())
        os.kill(pid, signal.SIGTERM)
        for _ in range(200):
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.05)

    def query(self, expr, at):
        """[(labels, value)] of an expression at a time in seconds."""
        where = f"{self.url}/api/v1/query?{urllib.parse.urlencode({'query': expr, 'time': at})}"
        with urllib.request.urlopen(where, timeout=30) as answer:
            result = json.load(answer)["data"]["result"]
        return [(each["metric"], float(each["value"][1])) for each in result]
