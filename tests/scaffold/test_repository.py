"""What every new repository must be: buildable, in step with its output, and with CI that can succeed."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from dashgen.cli.app import COMMANDS
from dashgen.errors import InputError
from dashgen.scaffold import stacks
from dashgen.scaffold.answers import Answers, Served
from dashgen.scaffold.check import check
from dashgen.scaffold.render import repository_texts, spec_text
from dashgen.scaffold.repository import repository
from dashgen.scaffold.write import write
from dashgen.spec.checks import known
from dashgen.spec.load import load_specs

ROOT = Path(__file__).parents[2]
# What needs a network, or a machine of the CI provider's.
INSTALLS = ("pip install", "python3 -m venv", "apt-get", "sudo apt-get")


def answers(stack: str = "chat", **more: object) -> Answers:
    found = stacks.find(stack)
    models = tuple(Served(f"{route}-model", route) for route in found.routes)
    return Answers(**{"name": "support", "stack": found, "models": models, "requirement": "dashgen", **more})


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A line of a shell script, with the dashgen of this interpreter first in the path."""
    path = folder.parent / "bin"
    path.mkdir(exist_ok=True)
    shim = path / "dashgen"
    shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m dashgen "$@"\n')
    shim.chmod(0o755)
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{path}:{os.environ['PATH']}"}
    return subprocess.run(["sh", "-ec", command], cwd=folder, env=env, capture_output=True, text=True, check=False)


