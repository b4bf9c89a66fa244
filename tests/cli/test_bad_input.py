"""Everything a user or a machine can get wrong, end to end: one clear message, its exit code, old output whole."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GOOD = """\
name: chat
models:
  - {name: gpt, route: cloud, prices: {input: 2.5, output: 10}}
sources:
  - {kind: app, selector: {job: chat-api}}
"""
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


def dashgen(cwd: Path, *arguments: str, before: str = "", limit: Callable[[], None] | None = None):
    """One run of the command in a process of its own; ``before`` runs in it first."""
    prepared = [sys.executable, "-c", f"{before}\nfrom dashgen.cli.app import run\nrun()"]
    command = prepared if before else [sys.executable, "-m", "dashgen"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        [*command, *arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False, preexec_fn=limit
    )


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    (folder / "specs").mkdir()
    (folder / "specs/chat.yaml").write_text(GOOD)
    assert dashgen(folder, "build").returncode == 0
    return folder


@pytest.fixture
def repo(built: Path, tmp_path: Path) -> Path:
    """A repository with one spec and its output, of its own for every test."""
    return shutil.copytree(built, tmp_path / "repo")


def refused(repo: Path, code: int, *words: str, arguments: tuple[str, ...] = ("build",), **run: object) -> str:
    """Runs a build that must fail with one message and leave the output as it was; returns the message."""
    old = tree(repo / "out")
    done = dashgen(repo, *arguments, **run)
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert [word for word in words if word not in done.stderr] == [], done.stderr
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr
    assert tree(repo / "out") == old
    return done.stderr


def with_line(line: str) -> str:
    return GOOD + line + "\n"


def with_prices(prices: str) -> str:
    return GOOD.replace("{input: 2.5, output: 10}", prices)


BAD_SPECS = {
    "unknown key": (with_line("retentoin: 3d"), "6:1: unknown key `retentoin`"),
    "wrong type": (GOOD.replace("2.5", "cheap"), '3:47: `models[0].prices.input` is "cheap"'),
    "two models of one name": (
        GOOD.replace("sources:", "  - {name: gpt, route: cloud}\nsources:"),
        '4:12: the name "gpt" is already the name of another model',
    ),
    "two sources of one name": (
        with_line("  - {kind: app, selector: {job: other}}"),
        '6:12: a second source named "app"',
    ),
    "users counted twice": (
        with_line("  - {kind: otel-genai, selector: {job: other}}"),
        "6:12: otel-genai beside app: two kinds of client that see the same requests (the other is at 5:12)",
    ),
    "selectors that overlap": (
        with_line('  - {kind: app, name: other, selector: {job: {regex: "chat-.*"}}}'),
        "6:40: other and app both expose",
    ),
    "a role without an engine": (GOOD.replace("kind: app,", "kind: app, role: decode,"), "5:23: `role: decode` at app"),
    "an engine that serves nothing": (
        GOOD.replace("route: cloud, prices: {input: 2.5, output: 10}", "route: local, engine: app"),
        '3:39: "app" is no engine',
    ),
    "unknown version": (GOOD.replace("kind: app,", "kind: vllm, version: 9.1,"), '5:27: vllm "9.1" is newer'),
    "no version": (GOOD.replace("kind: app,", "kind: vllm, version: new,"), '5:27: the version "new" of vllm'),
    "zero threshold": (
        with_line("alerts: {errors: {threshold: 0}}"),
        "6:30: `alerts.errors.threshold` is 0",
    ),
    "negative threshold": (
        with_line("alerts: {gpu_memory: {threshold: -0.5}}"),
        "6:34: `alerts.gpu_memory.threshold` is -0.5",
    ),
    "zero duration": (with_line("alerts: {ttft: {threshold: 0s}}"), '6:28: `alerts.ttft.threshold` is "0s"'),
    "negative duration": (with_line("profile: {ttft_p95: -2s}"), '6:21: `profile.ttft_p95` is "-2s"'),
    "overlapping price dates": (
        with_prices("[{input: 1, output: 2, until: 2026-03-01}, {from: 2026-02-01, input: 1, output: 2}]"),
        "prices until 2026-03-01 overlap those from 2026-02-01",
    ),
    "long uid": (
        GOOD.replace("name: chat", "name: a-very-long-service-name-indeed"),
        "1:7: the dashboard uid `llm-a-very-long-service-name-indeed-service-health` is 50 characters long",
    ),
    "empty file": ("", "specs/chat.yaml: an empty file"),
    "binary file": (b"\x7fELF\x02\x00\x00", "a binary file (NUL at byte offset 5)"),
    "other encoding": ("name: caf\u00e9".encode("latin-1"), "1:10: the byte 0xe9 at offset 9 is not UTF-8"),
    "tab": ("name: chat\nmodels:\n\t- name: a\n", "3:1: a tab used as indentation"),
    "duplicate key": (with_line("name: code"), '6:1: the key "name" is here a second time'),
    "alias bomb": (BOMB, "aliases that expand to more than 20000 values"),
    "deep nesting": ("[" * 100_000, "1:52: nested more than 50 levels deep"),
    "path traversal": (GOOD.replace("name: chat", "name: ../../etc"), '1:7: `name` is "../../etc"'),
    "absolute path": (GOOD.replace("name: chat", "name: /etc/passwd"), '1:7: `name` is "/etc/passwd"'),
}


@pytest.mark.parametrize(("content", "found"), BAD_SPECS.values(), ids=BAD_SPECS.keys())
def test_a_bad_spec(repo: Path, content: str | bytes, found: str):
    (repo / "specs/chat.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    message = refused(repo, 2, "specs/chat.yaml:", found)
    assert message.count("  expected: ") == message.count("  do this:  ") == 1


def test_two_specs_of_one_name(repo: Path):
    (repo / "specs/copy.yaml").write_text(GOOD)
    refused(repo, 2, 'specs/copy.yaml:1:7: the name "chat" is already taken by specs/chat.yaml:1:7')


def test_all_mistakes_of_all_specs_at_once(repo: Path):
    (repo / "specs/chat.yaml").write_text(with_line("profile: chatt\nretentoin: 3d"))
    (repo / "specs/code.yaml").write_text("")
    message = refused(repo, 2, "specs/chat.yaml:6:10: ", "specs/chat.yaml:7:1: ", "specs/code.yaml: an empty file")
    assert message.count("  expected: ") == 3


def test_one_bad_spec_stops_the_good_one_too(repo: Path):
    (repo / "specs/chat.yaml").write_text(with_line("title: New"))
    (repo / "specs/code.yaml").write_text("")
    refused(repo, 2, "specs/code.yaml: an empty file")


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (("build", "specs/chta.yaml"), "did you mean `specs/chat.yaml`?"),
        (("build", "out"), "out: a folder without specs"),
        (("build", "--otu", "x"), "No such option"),
    ],
)
def test_a_bad_command_line(repo: Path, arguments: tuple[str, ...], found: str):
    refused(repo, 2, found, arguments=arguments)


def test_no_specs_at_all(repo: Path):
    shutil.rmtree(repo / "specs")
    refused(repo, 2, "specs: no such folder; it is where specs are read from when none is named")


def test_a_foreign_file_is_kept(repo: Path):
    shutil.rmtree(repo / "out")
    (repo / "out/chat").mkdir(parents=True)
    (repo / "out/chat/cost.json").write_text("mine")
    refused(repo, 2, "out/chat/cost.json: this file was not written by dashgen", "--force")
    assert dashgen(repo, "build", "--force").returncode == 0
    assert (repo / "out/chat/cost.json").read_text() != "mine"


def test_foreign_neighbours_stay(repo: Path):
    (repo / "out/chat/notes.md").write_text("mine")
    (repo / "out/other").mkdir()
    (repo / "out/other/cost.json").write_text("mine")
    (repo / "specs/chat.yaml").rename(repo / "specs/code.yaml")
    (repo / "specs/code.yaml").write_text(GOOD.replace("name: chat", "name: code"))
    assert dashgen(repo, "build").returncode == 0
    kept = {name for name, content in tree(repo / "out").items() if content == b"mine"}
    assert kept == {"chat/notes.md", "other/cost.json"}
    assert not (repo / "out/chat/cost.json").exists()


def test_out_is_a_file(repo: Path):
    (repo / "taken").write_text("x")
    refused(repo, 3, "cannot", "choose another --out", arguments=("build", "--out", "taken"))
    assert (repo / "taken").read_text() == "x"


def small_files() -> None:
    """A disk that takes 20 kB a file and no more."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_a_disk_that_takes_no_more(repo: Path):
    (repo / "specs/chat.yaml").write_text(with_line("title: New"))
    refused(repo, 3, "cannot write out: File too large", limit=small_files)


