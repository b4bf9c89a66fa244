"""``dashgen init`` as a user meets it: a process, a folder, sometimes a terminal."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.cli.test_bad_input import ROOT, dashgen, tree

CLOUD = ("--model", "gpt-4o=cloud")


def init(cwd: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Runs init without a terminal."""
    before = tree(cwd)
    done = dashgen(cwd, "init", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr
    if code:
        assert (tree(cwd), done.stdout) == (before, "")
    return done


def is_clean(folder: Path) -> bool:
    return dashgen(folder, "build", "--check").stdout == "out is up to date\n"


def test_a_new_folder_below_folders_that_are_missing(tmp_path: Path):
    done = init(tmp_path, "teams/assist/support", *CLOUD)
    folder = tmp_path / "teams/assist/support"
    assert is_clean(folder)
    assert "name: support " in (folder / "specs/support.yaml").read_text()
    assert (folder / ".github/workflows/dashgen.yml").is_file()
    assert done.stdout.startswith("teams/assist/support: ")
    assert "cd teams/assist/support && " in done.stdout


def test_the_three_next_commands(tmp_path: Path):
    folder = tmp_path / "my repo"
    folder.mkdir()
    done = init(tmp_path, "my repo", "--name", "chat", *CLOUD)
    steps = done.stdout.partition("Next:\n")[2].splitlines()
    assert len(steps) == 3
    assert steps[0].startswith("  cd 'my repo' && ${EDITOR:-vi} specs/chat.yaml")
    assert steps[1] == "  dashgen build"
    assert steps[2].endswith("git add . && git commit -m 'Watch chat'")


def test_this_folder_and_a_git_repository_are_fine(tmp_path: Path):
    repo = tmp_path / "assist"
    subprocess.run(["git", "init", "-q", repo], check=True)
    old = tree(repo)
    init(repo, *CLOUD)
    assert is_clean(repo)
    assert tree(repo).items() >= old.items()


def test_a_second_run_refuses_and_changes_nothing(tmp_path: Path):
    init(tmp_path, "repo", *CLOUD)
    done = init(tmp_path, "repo", *CLOUD, code=2)
    names = [name.removeprefix("repo/") for name in tree(tmp_path)]
    assert [name for name in names if name not in done.stderr] == []
    init(tmp_path, "repo", "--name", "other", "--ci", "none", *CLOUD, code=2)


def test_there_is_no_way_to_overwrite(tmp_path: Path):
    assert "--force" in init(tmp_path, "repo", "--force", *CLOUD, code=2).stderr


def test_a_readme_of_ones_own_is_kept(tmp_path: Path):
    (tmp_path / "README.md").write_text("mine")
    done = init(tmp_path, "--name", "chat", *CLOUD, code=2)
    assert ".: these files exist already: README.md\n" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--model: no model is named"),
        (("--model", "gpt-4o"), "does not say where the model is served"),
        (("--stack", "kserve", *CLOUD), '--stack: unknown stack "kserve"'),
        (("--name", "../up", *CLOUD), '--name: `name` is "../up"'),
        (("--name", "", *CLOUD), '--name: `name` is ""'),
        (("--team", "\x1b[31m" * 99, *CLOUD), "--team: `team` is 495 characters long"),
        (("--model", os.fsdecode(b"\xff=cloud")), "is not UTF-8"),
        (("--grafana-url", "javascript:x", *CLOUD), "--grafana-url: `grafana.url`"),
        (("--target", "x\ny", *CLOUD), "--target: unknown target"),
        (("--ci", "jenkins", *CLOUD), "jenkins"),
    ],
)
def test_a_wrong_flag(tmp_path: Path, arguments: tuple[str, ...], words: str):
    done = init(tmp_path, "repo", *arguments, code=2)
    assert words in done.stderr
    assert "\x1b" not in done.stderr


def test_a_folder_whose_name_is_no_name(tmp_path: Path):
    (tmp_path / "日本").mkdir()
    assert "--name: the folder's name" in init(tmp_path, "日本", *CLOUD, code=2).stderr
    init(tmp_path, "日本", "--name", "chat", *CLOUD)


def test_names_that_mean_something_to_yaml_templates_and_shells(tmp_path: Path):
    names = ("a: {b} #", "{{ 7*7 }}", "{% x %}", "$(touch pwned)", "'; DROP", '"\\', "new\nline", "日本")
    models = [word for name in names for word in ("--model", f"{name}=cloud")]
    init(tmp_path, "repo; rm x", "--name", "chat", "--team", "{{ a.name }}: #", *models)
    folder = tmp_path / "repo; rm x"
    assert is_clean(folder)
    assert {path.name for path in folder.iterdir()}.isdisjoint({"pwned"})


def test_the_same_bytes_each_time(tmp_path: Path):
    for folder in ("a", "b"):
        init(tmp_path, folder, "--name", "chat", *CLOUD)
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


def test_gitlab_and_no_ci(tmp_path: Path):
    init(tmp_path, "lab", "--ci", "gitlab", *CLOUD)
    init(tmp_path, "bare", "--ci", "none", *CLOUD)
    assert (tmp_path / "lab/.gitlab-ci.yml").is_file()
    assert not (tmp_path / "lab/.github").exists()
    assert not any((tmp_path / "bare" / name).exists() for name in (".github", ".gitlab-ci.yml"))


