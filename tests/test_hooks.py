"""The hooks other repositories take from this one with pre-commit."""

import re
import shlex
from pathlib import Path

import yaml

from dashgen.cli.app import COMMANDS
from dashgen.cli.build import build

HOOKS = yaml.safe_load((Path(__file__).parents[1] / ".pre-commit-hooks.yaml").read_text())


def test_every_hook_runs_a_command_there_is():
    assert "dashgen-build" in {hook["id"] for hook in HOOKS}
    for hook in HOOKS:
        program, command, *_ = shlex.split(hook["entry"])
        assert (program, command in COMMANDS) == ("dashgen", True)
        assert hook["name"]


def test_a_hook_judges_the_repository_not_single_files():
    for hook in HOOKS:
        assert (hook["language"], hook["pass_filenames"]) == ("python", False)
        assert re.search(hook["files"], "specs/chat.yaml")
        assert not re.search(hook["files"], "src/specs/chat.yaml")


def test_the_build_hook_checks_and_writes_nothing():
    hook = next(hook for hook in HOOKS if hook["id"] == "dashgen-build")
    assert hook["entry"].split()[2:] == ["--check"]
    assert "check" in build.__annotations__
