"""A small exporter of many series, for a real Prometheus to scrape; it restarts, fails and forgets series on demand."""

from __future__ import annotations

import math
import random
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from dashgen.testing.promtool.output import parse_labels

COUNTERS = ("_total", "_count", "_sum", "_bucket")


class Target:
    """The series of one job: counters grow, gauges wander, buckets stay cumulative. ``hidden`` series are not shown."""

    def __init__(self, series):
        self.series = series
        self.random = random.Random(7)
        self.up, self.hidden = True, set()
        self.restart()

    def restart(self):
        """Counters begin again at 0."""
        self.values = dict.fromkeys(self.series, 0.0)
        self.seen = time.monotonic()

    def text(self):
        """What a scrape gets; time goes on between two of them."""
        now = time.monotonic()
        elapsed, self.seen = now - self.seen, now
        grown = {}
        for selector, labels in self.series.items():
            name = labels["__name__"]
            family = (*(part for part in labels.items() if part[0] not in ("le", "__name__")), _base(name))
            # A pace of its own for each family, uneven as traffic is.
            pace = 40 + zlib.crc32(repr(family).encode()) % 200
            more = grown.setdefault(family, elapsed * pace * self.random.uniform(0.8, 1.2))
            if name.endswith("_bucket"):
                bound = float(labels["le"].replace("+Inf", "inf"))
                self.values[selector] += round(more) * min(bound / (bound + 1) if bound < float("inf") else 1, 1)
            elif name.endswith("_sum"):
                self.values[selector] += round(more) * 0.731
            elif name.endswith(COUNTERS):
                self.values[selector] += round(more)
            else:
                self.values[selector] = round(3 + math.sin(now / 8 + len(selector)), 3)
        return "".join(
            f"{_shown(labels)} {self.values[selector]!r}\n"
            for selector, labels in self.series.items()
            if selector not in self.hidden
        )


def _base(name):
    return name.removesuffix("_bucket").removesuffix("_sum").removesuffix("_count")


def _shown(labels):
    escaped = {
        name: value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"') for name, value in labels.items()
    }
    inner = ",".join(f'{name}="{value}"' for name, value in escaped.items() if name not in ("__name__", "job"))
    return f"{labels['__name__']}{{{inner}}}"


class Exporter:
    """Serves ``/metrics/<job>`` for each job the series name, on a free loopback port."""

    def __init__(self, selectors):
        series = {selector: parse_labels(selector)[0] for selector in selectors}
        jobs = sorted({labels["job"] for labels in series.values()})
        self.targets = {
            job: Target({name: labels for name, labels in series.items() if labels["job"] == job}) for job in jobs
        }
        targets = self.targets

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                target = targets[self.path.rpartition("/")[2]]
                body = target.text().encode() if target.up else b""
                self.send_response(200 if target.up else 503)
                self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def config(self, interval, rules):
        """A Prometheus that scrapes all jobs and runs a rule file."""
        return {
            "global": {"scrape_interval": interval, "scrape_timeout": interval, "evaluation_interval": "250ms"},
            "rule_files": [rules],
            "scrape_configs": [
                {
                    "job_name": job,
                    "honor_labels": True,
                    "metrics_path": f"/metrics/{job}",
                    "static_configs": [{"targets": [self.address]}],
                }
                for job in self.targets
            ],
        }