class Terminal:
    """A process of dashgen whose standard input is a terminal; answers are typed one after the other."""

    def __init__(self, cwd: Path, *arguments: str) -> None:
        self.ours, theirs = pty.openpty()
        env = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "TERM": "dumb"}
        command = [sys.executable, "-m", "dashgen", "init", *arguments]
        self.process = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)
        self.shown = ""
        self.position = 0

    def until(self, words: str) -> None:
        """Reads until the words are shown, after all that was waited for before."""
        while words not in self.shown[self.position :]:
            assert self._read(), f"{words!r} was never shown:\n{self.shown}"
        self.position = self.shown.index(words, self.position) + len(words)

    def answer(self, question: str, text: str) -> None:
        self.until(question)
        os.write(self.ours, text.encode() + b"\n")

    def interrupt(self) -> None:
        """What ctrl-c does; without a controlling terminal the key itself is only a byte to read.

        Between a question and its reading Python notes a signal without acting on it: a second one wakes the read.
        """
        while self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(5)

    def end(self) -> int:
        """Its exit code, after everything it shows."""
        while self._read():
            pass
        return self.process.wait(60)

    def close(self) -> None:
        """Nothing is left of it, whatever the test found."""
        os.close(self.ours)
        self.process.kill()
        self.process.wait()

    def _read(self) -> bool:
        if not select.select([self.ours], [], [], 60)[0]:
            return False
        try:
            data = os.read(self.ours, 4096)
        except OSError:  # the other side is closed
            return False
        self.shown += data.decode(errors="replace")
        return bool(data)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Runs init in a terminal."""
    with ExitStack() as stack:

        def run(*arguments: str) -> Terminal:
            terminal = Terminal(tmp_path, *arguments)
            stack.callback(terminal.close)
            return terminal

        yield run


def test_a_terminal_is_asked_for_what_no_flag_says(start: Callable[..., Terminal], tmp_path: Path):
    terminal = start("help desk")
    terminal.answer("Name of the service [help-desk]: ", "Help Desk")
    terminal.until("write for example `help-desk`")
    terminal.answer("Name of the service [help-desk]: ", "")
    terminal.answer("Stack [chat]: ", "vlm")
    terminal.answer("Stack [chat]: ", "")
    terminal.answer("A model, as users call it: ", "gpt-4o")
    terminal.answer("Who serves gpt-4o: cloud (a provider) or local (our own GPUs) [cloud]: ", "clowd")
    terminal.answer("Who serves gpt-4o: cloud (a provider) or local (our own GPUs) [cloud]: ", "")
    terminal.answer("Another model (empty when there is none): ", "gpt-4o=local")
    terminal.until("already the name of another model")
    terminal.answer("Another model (empty when there is none): ", "qwen=local")
    terminal.answer("Another model (empty when there is none): ", "")
    terminal.answer("Team, a label of every alert (empty for none): ", "assist")
    terminal.answer("Version of Prometheus [2.42]: ", "3.5")
    terminal.answer("Scrape interval [30s]: ", "15")
    terminal.answer("Scrape interval [30s]: ", "15s")
    terminal.answer("Address of Grafana (empty for none): ", "grafana")
    terminal.answer("Address of Grafana (empty for none): ", "")
    terminal.answer("CI: github, gitlab or none [github]: ", "gitlab")
    assert terminal.end() == 0, terminal.shown
    assert "Next:" in terminal.shown
    folder = tmp_path / "help desk"
    assert is_clean(folder)
    text = (folder / "specs/help-desk.yaml").read_text()
    assert [line for line in text.splitlines() if line.startswith("  - name:")] == [
        "  - name: gpt-4o",
        "  - name: qwen",
    ]
    assert (folder / ".gitlab-ci.yml").is_file()


def test_a_terminal_is_not_asked_for_what_flags_say(start: Callable[..., Terminal], tmp_path: Path):
    flags = ("--name", "chat", "--stack", "cloud-only", "--model", "m", "--team", "t", "--ci", "none")
    more = ("--prometheus-version", "3.5", "--scrape-interval", "15s", "--grafana-url", "https://g.example.com")
    terminal = start("repo", *flags, *more)
    assert terminal.end() == 0, terminal.shown
    assert "]: " not in terminal.shown
    assert is_clean(tmp_path / "repo")


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["ctrl-c", "ctrl-d"])
def test_a_conversation_that_is_broken_off_leaves_nothing(start: Callable[..., Terminal], tmp_path: Path, key: str):
    terminal = start("repo")
    terminal.answer("Name of the service", "chat")
    terminal.until("Stack [chat]: ")
    if key == "\x03":
        terminal.interrupt()
    else:
        os.write(terminal.ours, key.encode())
    assert terminal.end() != 0
    assert "Traceback" not in terminal.shown
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("flags", [("--name", "X"), ("--stack", "vlm"), ("--target", "x"), ("--scrape-interval", "1")])
def test_a_wrong_flag_is_told_before_anything_is_asked(
    start: Callable[..., Terminal], tmp_path: Path, flags: tuple[str, str]
):
    terminal = start("repo", *flags)
    assert terminal.end() == 2
    assert f"{flags[0]}: " in terminal.shown
    assert "Name of the service" not in terminal.shown
    assert list(tmp_path.iterdir()) == []


def test_nobody_is_asked_anything_when_files_are_in_the_way(start: Callable[..., Terminal], tmp_path: Path):
    (tmp_path / "README.md").write_text("mine")
    terminal = start()
    assert terminal.end() == 2
    assert "these files exist already: README.md" in terminal.shown
    assert "Name of the service" not in terminal.shown
