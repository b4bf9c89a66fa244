"""Fetching promtool: from a release, only as it was published, else from the system's packages, else a message."""

from __future__ import annotations

import hashlib
import io
import os
import platform
import shutil
import socket
import sys
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dashgen.cli import app
from dashgen.errors import MachineError
from dashgen.testing.promtool.find import find
from dashgen.testing.promtool.install import DEFAULT, install

NAME = "prometheus-{}.linux-amd64"
SUMS = "sha256sums.txt"


def program(version):
    return f"#!/bin/sh\necho 'promtool, version {version} (branch: HEAD)'\n".encode()


def archive(version, files=None, *, holds=None):
    """A release; ``files`` are (name, bytes or the target of a link), ``holds`` is the version inside."""
    name = NAME.format(version)
    files = files or [
        (f"{name}/prometheus", b"server"),
        ("../../escaped", b"bad"),
        (f"{name}/promtool", program(holds or version)),
    ]
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for path, content in files:
            member = tarfile.TarInfo(path)
            if isinstance(content, str):
                member.type, member.linkname = tarfile.SYMTYPE, content
                tar.addfile(member)
            else:
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


class Releases:
    """A mirror on loopback. ``files`` by path; ``lengths`` that are announced instead of the real ones."""

    def __init__(self):
        self.files, self.lengths, self.asked = {}, {}, []

    def publish(self, version, packed, digest=None):
        self.files[f"/v{version}/{NAME.format(version)}.tar.gz"] = packed
        line = f"{digest or hashlib.sha256(packed).hexdigest()}  {NAME.format(version)}.tar.gz\n"
        self.files[f"/v{version}/{SUMS}"] = b"0" * 64 + b"  prometheus-1.darwin-arm64.tar.gz\n" + line.encode()

    def answer(self, request):
        self.asked.append(request.path)
        content = self.files.get(request.path)
        request.send_response(200 if content is not None else 404)
        request.send_header("Content-Length", str(self.lengths.get(request.path, len(content or b""))))
        request.end_headers()
        request.wfile.write(content or b"")