# ``target`` is a function that writing calls; it fails after ``number`` calls.
FAIL = """
import errno, os
from pathlib import Path
real, calls = {target}, []
def fail(*arguments, **options):
    calls.append(1)
    if len(calls) == {number} + 1:
        {failure}
    return real(*arguments, **options)
{target} = fail
"""
NO_SPACE = "raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))"
KILLED = "os.kill(os.getpid(), 9)"


@pytest.mark.parametrize(("target", "number"), [("os.fsync", 2), ("Path.replace", 0), ("Path.replace", 3)])
def test_a_full_disk(repo: Path, target: str, number: int):
    (repo / "specs/chat.yaml").write_text(with_line("title: New"))
    code = FAIL.format(target=target, number=number, failure=NO_SPACE)
    refused(repo, 3, "cannot write out: No space left on device", "free some disk space", before=code)
    assert not list((repo / "out").glob(".dashgen-tmp*"))


@pytest.fixture(scope="module")
def renewed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the changed spec of the next test builds to."""
    folder = shutil.copytree(built, tmp_path_factory.mktemp("renewed") / "repo")
    (folder / "specs/chat.yaml").write_text(with_line("title: New"))
    assert dashgen(folder, "build").returncode == 0
    return tree(folder / "out")


@pytest.mark.parametrize("number", range(5))
def test_a_kill_during_a_write(repo: Path, renewed: dict[str, bytes], number: int):
    """After any number of renames each file is whole, old or new, and the next build is none the wiser."""
    (repo / "specs/chat.yaml").write_text(with_line("title: New"))
    old = tree(repo / "out")
    code = FAIL.format(target="Path.replace", number=number, failure=KILLED)
    assert dashgen(repo, "build", before=code).returncode == -signal.SIGKILL
    left = {name: content for name, content in tree(repo / "out").items() if not name.startswith(".dashgen-tmp")}
    assert left.keys() == old.keys() == renewed.keys()
    assert [name for name in left if left[name] not in (old[name], renewed[name])] == []
    assert sum(left[name] == renewed[name] != old[name] for name in left) == number
    assert dashgen(repo, "build").returncode == 0
    assert tree(repo / "out") == renewed


@pytest.mark.parametrize("number", range(6))
def test_a_kill_during_the_first_write(repo: Path, number: int):
    """What a killed build wrote is known as ours, so that the next one replaces it, even from another spec."""
    new = tree(repo / "out")
    shutil.rmtree(repo / "out")
    (repo / "specs/chat.yaml").write_text(with_line("title: New"))
    code = FAIL.format(target="Path.replace", number=number, failure=KILLED)
    assert dashgen(repo, "build", before=code).returncode == -signal.SIGKILL
    (repo / "specs/chat.yaml").write_text(GOOD)
    done = dashgen(repo, "build")
    assert (done.returncode, tree(repo / "out")) == (0, new), done.stderr


def test_a_first_build_that_fails_leaves_nothing(repo: Path):
    shutil.rmtree(repo / "out")
    code = FAIL.format(target="Path.replace", number=3, failure=NO_SPACE)
    refused(repo, 3, "free some disk space", before=code)
    assert list((repo / "out").iterdir()) == []


@pytest.mark.parametrize("number", range(3))
def test_a_kill_during_a_removal(repo: Path, number: int):
    """Old files that were not removed yet are still ours."""
    (repo / "specs/chat.yaml").write_text(with_line("targets: [prometheus-rule]"))
    code = FAIL.format(target="Path.unlink", number=number, failure=KILLED)
    assert dashgen(repo, "build", before=code).returncode == -signal.SIGKILL
    (repo / "specs/chat.yaml").write_text(with_line("title: New"))
    done = dashgen(repo, "build")
    assert done.returncode == 0, done.stderr
    assert len(tree(repo / "out")) == 5


def test_a_panel_hidden_by_a_name_it_does_not_have(repo: Path):
    (repo / "specs/chat.yaml").write_text(GOOD + "hide: [cost/margn]\n")
    refused(repo, 2, "cost/margn is no panel", "write cost/margin")


def shell(repo: Path, command: str) -> subprocess.CompletedProcess[str]:
    line = f"set -o pipefail; {command.replace('dashgen', f'{sys.executable} -m dashgen')}"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(["bash", "-c", line], cwd=repo, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("dashgen catalogue vllm | head -1", 128 + signal.SIGPIPE),
        ("dashgen catalogue vllm >/dev/full", 3),
        ("dashgen build >&-", 0),
        ("dashgen build 2>&-", 0),
    ],
)
def test_output_that_nobody_takes(repo: Path, command: str, code: int):
    done = shell(repo, command)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr
