"""The README's console sessions, run; its spec, loaded; its alert names, compared with the code."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dashgen.alerts import alerts
from dashgen.catalogue.loader import load
from dashgen.lint.report.markdown import table
from dashgen.spec.load import load_specs
from tests.specs import variety

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
RULES = re.compile(r"(<!-- rules: .*? -->\n)(.*?)(<!-- end rules -->)", re.DOTALL)
SESSIONS = re.findall(r"```console\n\$ (dashgen .*)\n((?:.*\n)*?)```", README)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("specs", "out"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copytree(ROOT / "tests" / "examples", folder, dirs_exist_ok=True)
    # What the session about `diff` compares with.
    build = [sys.executable, "-m", "dashgen", "build", "support.yaml", "--out", "out-support", "--quiet"]
    subprocess.run(build, cwd=folder, check=True)
    return folder


def squeezed(line: str) -> str:
    """A line with runs of blanks folded and numbers hidden: layout and counts may change, words may not."""
    return re.sub(r"\b\d+\b", "N", re.sub(r" {2,}", "  ", line.rstrip()))


def test_there_are_sessions():
    assert len(SESSIONS) >= 5


@pytest.mark.parametrize(("command", "shown"), SESSIONS, ids=[command for command, _ in SESSIONS])
def test_session(checkout, command, shown):
    done = subprocess.run(
        [sys.executable, "-m", *command.split()],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    printed = [squeezed(line) for line in (done.stdout + done.stderr).splitlines() if line]
    position = 0
    for line in filter(None, shown.splitlines()):
        if line == "…":
            continue
        wanted = squeezed(line)
        assert wanted in printed[position:], f"{command} does not print {line!r}:\n{done.stdout}{done.stderr}"
        position += printed[position:].index(wanted) + 1


def test_the_spec_of_the_readme_loads(tmp_path):
    text = re.search(r"```yaml\n(name: support\n.*?)```", README, re.DOTALL)[1]
    path = tmp_path / "support.yaml"
    path.write_text(text)
    assert load_specs([path])[0].spec == load_specs([ROOT / "tests/examples/support.yaml"])[0].spec


def test_every_alert_is_in_the_readme_and_only_those():
    named = set(re.findall(r"`(LLM\w+)`", README))
    built = {alert.name for spec in variety().values() for alert in alerts(spec)}
    assert named == built


def test_exactly_two_set_up_commands():
    assert len(re.findall(r"```sh\n.+\n```", README)) == 2


def contract() -> str:
    """The table of instruments, as the README shows it."""
    lines = ["| instrument | kind | unit | labels | what it counts |", "|---|---|---|---|---|"]
    for metric in load("app").metrics:
        labels = [label for label in metric.labels if not label.startswith("otel_")]
        cells = (f"`{metric.instrument}`", metric.type, metric.unit, ", ".join(labels), metric.meaning)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def test_the_contract_of_the_readme_is_that_of_the_catalogue():
    shown = re.search(r"<!-- contract: .*? -->\n(.*?)\n<!-- end -->", README, re.DOTALL)[1]
    assert shown == contract()


def rules() -> str:
    """The table of checks, as the README shows it."""
    return "".join(f"{line}\n" for line in table())


def test_the_checks_of_the_readme_are_those_there_are():
    """After a change: ``python -m tests.test_readme`` writes the table again."""
    assert RULES.search(README)[2] == rules()


if __name__ == "__main__":
    (ROOT / "README.md").write_text(RULES.sub(lambda found: found[1] + rules() + found[3], README))
