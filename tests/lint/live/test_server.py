"""What is asked of a server, how often, and what becomes of answers that are none."""

from __future__ import annotations

import json

import pytest

from dashgen.errors import DashgenError, InputError, MachineError
from dashgen.lint.live.server import ServerLive
from dashgen.prometheus.client import Client, Server
from tests.lint.live.api import Api, Reply, data
from tests.testing.recording.fake import Fake, error

NOW = 1_788_003_600
SAID = {
    "up": [{"job": "node", "instance": "a"}, {"job": "vllm"}],
    "queue": {"type": "gauge", "series": [{"job": "a"}]},
    "answers": {"type": "counter"},
}
NAMES = "/api/v1/label/__name__/values"


def live(server: Fake) -> ServerLive:
    return ServerLive(Client(Server(server.url, less="name fewer files", pause=lambda _: None)), NOW)


def test_what_there_is_and_what_is_not() -> None:
    with Fake(Api(SAID)) as server:
        found = live(server)
        assert found.names == {"up", "queue"} and found.whole
        assert found.labels('{__name__="up",job="node"}') == {"__name__", "job", "instance"}
        assert found.labels('{__name__="up",job="nobody"}') == frozenset()
        assert found.values("up", "job") == {"node", "vllm"}
        assert (found.type("queue"), found.type("answers_total"), found.type("up")) == ("gauge", "counter", "")
        assert list(found.notes()) == []


def test_each_question_is_asked_once_and_about_the_last_day() -> None:
    with Fake(Api(SAID)) as server:
        found = live(server)
        for _ in range(3):
            found.labels('{__name__="up"}'), found.values("up", "job"), found.type("queue"), found.type("x")
        asked = [(path, parameters) for path, parameters, _ in server.asked]
    day = {"start": str(NOW - 86_400), "end": str(NOW + 60)}
    assert asked == [
        (NAMES, day),
        ("/api/v1/labels", {"match[]": '{__name__="up"}', **day}),
        ("/api/v1/label/job/values", {"match[]": '{__name__="up"}', **day}),
        ("/api/v1/metadata", {}),
    ]


def test_types_that_targets_do_not_agree_on_are_unknown() -> None:
    said = {"a": [{"type": "gauge"}, {"type": "counter"}], "b": [{"type": "unknown"}, {"type": "gauge"}]}
    with Fake(Api(SAID, {"/api/v1/metadata": data(said)})) as server:
        found = live(server)
        assert (found.type("a"), found.type("b")) == ("", "gauge")


@pytest.mark.parametrize("reply", [(404, {}, "no"), (501, {}, ""), error(400, "bad_data", "unsupported"), data({})])
def test_a_server_without_types_is_told_of_and_looked_at(reply: Reply) -> None:
    with Fake(Api(SAID, {"/api/v1/metadata": reply})) as server:
        found = live(server)
        assert found.type("queue") == "" and found.labels('{__name__="up"}')
        (note,) = found.notes()
        assert note == f"{server.url}: it does not tell the types of metrics, so live-wrong-type finds nothing"


def test_of_partial_data_nothing_is_known_to_be_missing() -> None:
    reply = data(["up"], warnings=["store eu: down", "store eu: down"])
    with Fake(Api(SAID, {NAMES: reply})) as server:
        found = live(server)
        assert not found.whole
        assert next(found.notes()).endswith("partial data: store eu: down; nothing is said of what is missing")


def test_a_question_that_is_too_much_is_left_out() -> None:
    reply = error(422, "execution", "the query exceeded the maximum number of series")
    limit = error(503, "execution", "query timed out in expression evaluation")
    with Fake(Api(SAID, {"/api/v1/labels": limit, "/api/v1/label/job/values": reply})) as server:
        found = live(server)
        assert found.labels('{__name__="up"}') is None
        assert found.values("up", "job") is None
        (note,) = found.notes()
        assert "HTTP 503" in note and "what that question was about is not looked at" in note


def test_a_selector_the_server_does_not_understand_is_left_out() -> None:
    with Fake(Api(SAID, {"/api/v1/labels": error(400, "bad_data", "parse error")})) as server:
        assert live(server).labels('{__name__="up",a=~"("}') is None


def test_recorded_names_that_are_not_there_yet_are_told_once() -> None:
    with Fake(Api(SAID)) as server:
        found = live(server)
        found.undeployed(["b:x", "a:x"])
        found.undeployed(["a:x", "c:x", "d:x"])
        assert list(found.notes()) == [
            f"{server.url}: not there yet, so not looked at: 4 recorded names of these files: a:x, b:x, c:x …"
        ]


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        ((401, {}, "no"), InputError, "name your credentials"),
        ((404, {}, "no"), InputError, "path prefix"),
        ((200, {"Content-Type": "text/html"}, "<html>"), InputError, "login page"),
        ((200, {}, json.dumps({"status": "success", "data": {}})), InputError, "not in the format of the API"),
        ((200, {}, json.dumps({"status": "success"})), InputError, "not in the format of the API"),
        (data([]), InputError, "no series at all in the last day"),
        (data(None), InputError, "no series at all in the last day"),
        (error(422, "execution", "exceeded the limit"), MachineError, "name fewer files, or raise the limits"),
        ((500, {}, "boom"), MachineError, "HTTP 500"),
    ],
)
def test_a_server_that_is_none_ends_the_run(reply: Reply, kind: type[DashgenError], words: str) -> None:
    with Fake(Api(SAID, {NAMES: reply})) as server, pytest.raises(kind, match=words):
        live(server)


def test_data_that_has_no_shape_ends_the_run() -> None:
    for path, ask in (
        ("/api/v1/metadata", lambda each: each.type("queue")),
        ("/api/v1/labels", lambda each: each.labels('{__name__="up"}')),
    ):
        with Fake(Api(SAID, {path: data({"a": 1} if "meta" in path else [1])})) as server:
            found = live(server)
            with pytest.raises(InputError, match="not in the format"):
                ask(found)
