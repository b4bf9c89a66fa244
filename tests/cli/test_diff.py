"""``dashgen diff`` in real git repositories."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dashgen.cli import app

Run = Callable[..., tuple[int, str, str]]
SPEC = """\
name: support
models:
  - name: claude-sonnet-4-6
    route: cloud
    prices: {input: 3, output: 15}
sources:
  - kind: app
    selector: {job: support-api}
"""
SECOND_MODEL = "  - {name: gpt-9, route: cloud, prices: {input: 1, output: 2}}\n"


def git(*arguments: str) -> str:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *who, *arguments], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs dashgen in a folder that is no repository and holds one spec."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.delenv("NO_COLOR", raising=False)
    Path("specs").mkdir()
    Path("specs/support.yaml").write_text(SPEC)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dashgen", *arguments])
        with pytest.raises(SystemExit) as caught:
            app.main()
        captured = capsys.readouterr()
        return int(caught.value.code or 0), captured.out, captured.err

    return call


@pytest.fixture
def repo(run: Run) -> Run:
    """The same in a repository, everything built and committed on branch main."""
    assert run("build", "--quiet")[0] == 0
    git("init", "--quiet", "--initial-branch=main")
    commit()
    return run


def commit() -> None:
    git("add", "--all")
    git("commit", "--quiet", "--message=x")


def edit(old: str, new: str, path: str = "specs/support.yaml") -> None:
    text = Path(path).read_text()
    assert old in text
    Path(path).write_text(text.replace(old, new))


def rules(change: Callable[[list[dict]], None]) -> None:
    """Change the rules in out/, as if an older dashgen had written them."""
    import yaml

    path = Path("out/support/prometheus-rule.yaml")
    document = yaml.safe_load(path.read_text())
    for group in document["spec"]["groups"]:
        change(group["rules"])
    path.write_text(yaml.safe_dump(document))


def test_nothing_changed(repo: Run):
    commit_name = git("rev-parse", "--short=10", "HEAD").strip()
    code, out, err = repo("diff", "--exit-code")
    assert (code, err) == (0, "")
    assert out == f"compared with out at HEAD ({commit_name})\nsupport: nothing changed\n"


def test_a_threshold(repo: Run):
    edit("name: support\n", "name: support\nprofile: {ttft_p95: 1500ms}\n")
    code, out, _ = repo("diff")
    assert code == 0
    assert "page LLMTimeToFirstTokenHigh: fires above 2 -> above 1.5" in out
    assert "threshold 2 s -> 1.5 s" in out
    assert repo("diff", "--exit-code")[0] == 1


def test_another_model(repo: Run):
    edit("sources:", f"{SECOND_MODEL}sources:")
    out = repo("diff")[1]
    assert "model added: gpt-9\n" in out
    assert 'llm:price:usd_per_mtok: 4 series added: {model="gpt-9"}' in out


def test_a_page_that_becomes_a_ticket(repo: Run):
    def louder(items: list[dict]) -> None:
        for rule in items:
            if rule.get("alert") == "LLMSpendRateDoubled":
                rule["labels"]["severity"] = "page"

    rules(louder)
    commit()
    assert "! alert LLMSpendRateDoubled: PAGE -> TICKET: nobody is woken any more" in repo("diff")[1]


def test_a_removed_record(repo: Run):
    rules(lambda items: items.append({"record": "llm:gone:sum", "expr": "up"}))
    commit()
    assert "! llm:gone:sum: removed, dashboards or alerts elsewhere that read it go blank" in repo("diff")[1]


def test_layout_only(repo: Run):
    path = Path("out/support/cost.json")
    board = json.loads(path.read_text())
    board["panels"][1]["gridPos"]["y"] += 3
    path.write_text(json.dumps(board))
    rules(lambda _: None)
    commit()
    code, out, _ = repo("diff", "--exit-code")
    assert code == 0
    assert out.endswith("support: no change in meaning; 2 files differ only in layout\n")


def test_a_dirty_tree_is_not_what_it_is_compared_with(repo: Run):
    edit('"title"', '"was_title"', "out/support/cost.json")
    shutil.rmtree("out/support", ignore_errors=True)
    assert "support: nothing changed" in repo("diff")[1]


def test_revisions(repo: Run):
    edit("input: 3", "input: 4")
    repo("build", "--quiet")
    commit()
    assert "nothing changed" in repo("diff")[1]
    for revision in ("HEAD~1", "main~1", git("rev-parse", "HEAD~1").strip()):
        assert "llm:price:usd_per_mtok: 3 -> 4" in repo("diff", revision)[1], revision


def test_a_spec_that_is_new_and_one_that_is_gone(repo: Run):
    Path("specs/other.yaml").write_text(SPEC.replace("name: support", "name: other"))
    assert "other: new spec, nothing was there before" in repo("diff")[1]
    repo("build", "--quiet")
    commit()
    Path("specs/other.yaml").unlink()
    out = repo("diff")[1]
    assert "other: the spec is gone, and with it" in out
    assert "other" not in repo("diff", "HEAD", "specs/support.yaml")[1]


def test_the_first_build(run: Run):
    git("init", "--quiet", "--initial-branch=main")
    git("add", "specs")
    git("commit", "--quiet", "--message=x")
    code, out, err = run("diff")
    assert (code, out) == (2, "")
    assert "git does not track it now either" in err
    run("build", "--quiet")
    git("add", "out")
    code, out, _ = run("diff")
    assert code == 0
    assert "HEAD holds no out: everything is new" in out
    assert "support: new spec, nothing was there before" in out


def test_before_the_first_commit(run: Run):
    git("init", "--quiet", "--initial-branch=main")
    code, _, err = run("diff")
    assert code == 2
    assert "there is no commit yet" in err
    run("build", "--quiet")
    git("add", "--all")
    assert "there is no commit yet: everything is new" in run("diff")[1]


def test_not_a_repository(run: Run):
    assert "this is not a git repository, and there is no folder out: everything is new" in run("diff")[1]
    run("build", "--quiet")
    out = run("diff")[1]
    assert "this is not a git repository: compared with the folder out as it is" in out
    assert "support: nothing changed" in out
    code, out, err = run("diff", "main")
    assert (code, out) == (2, "")
    assert "main: no such folder, and this is not a git repository" in err


def test_a_folder(repo: Run, tmp_path: Path):
    shutil.copytree("out", "old/out")
    edit("input: 3", "input: 4")
    for argument in ("old/out", str(tmp_path / "old/out")):
        out = repo("diff", argument)[1]
        assert f"compared with the folder {argument}\n" in out
        assert "llm:price:usd_per_mtok: 3 -> 4" in out


def test_a_name_that_is_a_revision_and_a_folder(repo: Run):
    shutil.copytree("out", "main")
    out = repo("diff", "main")[1]
    assert "main is a revision and a folder: this is the revision; write main/ for the folder" in out
    assert "compared with out at main" in out
    assert "compared with the folder main\n" in repo("diff", "main/")[1]


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("nope", "no such revision in this repository, and no such folder"),
        ("main..HEAD", "no such revision"),
        ("main:out", "no such revision"),
        ("", "no such revision"),
        ("x" * 5000, "no such revision"),
        ("specs", "holds no output of dashgen"),
        ("out/support", "the output of one spec"),
        ("specs/support.yaml", "specs come second: dashgen diff HEAD specs/support.yaml"),
    ],
)
def test_what_it_cannot_be_compared_with(repo: Run, argument: str, words: str):
    code, out, err = repo("diff", argument)
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err


def test_an_option_is_never_given_to_git(repo: Run, tmp_path: Path):
    code, _, err = repo("diff", "--", f"--output={tmp_path}/made")
    assert code == 2
    assert "no such revision" in err
    assert not (tmp_path / "made").exists()


def test_broken_output_of_an_old_revision(repo: Run):
    Path("out/support/cost.json").write_text("{")
    commit()
    code, out, _ = repo("diff", "--exit-code")
    assert code == 1
    assert "cost.json: not compared, before it cannot be read: not JSON" in out
    assert "dashboard" not in out


def test_a_broken_manifest_hides_nothing(repo: Run):
    Path("out/support/.dashgen-manifest.json").write_text("{")
    rules(lambda items: items.append({"record": "llm:gone:sum", "expr": "up"}))
    commit()
    assert "llm:gone:sum: removed" in repo("diff")[1]


def test_files_that_are_not_ours_are_left_alone(repo: Run):
    Path("out/support/mine.json").write_text("{")
    Path("out/readme.md").write_text("x")
    Path("out/theirs").mkdir()
    Path("out/theirs/a.json").write_text("{}")
    commit()
    assert "support: nothing changed" in repo("diff")[1]


def test_inside_a_hook_and_below_the_top(repo: Run, monkeypatch: pytest.MonkeyPatch):
    Path("deploy").mkdir()
    for name in ("specs", "out"):
        Path(name).rename(f"deploy/{name}")
    commit()
    monkeypatch.chdir("deploy")
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    assert "support: nothing changed" in repo("diff")[1]


def test_out_elsewhere(repo: Run):
    Path("gitops [x]/äö").mkdir(parents=True)
    Path("out").rename("gitops [x]/äö/out")
    commit()
    assert "support: nothing changed" in repo("diff", "--out", "gitops [x]/äö/out")[1]


def test_without_git(repo: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git cannot be used: compared with the folder out as it is" in repo("diff")[1]
    code, _, err = repo("diff", "main")
    assert code == 3
    assert "git is not installed" in err


def test_markdown_into_a_file(repo: Run):
    edit("input: 3", "input: 4")
    assert repo("diff", "--format", "markdown", "--output", "comment.md") == (0, "", "")
    text = Path("comment.md").read_text()
    assert text.startswith("### What this change means\n")
    assert "- `llm:price:usd_per_mtok`: `3` -> `4` for" in text
    assert repo("diff", "--output", "comment.md")[0] == 0
    assert Path("comment.md").read_text().startswith("compared with out at HEAD")
    assert repo("diff", "--output", "-")[1].startswith("compared with")


def test_a_file_of_somebody_else_is_not_overwritten(repo: Run):
    for path in ("specs/support.yaml", "out"):
        code, _, err = repo("diff", "--output", path)
        assert code == 2
        assert "no report that dashgen wrote" in err
    assert Path("specs/support.yaml").read_text() == SPEC
    assert repo("diff", "--output", "no/such/folder.md")[0] == 3


def test_hostile_names_do_not_reach_the_terminal(repo: Run):
    edit("sources:", '  - {name: "a`b @all \\e[31m \\u202e $x", route: cloud, prices: {input: 1, output: 2}}\nsources:')
    for form in ("text", "markdown"):
        code, out, _ = repo("diff", "--format", form)
        assert code == 0
        assert "model added" in out
        assert not set("\x1b\u202e") & set(out)
    assert "``a`b @all" in repo("diff", "--format", "markdown")[1]


def test_colour(repo: Run):
    edit("input: 3", "input: 4")
    assert "\x1b[" in repo("diff", "--color", "always")[1]
    assert "\x1b[" not in repo("diff")[1]


def test_a_broken_spec_is_a_message(repo: Run):
    edit("route: cloud", "route: clowd")
    code, out, err = repo("diff")
    assert (code, out) == (2, "")
    assert "specs/support.yaml:4:12" in err


def test_a_repository_git_refuses(repo: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    git("clone", "--quiet", "--bare", ".", "bare.git")
    monkeypatch.chdir("bare.git")
    shutil.copytree(tmp_path / "specs", "specs")
    code, _, err = repo("diff")
    assert code == 2
    assert "git says: this operation must be run in a work tree" in err
    assert "compare with a folder instead" in err
