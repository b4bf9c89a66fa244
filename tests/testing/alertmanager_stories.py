"""Stories of alerts told to a real Alertmanager, a minute as a second, and what it sends of them."""

from __future__ import annotations

import json
import re
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.alertmanager import running

FASTER = 60
UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def shorter(duration):
    number, unit = re.fullmatch(r"([0-9]+)([a-z]+)", duration).groups()
    return f"{int(number) * UNITS[unit] // FASTER}ms"


def hurried(route):
    """A route with everything that is a time divided."""
    times = {name: shorter(value) for name, value in route.items() if name.endswith(("_wait", "_interval"))}
    return {**route, **times, "routes": [hurried(each) for each in route.get("routes", [])]}


@contextmanager
def inbox():
    """(url, list of (seconds, message)): a receiver of webhooks."""
    messages = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            messages.append((time.monotonic(), message))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", messages
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def told(document, seen, clock, folder):
    """(milliseconds of the scenario, receiver, alert, label sets that are new) of each message with news."""
    folder.mkdir()
    with inbox() as (url, messages):
        hook = {"webhook_configs": [{"url": url, "send_resolved": True}]}
        receivers = [{**each, **hook} if each["name"] != "default" else each for each in document["receivers"]]
        config = {**document, "route": hurried(document["route"]), "receivers": receivers}
        with running(config, folder) as server:
            start = time.monotonic()
            _play(server, seen, clock, start)
            _sleep_until(start + clock.until / 1000 / FASTER)
    return list(_news(messages, start))


def _play(server, seen, clock, start):
    """Alerts as Prometheus sends them: from the evaluation at which they fire, until one does not find them."""
    events = {}
    for each in seen:
        for stretch in each.timeline.firing:
            events.setdefault(stretch.first, []).append((each, stretch.first, None))
            if stretch.last < clock.until:
                end = stretch.last + clock.every
                events.setdefault(end, []).append((each, stretch.first, end))
    zero = datetime.now(UTC)

    def moment(at):
        return (zero + timedelta(milliseconds=at / FASTER)).isoformat()

    for at in sorted(events):
        _sleep_until(start + at / 1000 / FASTER)
        alerts = [
            {
                "labels": {**each.labels, "alertname": each.alert},
                "startsAt": moment(first),
                "endsAt": moment(first + 10**9 if end is None else end),
            }
            for each, first, end in events[at]
        ]
        server.ask("/api/v2/alerts", alerts)


def _sleep_until(when):
    time.sleep(max(when - time.monotonic(), 0))


def _news(messages, start):
    said = {}
    for when, message in sorted(messages, key=lambda pair: pair[0]):
        firing = [each["labels"] for each in message["alerts"] if each["status"] == "firing"]
        before = said.get(message["groupKey"], [])
        said[message["groupKey"]] = firing
        if fresh := [labels for labels in firing if labels not in before]:
            at = (when - start) * 1000 * FASTER
            yield at, message["receiver"], message["groupLabels"]["alertname"], sorted(fresh, key=str)
