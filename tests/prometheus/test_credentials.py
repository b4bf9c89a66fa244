"""Credentials: from files and the environment, into headers, and nowhere else."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.errors import InputError
from dashgen.prometheus.client import address
from dashgen.prometheus.credentials import CredentialFiles, Credentials, credentials, key_of
from tests.testing.recording.fake import TOKEN, Fake, one_counter, record

PASSWORD = "hunter2 über"


@pytest.fixture
def file(tmp_path):
    def written(text, name="file"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return written


def test_none():
    assert credentials(CredentialFiles(), {}) == Credentials()


def test_token(file):
    assert credentials(CredentialFiles(), {"DASHGEN_PROMETHEUS_TOKEN": TOKEN}).headers == {
        "Authorization": f"Bearer {TOKEN}"
    }
    named = CredentialFiles(token=file(f"\ufeff{TOKEN}\r\n"))
    assert credentials(named, {"DASHGEN_PROMETHEUS_TOKEN": "other"}).headers == {"Authorization": f"Bearer {TOKEN}"}


def test_basic(file):
    found = credentials(CredentialFiles(basic=file(f"me:{PASSWORD}:x\n")), {"DASHGEN_PROMETHEUS_TOKEN": "other"})
    coded = base64.b64encode(f"me:{PASSWORD}:x".encode()).decode()
    assert found.headers == {"Authorization": f"Basic {coded}"}
    assert found.hide(f"user me:{PASSWORD}:x sent Basic {coded}") == "user me:… sent Basic …"


def test_headers(file):
    files = CredentialFiles(
        headers=[file("# tenants\n\nX-Scope-OrgID: a|b\nCookie: k=v; w: x\n")], header_env=["X-Key=KEY"]
    )
    assert credentials(files, {"KEY": "a=b"}).headers == {
        "X-Scope-OrgID": "a|b",
        "Cookie": "k=v; w: x",
        "X-Key": "a=b",
    }
    own = CredentialFiles(headers=[file("authorization: Custom z")])
    assert credentials(own, {"DASHGEN_PROMETHEUS_TOKEN": TOKEN}).headers == {"authorization": "Custom z"}


@pytest.mark.parametrize(
    ("fields", "text", "words"),
    [
        ({"token": "file"}, f"{TOKEN}\n{TOKEN}", "one line of printable text"),
        ({"token": "file"}, "", "nothing, or characters"),
        ({"token": "none"}, "", "no such file"),
        ({"token": "."}, "", "no such file"),
        ({"token": "file"}, f"{TOKEN} 日本", "no HTTP header may hold"),
        ({"token": "file"}, TOKEN * 10_000, "larger than 64 KiB"),
        ({"basic": "file"}, TOKEN, "one line: `user:password`"),
        ({"basic": "file"}, f"me:{TOKEN}\nyou:{TOKEN}", "one line: `user:password`"),
        ({"headers": ["file"]}, f"X {TOKEN}", "a line without a colon"),
        ({"headers": ["file"]}, f"X Y: {TOKEN}", "no name of an HTTP header"),
        ({"headers": ["file"]}, f"X: {TOKEN}\nx: {TOKEN}", "a second time"),
        ({"headers": ["file"]}, "X:", "nothing, or characters"),
        ({"header_env": [TOKEN]}, "", "no `=`"),
        ({"header_env": [f"X={TOKEN}"]}, "", "a variable that is not set"),
        ({"token": "file", "basic": "file"}, "me:you", "--basic-auth-file"),
        ({"token": "file", "headers": ["auth"]}, TOKEN, "the header Authorization"),
    ],
)
def test_what_is_wrong_is_told_without_showing_it(file, fields, text, words):
    folder = file(text).parent
    file(f"Authorization: {TOKEN}", "auth")
    names = {
        key: value if key == "header_env" else [folder / each for each in value] if key == "headers" else folder / value
        for key, value in fields.items()
    }
    with pytest.raises(InputError) as caught:
        credentials(CredentialFiles(**names), {})
    assert words in str(caught.value)
    assert TOKEN not in str(caught.value)


@given(st.text("abc\\.$ ", min_size=1).map(str.strip).filter(bool), st.text(), st.text())
def test_a_secret_is_hidden_wherever_it_is(secret, before, after):
    found = credentials(CredentialFiles(), {"DASHGEN_PROMETHEUS_TOKEN": secret})
    assert secret not in found.hide(before + secret + after)
    assert repr(found) == "Credentials()"


def test_a_key_has_to_be_one(file):
    assert key_of(file("0123456789abcdef\n")) == b"0123456789abcdef"
    with pytest.raises(InputError, match="could be guessed"):
        key_of(file("short"))


@pytest.mark.parametrize("text", ["http://h", "https://h:1/a/b", "http://[::1]:9090", "http://h/"])
def test_addresses(text):
    assert address(text) == text.rstrip("/")


@pytest.mark.parametrize(
    "text",
    [
        *("", "h:9090", "ftp://h", "http://", "http://h:99999", "http://h:x", "http://h/?a=b", "http://h/#a"),
        *("http://a b", "http://h\n", "file:///etc/passwd"),
        *(f"http://me:{TOKEN}@h", f"http://{TOKEN}@h", f"http://h/?token={TOKEN}"),
    ],
)
def test_no_addresses(text):
    with pytest.raises(InputError) as caught:
        address(text)
    assert TOKEN not in str(caught.value)
    assert re.match(r"--prometheus: .*\n  expected: .*\n  do this:  ", str(caught.value))


def test_they_reach_the_server_and_nobody_else(tmp_path):
    (tmp_path / "headers").write_text("X-Scope-OrgID: tenant-7\n")
    environ = {"DASHGEN_PROMETHEUS_TOKEN": TOKEN, "KEY": "k3y-value"}
    with Fake(one_counter) as server:
        done = record(tmp_path, server.url, "--header-file", "headers", "--header-env", "X-Key=KEY", environ=environ)
    assert done.returncode == 0, done.stderr
    for _, _, headers in server.asked:
        assert headers["Authorization"] == f"Bearer {TOKEN}"
        assert headers["X-Scope-Orgid"] == "tenant-7"
        assert headers["X-Key"] == "k3y-value"
    for secret in (TOKEN, "tenant-7", "k3y-value", server.url):
        assert secret not in done.stderr + done.stdout + (tmp_path / "out.series").read_text()


def test_a_password_in_the_clear_is_not_overlooked(tmp_path):
    environ = {"DASHGEN_PROMETHEUS_TOKEN": TOKEN}
    done = record(tmp_path, "http://no-such-host.invalid", "-q", environ=environ)
    assert "WARNING: credentials go to no-such-host.invalid unencrypted" in done.stderr
    assert TOKEN not in done.stderr
