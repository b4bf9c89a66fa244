"""Everything that can go wrong with a server: one clear message, its exit code, no half file, no secret anywhere."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import subprocess

import pytest

from tests.testing.recording.fake import TOKEN, VECTOR, Fake, answer, error, one_counter, record, samples, sleeping

SECRETS = {"DASHGEN_PROMETHEUS_TOKEN": TOKEN}


def refused(folder, done, code, *words):
    """The one message of a failed run; nothing of it is on disk and no secret was printed."""
    shown = done.stderr + done.stdout
    assert done.returncode == code, shown
    assert "Traceback" not in shown
    assert TOKEN not in shown
    assert sorted(path.name for path in folder.iterdir() if path.suffix != ".pem") == ["chat.yaml"]
    lines = shown.strip().split("\n")
    assert sum(line.startswith("  expected: ") for line in lines) == 1, shown
    assert sum(line.startswith("  do this:  ") for line in lines) == 1, shown
    for word in words:
        assert word in shown, shown
    return shown


def always(*reply):
    return lambda *_: reply


@pytest.mark.parametrize(
    ("reply", "code", "words"),
    [
        (always(401, {}, "no"), 2, ("HTTP 401 Unauthorized", "check the token", "--bearer-token-file")),
        (always(403, {}, "no"), 2, ("HTTP 403 Forbidden",)),
        (always(404, {}, "page not found"), 2, ("HTTP 404 Not Found", "path prefix")),
        (always(405, {}, "no"), 2, ("HTTP 405",)),
        (always(200, {"Content-Type": "text/html"}, "<html>Sign in"), 2, ("text/html", "login page")),
        (always(200, {"Content-Type": "text/html\x1b[31m"}, "<html>"), 2, ("text/html",)),
        (always(200, {}, '{"status": "success", "da'), 3, ("breaks off",)),
        (always(200, {}, "[]"), 3, ("no answer of the API",)),
        (always(200, {}, "[" * 100_000), 3, ("no answer of the API",)),
        (always(200, {}, '{"status": "success"}'), 2, ("not in the format of the API",)),
        (always(*answer([1], "vector")), 2, ("not in the format of the API",)),
        (always(*answer([{"metric": {"a": 1}, "value": [0, "1"]}], "vector")), 2, ("not in the format",)),
        (always(*answer([{"metric": {}, "value": [0, "one"]}], "vector")), 2, ("not in the format",)),
        (always(*answer([{"metric": {}, "value": [0, "1"]}], "scalar")), 2, ("not in the format",)),
        (always(*error(422, "execution", "expanding series: storage is on fire")), 3, ("storage is on fire",)),
        (always(*error(400, "bad_data", "no\n\n\x1b[31msuch  thing")), 3, ("no \\x1b[31msuch thing",)),
        (always(500, {}, "boom"), 3, ("HTTP 500 Internal Server Error", "look into the log")),
        (
            always(302, {"Location": "https://sso.example.com/login?x=1"}, ""),
            2,
            ("a redirect to https://sso.example.com", "is not followed"),
        ),
        (always(302, {"Location": "file:///etc/passwd"}, ""), 2, ("HTTP 302 Found",)),
        (always(302, {"Location": "/api/v1/query?query=vector(1)"}, ""), 2, ("HTTP 302",)),
        (always(301, {}, ""), 2, ("HTTP 301",)),
        (
            always(*answer([{"metric": {}, "value": [0, "1"]}], "vector", warnings=["store eu: down"])),
            3,
            ("partial data: store eu: down", "--allow-partial"),
        ),
        (
            always(401, {}, json.dumps({"status": "error", "error": f"bad token Bearer {TOKEN}"})),
            2,
            ("bad token Bearer …",),
        ),
    ],
)
def test_an_answer_that_is_none(tmp_path, reply, code, words):
    with Fake(reply, probe=False) as server:
        done = record(tmp_path, server.url, environ=SECRETS)
        refused(tmp_path, done, code, server.url, *words)


def test_without_credentials_they_are_asked_for(tmp_path):
    with Fake(always(401, {}, "no"), probe=False) as server:
        refused(tmp_path, record(tmp_path, server.url), 2, "name your credentials")


def test_nobody_there(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    refused(tmp_path, record(tmp_path, url), 3, url, "connection refused")


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 70 + ".invalid"])
def test_no_such_host(tmp_path, host):
    refused(tmp_path, record(tmp_path, f"http://{host}"), 3, "host" if host[0] == "n" else "cannot be reached")


def test_no_answer_in_time(tmp_path):
    with Fake(sleeping(3), probe=False) as server:
        refused(tmp_path, record(tmp_path, server.url, "--timeout", "300ms"), 3, "no answer in 0.3 seconds")


def test_a_connection_that_breaks(tmp_path):
    with Fake(always(200, {"Content-Length": "5000"}, "{"), probe=False) as server:
        refused(tmp_path, record(tmp_path, server.url), 3)
    with Fake(always(200, {"Content-Encoding": "gzip"}, "no gzip"), probe=False) as server:
        refused(tmp_path, record(tmp_path, server.url), 3, "cannot be reached")


def test_it_fails_half_way(tmp_path):
    def reply(path, parameters, headers):
        if parameters.get("query", "").startswith("llm_tokens"):
            return error(500, "internal", f"{headers.get('Authorization')} died")
        return one_counter(path, parameters, headers)

    with Fake(reply) as server:
        refused(tmp_path, record(tmp_path, server.url, "--quiet", environ=SECRETS), 3, "Bearer … died")


def test_nothing_is_there(tmp_path):
    with Fake(always(*answer([]))) as server:
        shown = refused(tmp_path, record(tmp_path, server.url, "-q"), 2, "selectors found a sample, such as llm_")
        assert 'job="chat-api"' in shown


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost"
    subprocess.run(
        [*command.split(), "-addext", "subjectAltName=IP:127.0.0.1"], cwd=folder, check=True, capture_output=True
    )
    return folder


def serving(certificates, *, client=False):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "cert.pem", certificates / "key.pem")
    if client:
        context.load_verify_locations(certificates / "cert.pem")
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def test_a_certificate_nobody_knows(tmp_path, certificates):
    with Fake(one_counter, tls=serving(certificates)) as server:
        refused(tmp_path, record(tmp_path, server.url), 3, "its certificate is not trusted", "--ca-file")
        trusted = record(tmp_path, server.url, "--ca-file", str(certificates / "cert.pem"))
        assert trusted.returncode == 0, trusted.stderr
        (tmp_path / "out.series").unlink()
        unwatched = record(tmp_path, server.url, "--insecure", "--quiet")
        assert unwatched.returncode == 0
        assert "WARNING: --insecure" in unwatched.stderr


def test_a_server_that_wants_our_certificate(tmp_path, certificates):
    cert, key = str(certificates / "cert.pem"), str(certificates / "key.pem")
    with Fake(one_counter, tls=serving(certificates, client=True)) as server:
        refused(tmp_path, record(tmp_path, server.url, "--ca-file", cert), 3)
        done = record(tmp_path, server.url, "--ca-file", cert, "--cert-file", cert, "--key-file", key)
        assert done.returncode == 0, done.stderr


def test_tls_where_there_is_none(tmp_path):
    with Fake(one_counter) as server:
        refused(tmp_path, record(tmp_path, server.url.replace("http", "https")), 3, "no TLS connection")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--ca-file", "none.pem"), "none.pem: no such file"),
        (("--ca-file", "chat.yaml"), "chat.yaml: not usable"),
        (("--cert-file", "chat.yaml"), "chat.yaml: not usable"),
        (("--key-file", "k.pem"), "--cert-file"),
        (("--insecure", "--ca-file", "x.pem"), "--insecure"),
    ],
)
def test_tls_files_that_are_none(tmp_path, arguments, words):
    refused(tmp_path, record(tmp_path, "https://localhost:1", *arguments), 2, words)


@pytest.mark.parametrize("pressed", [1, 2])
def test_a_server_that_asks_to_wait_is_asked_again(tmp_path, pressed):
    left = [pressed]

    def reply(path, parameters, headers):
        if left[0]:
            left[0] -= 1
            return 429, {}, "slow down"
        return one_counter(path, parameters, headers)

    with Fake(reply) as server:
        assert record(tmp_path, server.url).returncode == 0


def test_limits_split_the_time(tmp_path):
    """Both limits of Prometheus, as it words them."""

    def reply(path, parameters, headers):
        if "start" in parameters:
            return one_counter(path, parameters, headers)
        if int(parameters["query"].rpartition("[")[2].removesuffix("ms]")) > 600_000:
            return error(
                422, "execution", "query processing would load too many samples into memory in query execution"
            )
        return one_counter(path, parameters, headers)

    with Fake(one_counter) as server:
        whole = record(tmp_path, server.url)
        assert whole.returncode == 0, whole.stderr
    expected = (tmp_path / "out.series").read_text()
    with Fake(reply) as server:
        split = record(tmp_path, server.url)
        assert split.returncode == 0, split.stderr
    assert (tmp_path / "out.series").read_text() == expected
    assert " .x" not in expected and " 1x" in expected


def test_a_limit_that_no_piece_is_below(tmp_path):
    message = "the query exceeded the maximum number of series (err-mimir-max-series-per-query)"
    with Fake(always(*error(422, "execution", message))) as server:
        refused(tmp_path, record(tmp_path, server.url, "-q"), 3, "err-mimir-max-series-per-query", "record less")


def test_partial_data_is_recorded_when_allowed(tmp_path):
    def reply(path, parameters, headers):
        status, more, body = one_counter(path, parameters, headers)
        return status, more, json.dumps({**json.loads(body), "warnings": ["store eu: \x1b[1mdown"]})

    with Fake(reply) as server:
        refused(tmp_path, record(tmp_path, server.url, "-q"), 3, "partial data: store eu: \\x1b[1mdown")
        done = record(tmp_path, server.url, "--allow-partial")
    assert done.returncode == 0
    assert "partial data: store eu: \\x1b[1mdown" in done.stderr
    assert "\npartial\n" in (tmp_path / "out.series").read_text()


def test_answers_may_be_compressed(tmp_path):
    def reply(path, parameters, headers):
        assert headers["Accept-Encoding"] == "gzip"
        status, more, body = one_counter(path, parameters, headers)
        return status, {**more, "Content-Encoding": "gzip"}, gzip.compress(body.encode())

    with Fake(reply) as server:
        assert record(tmp_path, server.url).returncode == 0


def test_series_a_recording_cannot_hold_are_named(tmp_path):
    def reply(path, parameters, headers):
        status, more, body = one_counter(path, parameters, headers)
        found = json.loads(body)
        if found["data"]["result"]:
            metric = found["data"]["result"][0]["metric"]
            found["data"]["result"] += [
                {"metric": {**metric, "a": "1"}, "histograms": [[1_788_000_000, {"count": "1"}]]},
                {**samples(parameters, {**metric, "a.b": "1"})},
            ]
        return status, more, json.dumps(found)

    with Fake(reply) as server:
        done = record(tmp_path, server.url)
    assert done.returncode == 0, done.stderr
    assert "left out: 1 series with native histograms" in done.stderr
    assert "left out: 1 series with label names that only Prometheus 3 can read" in done.stderr
    assert "out.series: 1 series" in done.stdout


def test_a_path_before_the_api(tmp_path):
    def reply(path, parameters, headers):
        return one_counter(path, parameters, headers) if path.startswith("/prom/api/") else (404, {}, "no")

    with Fake(reply, probe=False) as server:
        refused(tmp_path, record(tmp_path, server.url), 2, "path prefix")
    with Fake(reply) as server:
        assert record(tmp_path, f"{server.url}/prom/").returncode == 0


def test_redirects_within_a_server_are_followed(tmp_path):
    def reply(path, parameters, headers):
        assert headers["Authorization"] == f"Bearer {TOKEN}"
        if not path.startswith("/there"):
            return 308, {"Location": f"/there{path}?query={parameters['query']}"}, ""
        return VECTOR if parameters["query"] == "vector(1)" else (500, {}, "enough")

    with Fake(reply, probe=False) as server:
        refused(tmp_path, record(tmp_path, server.url, "-q", environ=SECRETS), 3, "HTTP 500")
        assert [path for path, _, _ in server.asked][:2] == ["/api/v1/query", "/there/api/v1/query"]


def test_a_redirect_to_another_port_gets_nothing(tmp_path):
    with Fake(always(200, {}, "")) as other:
        target = f"{other.url}/api/v1/query"
        with Fake(always(307, {"Location": target}, ""), probe=False) as server:
            done = record(tmp_path, server.url, environ=SECRETS)
            refused(tmp_path, done, 2, f"a redirect to {other.url}")
        assert other.asked == []