@pytest.fixture
def releases(monkeypatch):
    mirror = Releases()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            mirror.answer(self)

        def log_message(self, *_):
            """Not on our stderr."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("DASHGEN_PROMETHEUS_RELEASES", f"http://127.0.0.1:{server.server_port}/")
        yield mirror
        server.shutdown()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache, no promtool anywhere, no apt, and the same machine everywhere."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("DASHGEN_CACHE")
    monkeypatch.delenv("DASHGEN_PROMTOOL", raising=False)
    for proxy in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(proxy, raising=False)
    (tmp_path / "bin").mkdir()
    for tool in ("mkdir", "cp", "cat", "chmod", "touch", "dirname"):
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    return tmp_path / "cache" / "dashgen" / "promtool"


@pytest.fixture
def apt(tmp_path):
    """An apt-get and a dpkg that know one package with a promtool of a version."""

    def make(version, *, package="promtool", updated=True, path="usr/bin/promtool"):
        (tmp_path / "payload").write_bytes(program(version))
        (tmp_path / "payload").chmod(0o755)
        tools = {
            "apt-get": f"""
                last() {{ for each; do :; done; echo "$each"; }}
                echo "$@" >>{tmp_path}/apt.log
                case "$(last "$@")" in
                  update) touch {tmp_path}/updated;;
                  {package}) [ -e {tmp_path}/updated ] || {{ echo "E: Unable to locate package" >&2; exit 100; }}
                    touch {package}_1%3a1_amd64.deb;;
                  *) echo "E: Unable to locate package $(last "$@")" >&2; exit 100;;
                esac""",
            "dpkg": f'mkdir -p "$(dirname "$3/{path}")" && cp {tmp_path}/payload "$3/{path}"',
        }
        for name, script in tools.items():
            (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
            (tmp_path / "bin" / name).chmod(0o755)
        if updated:
            (tmp_path / "updated").touch()

    return make


def unreachable(monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("DASHGEN_PROMETHEUS_RELEASES", f"http://127.0.0.1:{free.getsockname()[1]}")


def left(cache):
    """Everything in the cache, without the cache itself."""
    return sorted(str(path.relative_to(cache)) for path in cache.rglob("*") if path.is_file()) if cache.exists() else []


def test_a_release_is_fetched_once_and_found_ever_after(releases, cache):
    releases.publish(DEFAULT, archive(DEFAULT))
    found = install()
    assert found == find()
    assert (found.path, found.version) == (cache / DEFAULT / "promtool", DEFAULT)
    assert left(cache) == [f"{DEFAULT}/promtool"]
    assert [path.rpartition("/")[2] for path in releases.asked] == [SUMS, f"{NAME.format(DEFAULT)}.tar.gz"]
    said = []
    assert install(say=said.append) == found
    assert said == [f"promtool {DEFAULT} is there already"]
    assert len(releases.asked) == 2


def test_versions_stand_side_by_side_and_a_broken_one_is_replaced(releases, cache):
    for version in ("2.53.1", "3.5.0"):
        releases.publish(version, archive(version))
        install(version)
    (cache / "2.53.1" / "promtool").write_bytes(program("3.5.0"))
    assert install("2.53.1").version == "2.53.1"
    (cache / "2.53.1" / "promtool").write_bytes(b"\x7fELF half of it")
    assert install("2.53.1").version == "2.53.1"
    assert left(cache) == ["2.53.1/promtool", "3.5.0/promtool"]
    assert find().version == "3.5.0"


def test_the_archive_is_that_of_the_machine(releases, monkeypatch):
    releases.publish("3.5.0", archive("3.5.0"))
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    with pytest.raises(MachineError, match=r"lists no prometheus-3\.5\.0\.linux-arm64\.tar\.gz"):
        install("3.5.0")
    monkeypatch.setattr(platform, "system", lambda: "Plan9")
    with pytest.raises(MachineError, match="not released as an archive for Plan9 on aarch64"):
        install("3.5.0")


WHOLE = archive("3.5.0")
MEMBER = f"{NAME.format('3.5.0')}/promtool"


@pytest.mark.parametrize(
    ("packed", "digest", "message"),
    [
        (WHOLE, "ab" * 32, "was not downloaded as it was published"),
        (WHOLE[:-100], hashlib.sha256(WHOLE).hexdigest(), "was not downloaded as it was published"),
        (WHOLE[:-100], None, "cannot be read: "),
        (b"<html>sign in to the wifi</html>", None, "cannot be read: "),
        (archive("3.5.0", [("readme", b"")]), None, f"has no {MEMBER}"),
        (archive("3.5.0", [(MEMBER, "/bin/sh")]), None, f"has no {MEMBER}"),
        (archive("3.5.0", holds="3.4.0"), None, "the release of 3.5.0 holds promtool 3.4.0"),
        (archive("3.5.0", [(MEMBER, b"#!/bin/sh\necho hello\n")]), None, "is no promtool"),
    ],
)
def test_what_is_not_as_published_is_never_used_nor_replaced_by_a_package(
    releases, cache, apt, packed, digest, message
):
    apt("3.5.0")
    releases.publish("3.5.0", packed, digest)
    with pytest.raises(MachineError, match=message):
        install("3.5.0")
    assert left(cache) == []


def test_a_download_that_breaks_off_is_never_used(releases, cache):
    releases.publish("3.5.0", WHOLE[:100], hashlib.sha256(WHOLE).hexdigest())
    releases.lengths[f"/v3.5.0/{NAME.format('3.5.0')}.tar.gz"] = len(WHOLE)
    with pytest.raises(MachineError, match=r"was not downloaded as it was published \(.*100 bytes\)"):
        install("3.5.0")
    assert left(cache) == []


@pytest.mark.parametrize("why", ["unreachable", "404", "nonsense"])
def test_the_systems_package_where_releases_cannot_be_had(releases, cache, apt, monkeypatch, why):
    if why == "unreachable":
        unreachable(monkeypatch)
    elif why == "nonsense":
        monkeypatch.setenv("DASHGEN_PROMETHEUS_RELEASES", "nonsense")
    apt("2.42.0+ds")
    said = []
    assert install(say=said.append).path == cache / "2.42.0" / "promtool"
    assert {"unreachable": "refused", "404": "404", "nonsense": "unknown url type"}[why] in said[1]
    assert "the system's package, which is not installed" in said[1]
    assert left(cache) == ["2.42.0/promtool"]
    assert find().version == "2.42.0"


@pytest.mark.parametrize("package", ["promtool", "prometheus"])
def test_lists_of_our_own_where_the_systems_know_no_package(releases, apt, tmp_path, package):
    apt("3.5.3", package=package, updated=False)
    assert install().version == "3.5.3"
    (update,) = [line for line in (tmp_path / "apt.log").read_text().splitlines() if line.endswith(" update")]
    assert "Dir::State::lists=" in update


def test_a_package_of_another_version_than_asked_for_will_not_do(releases, apt, cache):
    apt("2.42.0")
    with pytest.raises(MachineError, match=r"2\.53\.1 could not be fetched") as caught:
        install("2.53.1")
    assert "404" in str(caught.value)
    assert "the system's package has 2.42.0" in str(caught.value)
    assert left(cache) == []
    assert install("2.42.0").version == "2.42.0"


def test_a_package_that_is_too_old_will_not_do(releases, apt):
    apt("2.31.2")
    with pytest.raises(MachineError, match=r"2\.31\.2; 2\.42 or newer is needed"):
        install()


def test_nothing_to_be_had_says_what_was_tried_and_what_to_do(monkeypatch, apt):
    unreachable(monkeypatch)
    with pytest.raises(MachineError) as caught:
        install()
    shown = str(caught.value).splitlines()
    assert shown[0] == f"promtool {DEFAULT} could not be fetched"
    assert "refused" in shown[1]
    assert "no apt-get here" in shown[2]
    assert "DASHGEN_PROMETHEUS_RELEASES" in shown[3]
    apt("1", package="other")
    with pytest.raises(MachineError, match="E: Unable to locate package prometheus"):
        install()
    apt("1", path="usr/bin/else")
    with pytest.raises(MachineError, match="apt-get download promtool / prometheus: E: Unable to locate"):
        install()


def test_a_machine_without_a_cache(monkeypatch):
    monkeypatch.setenv("DASHGEN_CACHE", "off")
    with pytest.raises(MachineError, match="there is no cache to put promtool into"):
        install()


def test_a_cache_that_cannot_be_written(cache, releases):
    cache.parent.mkdir(parents=True)
    cache.touch()
    with pytest.raises(MachineError, match=f"cannot write to {cache}: "):
        install()


@pytest.fixture
def run(monkeypatch, capsys):
    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["dashgen", "promtool", *arguments])
        with pytest.raises(SystemExit) as caught:
            app.main()
        return caught.value.code or 0, *capsys.readouterr()

    return call


def test_the_command_installs_and_shows(run, releases, cache):
    releases.publish("3.5.0", archive("3.5.0"))
    code, _, complaint = run()
    assert (code, "dashgen promtool install" in complaint) == (3, True)
    line = f"{cache / '3.5.0' / 'promtool'} 3.5.0\n"
    code, shown, progress = run("install", "--version", "v3.5.0")
    assert (code, shown) == (0, line)
    assert "fetching Prometheus 3.5.0" in progress
    assert run() == run("show") == (0, line, "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "--version", "3.5.0"), "--version beside show"),
        (("install", "--version", "3.5"), "'3.5' is no release"),
        (("install", "--version", "3.5.0/../x"), "is no release"),
        (("install", "--version", "2.41.0"), "2.41.0 is too old"),
        (("remove",), "remove"),
    ],
)
def test_the_command_refuses_what_it_cannot_mean(run, arguments, message):
    code, shown, complaint = run(*arguments)
    assert (code, shown) == (2, "")
    assert message in complaint


def test_files_of_the_cache_are_ours_alone(releases, cache):
    releases.publish("3.5.0", archive("3.5.0"))
    found = install("3.5.0")
    assert os.access(found.path, os.X_OK)
    assert cache.stat().st_mode & 0o077 == 0