def steps(ci: str, texts: dict[str, str]) -> list[str]:
    """The shell lines of the CI file."""
    if ci == "github":
        jobs = yaml.safe_load(texts[".github/workflows/dashgen.yml"])["jobs"]
        return [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    return list(yaml.safe_load(texts[".gitlab-ci.yml"])["dashgen"]["script"])


def made(folder: Path, given: Answers) -> dict[str, str]:
    """A repository on disk; its texts."""
    files = repository(folder, given, COMMANDS)
    write(folder, files)
    return {name: content.decode() for name, content in files.items()}


@pytest.mark.parametrize("stack", sorted(stacks.available()))
@pytest.mark.parametrize("ci", ["github", "gitlab"])
def test_every_step_of_ci_succeeds_at_the_first_commit(tmp_path: Path, stack: str, ci: str):
    texts = made(tmp_path / "repo", answers(stack, ci=ci))
    commands = [line for line in steps(ci, texts) if not line.startswith(INSTALLS)]
    assert "dashgen build --check" in commands
    for command in commands:
        done = run(command, tmp_path / "repo")
        assert done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"


def test_every_command_of_the_readme_and_the_hooks_succeeds(tmp_path: Path):
    texts = made(tmp_path / "repo", answers())
    shown = re.search(r"```sh\n(.*?)```", texts["README.md"], re.DOTALL)[1].splitlines()
    hooks = yaml.safe_load(texts[".pre-commit-config.yaml"])["repos"][0]["hooks"]
    commands = [line for line in shown if not line.startswith(INSTALLS)] + [hook["entry"] for hook in hooks]
    assert len(commands) >= 3
    for command in commands:
        done = run(command, tmp_path / "repo")
        assert done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("ci", ["github", "gitlab"])
def test_ci_uses_the_commands_there_are(ci: str):
    few = steps(ci, repository_texts(answers(ci=ci), {"build"}))
    assert [line for line in few if line.startswith("dashgen")] == ["dashgen build --check"]
    many = steps(ci, repository_texts(answers(ci=ci), {"build", "lint", "test", "diff"}))
    wanted = ["dashgen build --check", "dashgen lint", "dashgen test"]
    assert [line for line in many if line.startswith("dashgen")] == wanted
    assert any("prometheus" in line for line in many)


@pytest.mark.skipif("diff" not in COMMANDS, reason="no command to say what changed")
@pytest.mark.parametrize("ci", ["github", "gitlab"])
def test_the_optional_step_says_what_a_change_means(tmp_path: Path, ci: str):
    repo = tmp_path / "repo"
    texts = made(repo, answers("cloud-only", ci=ci))
    commit = "git add -A && git -c user.name=x -c user.email=x@example.com commit -qm x"
    assert run(f"git init -q && {commit}", repo).returncode == 0
    spec = repo / "specs/support.yaml"
    spec.write_text(spec.read_text().replace("profile: chat", "profile: autocomplete"))
    assert run(f"dashgen build && {commit}", repo).returncode == 0
    commented = {
        name: re.sub(r"^( +)# (- (?:run|dashgen)|  if:)", r"\1\2", text, flags=re.MULTILINE)
        for name, text in texts.items()
    }
    extra = [line for line in steps(ci, commented) if line not in steps(ci, texts)]
    assert len(extra) == 1
    before = "export GITHUB_STEP_SUMMARY=changes.md CI_MERGE_REQUEST_DIFF_BASE_SHA=$(git rev-parse HEAD^1)"
    done = run(f"{before}; {extra[0]}", repo)
    assert done.returncode == 0, done.stderr
    assert "LLMTimeToFirstTokenHigh" in (repo / "changes.md").read_text()


@pytest.mark.parametrize(
    ("ci", "file"), [("github", ".github/workflows/dashgen.yml"), ("gitlab", ".gitlab-ci.yml"), ("none", "")]
)
def test_one_ci_is_written_or_none(ci: str, file: str):
    texts = repository_texts(answers(ci=ci), COMMANDS)
    assert [name for name in texts if name.endswith((".yml", "ci.yml"))] == ([file] if file else [])


def test_a_commit_does_not_hold_what_tools_leave_behind():
    ignored = repository_texts(answers(), COMMANDS)[".gitignore"].splitlines()
    assert ".venv/" in ignored
    assert not {"out/", "wheels/", "*.whl"} & set(ignored)


@pytest.mark.parametrize("stack", sorted(stacks.available()))
def test_every_line_that_is_commented_out_is_a_valid_example(stack: str, tmp_path: Path):
    text = spec_text(answers(stack))
    examples = list(re.finditer(r"^( *)# (?!check:)([a-z_]+: )", text, re.MULTILINE))
    assert len(examples) >= 5
    for example in examples:
        path = tmp_path / "spec.yaml"
        path.write_text(f"{text[: example.start()]}{example[1]}{example[2]}{text[example.end() :]}")
        load_specs([path])


@pytest.mark.parametrize("stack", sorted(stacks.available()))
def test_a_guess_is_marked(stack: str):
    text = spec_text(answers(stack))
    selectors = [line for line in text.splitlines() if "selector:" in line]
    assert selectors
    assert [line for line in selectors if "# check: " not in line] == []


def test_everything_said_is_in_the_spec():
    spec = check(
        answers(
            "cloud-only",
            models=(Served("gpt-4o", "cloud"), Served("a: b # {c}", "cloud")),
            team="assist: #1",
            prometheus_version="3.5",
            scrape_interval="15s",
            grafana_url="https://grafana.example.com",
            targets=("prometheus-rule",),
        )
    )
    assert [(model.name, model.route) for model in spec.models] == [("gpt-4o", "cloud"), ("a: b # {c}", "cloud")]
    assert (spec.team, spec.prometheus.version) == ("assist: #1", "3.5")
    assert spec.prometheus.scrape_interval.total_seconds() == 15
    assert (spec.grafana.url, spec.targets) == ("https://grafana.example.com", ("prometheus-rule",))


def test_what_was_not_said_is_what_the_spec_assumes():
    spec = check(answers("cloud-only"))
    fields = type(spec).model_fields
    assert {spec.team, spec.grafana.url} == {None}
    assert (spec.prometheus, spec.targets) == (type(spec.prometheus)(), fields["targets"].default)


def test_local_models_bring_their_engine_and_gpus_and_cloud_models_do_not():
    cloud = check(answers(models=(Served("m", "cloud"),)))
    local = check(answers(models=(Served("m", "local"),)))
    assert [source.kind for source in cloud.sources] == ["app"]
    assert [source.kind for source in local.sources] == ["app", "vllm", "dcgm-exporter"]


@pytest.mark.parametrize(
    ("more", "flag", "words"),
    [
        ({"name": "Chat Bot"}, "--name", "write for example `chat-bot`"),
        ({"name": "../../etc"}, "--name", "so it is no path"),
        ({"name": "x\nmodels: []"}, "--name", "lower-case letters"),
        ({"name": "a-name-that-is-too-long-for-uids"}, "--name", "Grafana's limit"),
        ({"team": ""}, "--team", "1 to 256 characters"),
        ({"models": (Served("", "cloud"),)}, "--model", "1 to 256 characters"),
        ({"models": (Served("m\udc80", "cloud"),)}, "--model", "not UTF-8"),
        ({"models": (Served("m\x00", "cloud"),)}, "--model", "NUL"),
        ({"models": (Served("m", "cloud"), Served("m", "local"))}, "--model", "already the name of another model"),
        ({"prometheus_version": "2.30"}, "--prometheus-version", "2.42 or newer"),
        ({"scrape_interval": "10m"}, "--scrape-interval", "at most 5m"),
        ({"scrape_interval": "15"}, "--scrape-interval", "a duration"),
        ({"grafana_url": 'https://x"y'}, "--grafana-url", "without spaces, quotes"),
        ({"targets": ("json",)}, "--target", 'unknown target "json"'),
        ({"requirement": "--index-url https://x"}, "--requirement", "no requirement"),
        ({"requirement": "dashgen\n--index-url https://x"}, "--requirement", "no requirement"),
    ],
)
def test_a_wrong_answer_is_told_by_its_flag_in_the_words_of_specs(
    tmp_path: Path, more: dict[str, object], flag: str, words: str
):
    with pytest.raises(InputError) as caught:
        repository(tmp_path, answers(**more), COMMANDS)
    assert {problem.where.file for problem in caught.value.problems} == {flag}
    assert words in str(caught.value)
    assert not re.search(r"\d+:\d+", str(caught.value))


@pytest.mark.parametrize("target", known.targets())
def test_a_repository_of_any_target_is_in_step_or_says_what_is_missing(tmp_path: Path, target: str):
    try:
        made(tmp_path / "repo", answers("cloud-only", targets=(target,)))
    except InputError as error:
        assert {problem.where.file for problem in error.problems} == {"--target"}
        return
    assert run("dashgen build --check", tmp_path / "repo").returncode == 0


def test_all_wrong_answers_are_told_at_once():
    with pytest.raises(InputError) as caught:
        check(
            answers(name="X", team="", prometheus_version="new", scrape_interval="1", grafana_url="x", targets=("y",))
        )
    wanted = ["--name", "--team", "--prometheus-version", "--scrape-interval", "--grafana-url", "--target"]
    assert [problem.where.file for problem in caught.value.problems] == wanted


def test_the_same_answers_give_the_same_bytes_wherever_they_go(tmp_path: Path):
    assert repository(tmp_path, answers(), COMMANDS) == repository(Path("elsewhere"), answers(), COMMANDS)


def test_runbook_templates_that_are_there_already_are_used(tmp_path: Path):
    template = tmp_path / "repo/rules/LLMErrorRateHigh/runbook.md.j2"
    template.parent.mkdir(parents=True)
    template.write_text("Ask Anna.\n")
    texts = made(tmp_path / "repo", answers("cloud-only", targets=("runbooks",)))
    assert any("Ask Anna." in text for name, text in texts.items() if name.startswith("out/"))
    assert run("dashgen build --check", tmp_path / "repo").returncode == 0
