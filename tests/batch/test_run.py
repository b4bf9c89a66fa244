"""Real specs in a repository and with a cache of their own: what is compiled, and what must not be believed."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import tomllib
from contextlib import nullcontext
from pathlib import Path

import pytest
import yaml

from dashgen.batch import inputs, run, workers
from dashgen.batch.cache import MOST, Cache, cache_folder
from dashgen.batch.run import Batch, compile_all
from dashgen.emit.output import check, plan
from dashgen.emit.publish import publish
from dashgen.errors import InputError
from tests.bench.many import document

QUIET = nullcontext(lambda: None)
NUMBERS = range(3)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "specs").mkdir()
    for number in NUMBERS:
        write(tmp_path, number)
    monkeypatch.chdir(tmp_path)
    # dashgen itself may be edited while its tests run; the tests of its hash turn this off.
    monkeypatch.setattr(run, "generator_changed", lambda: False)
    monkeypatch.setattr(run, "running_generator", lambda: "this dashgen")
    return tmp_path


def write(repo: Path, number: int, **changes: object) -> Path:
    path = repo / "specs" / f"{number}.yaml"
    path.write_text(yaml.safe_dump(document(number) | changes))
    return path


def compiled(repo: Path, *, use_cache: bool = True, jobs: int = 1) -> Batch:
    files = sorted((repo / "specs").glob("*.yaml"))
    cache = Cache(repo / "cache") if use_cache else None
    return compile_all(files, repo / "out", jobs=jobs, cache=cache, extensions=True, watch=lambda _: QUIET)


def build(repo: Path, **options: bool) -> Batch:
    batch = compiled(repo, **options)
    publish(repo / "out", plan(repo / "out", [each.output for each in batch.specs]))
    return batch


def truth(repo: Path) -> dict[str, dict[str, str]]:
    """Output name -> file -> digest, compiled for certain."""
    return {each.output.name: dict(each.output.digests) for each in compiled(repo, use_cache=False).specs}


def test_nothing_is_compiled_twice(repo: Path):
    first, second = build(repo), build(repo)
    assert (first.compiled, second.compiled) == (len(NUMBERS), 0)
    assert [each.summary for each in second.specs] == [each.summary for each in first.specs]
    assert [each.output.digests for each in second.specs] == [each.output.digests for each in first.specs]


def test_only_what_changed_is_compiled(repo: Path):
    build(repo)
    write(repo, 1, title="Other")
    assert build(repo).compiled == 1
    assert {each.output.name: dict(each.output.digests) for each in compiled(repo).specs} == truth(repo)


def test_a_spec_that_changed_back_is_compiled_when_the_output_is_another(repo: Path):
    build(repo)
    write(repo, 1, title="Other")
    build(repo)
    write(repo, 1)
    assert build(repo).compiled == 1


def outputs(repo: Path) -> list[Path]:
    return sorted(path for path in (repo / "out").rglob("*") if path.is_file())


@pytest.mark.parametrize("damage", ["edited", "truncated", "gone", "link", "folder"])
def test_a_hit_is_believed_only_for_the_very_bytes(repo: Path, damage: str):
    """Each file of an output, manifest included: same size and times do not help."""
    build(repo)
    for path in outputs(repo):
        content, times = path.read_bytes(), path.stat()
        if damage == "edited":
            path.write_bytes(content[:-2] + b"x" + content[-1:])
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        elif damage == "truncated":
            path.write_bytes(content[: len(content) // 2])
        else:
            path.rename(repo / "moved")
        if damage == "link":
            path.symlink_to(repo / "moved")
        elif damage == "folder":
            path.mkdir()
        assert compiled(repo).compiled == 1, path
        if damage == "folder":
            path.rmdir()
        path.unlink(missing_ok=True)
        path.write_bytes(content)
        (repo / "moved").unlink(missing_ok=True)
    assert compiled(repo).compiled == 0


def test_a_file_of_ours_that_is_no_longer_made_is_seen(repo: Path):
    build(repo)
    manifest = next((repo / "out").rglob(".dashgen-manifest.json"))
    (manifest.parent / "old.json").write_text("x")
    data = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(data | {"files": {**data["files"], "old.json": "0"}}))
    assert compiled(repo).compiled == 1


def test_damaged_entries_are_misses(repo: Path):
    build(repo)
    for entry in (repo / "cache").iterdir():
        data = entry.read_bytes()
        for bad in (b"", b"\n", b"{}", data[:-1], data.replace(b'"counts"', b'"caunts"'), b"\xff" * 200):
            entry.write_bytes(bad)
            assert compiled(repo).compiled == 1
        entry.unlink()
        entry.mkdir()
        assert compiled(repo).compiled == 1
        entry.rmdir()
        entry.write_bytes(data)
    # An entry under the name of another one.
    one, other = sorted((repo / "cache").iterdir())[:2]
    other.write_bytes(one.read_bytes())
    assert compiled(repo).compiled == 1


@pytest.mark.parametrize("obstacle", ["file", "read-only"])
def test_a_cache_that_cannot_be_written_is_no_error(repo: Path, obstacle: str, monkeypatch: pytest.MonkeyPatch):
    if obstacle == "file":
        (repo / "cache").write_text("x")
    else:
        real = Path.write_bytes

        def refuse(path: Path, data: bytes) -> int:
            if path.parent.name == "cache":
                raise PermissionError
            return real(path, data)

        monkeypatch.setattr(Path, "write_bytes", refuse)
    assert build(repo).compiled == len(NUMBERS)
    assert build(repo).compiled == len(NUMBERS)
    assert {each.output.name: dict(each.output.digests) for each in compiled(repo).specs} == truth(repo)


def test_extended_specs_are_never_remembered(repo: Path):
    (repo / "specs/panels.py").write_text("def more(bundle, spec):\n    return bundle\n")
    write(repo, 0, extend="./panels.py:more")
    build(repo)
    assert build(repo).compiled == 1


def test_a_file_renamed_is_another_input(repo: Path):
    build(repo)
    (repo / "specs/0.yaml").rename(repo / "specs/9.yaml")
    assert build(repo).compiled == 1
    assert compiled(repo).compiled == 0


def test_rules_of_the_repository_are_inputs(repo: Path):
    build(repo)
    (repo / "rules/LLMErrorRateHigh").mkdir(parents=True)
    (repo / "rules/LLMErrorRateHigh/runbook.md.j2").write_text("ours")
    assert build(repo).compiled == len(NUMBERS)
    assert compiled(repo).compiled == 0
    (repo / "rules/LLMErrorRateHigh/runbook.md.j2").write_text("0urs")
    assert compiled(repo).compiled == len(NUMBERS)


def test_linked_folders_of_rules_are_not_remembered(repo: Path):
    (repo / "elsewhere").mkdir()
    (repo / "rules").mkdir()
    (repo / "rules/x").symlink_to(repo / "elsewhere")
    build(repo)
    assert build(repo).compiled == len(NUMBERS)


def test_a_spec_edited_while_it_is_compiled_is_not_remembered(repo: Path, monkeypatch: pytest.MonkeyPatch):
    """Even when it is edited back: what was read in between is not known."""
    path = repo / "specs/1.yaml"
    content, real = path.read_bytes(), run._load

    def load(*arguments: object) -> object:
        write(repo, 1, title="Only for a moment")
        loaded = real(*arguments)
        path.unlink()
        path.write_bytes(content)
        return loaded

    with monkeypatch.context() as patch:
        patch.setattr(run, "_load", load)
        build(repo)
    build(repo)
    assert check(repo / "out", [each.output for each in compiled(repo, use_cache=False).specs]) == []


def test_a_dashgen_replaced_while_it_runs_remembers_nothing(repo: Path, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patch:
        patch.setattr(run, "generator_changed", lambda: True)
        build(repo)
    assert build(repo).compiled == len(NUMBERS)
    assert build(repo).compiled == 0
    monkeypatch.setattr(run, "running_generator", lambda: "another dashgen")
    assert compiled(repo).compiled == len(NUMBERS)


def test_errors_of_every_spec_come_in_file_order(repo: Path):
    build(repo)
    write(repo, 0, profile="chatt")
    write(repo, 2, profile="chatt")
    (repo / "specs/3.yaml").write_text((repo / "specs/1.yaml").read_text())
    with pytest.raises(InputError) as caught:
        compiled(repo)
    found = [(Path(problem.where.file).name, problem.found) for problem in caught.value.problems]
    assert [file for file, _ in found] == ["0.yaml", "2.yaml", "3.yaml"]
    assert "is already taken by" in found[2][1]


def test_two_specs_of_one_name_are_found_when_one_is_remembered(repo: Path):
    build(repo)
    write(repo, 2, name=document(0)["name"])
    with pytest.raises(InputError, match=r"2\.yaml.* already taken by .*0\.yaml"):
        compiled(repo)


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_workers_make_what_one_process_makes(repo: Path, monkeypatch: pytest.MonkeyPatch):
    for number in range(3, 12):
        write(repo, number)
    alone = compiled(repo, use_cache=False, jobs=1)
    for start in ("fork", "spawn"):
        monkeypatch.setattr(workers, "_context", lambda start=start: multiprocessing.get_context(start))
        assert compiled(repo, use_cache=False, jobs=2) == alone


def test_failures_of_extensions_are_reported_together(repo: Path):
    (repo / "specs/panels.py").write_text("def more(bundle, spec):\n    raise ValueError(spec.name)\n")
    for number in range(12):
        write(repo, number, **({"extend": "./panels.py:more"} if number % 4 == 1 else {}))
    messages = []
    for jobs in (1, 3):
        with pytest.raises(InputError) as caught:
            compiled(repo, jobs=jobs)
        messages.append(str(caught.value))
        assert len(caught.value.problems) == 3
    assert messages[0] == messages[1]


def test_old_entries_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("dashgen.batch.cache.MOST", 10)
    for number in range(11):
        (tmp_path / f"{number}.json").touch()
        os.utime(tmp_path / f"{number}.json", (number, number))
    Cache(tmp_path).prune()
    assert {path.name for path in tmp_path.iterdir()} == {f"{number}.json" for number in range(6, 11)}
    assert MOST > 1000


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("DASHGEN_CACHE", "off")
    assert cache_folder() is None
    monkeypatch.delenv("DASHGEN_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "dashgen"
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for value in ("", "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", value)
        assert cache_folder() == tmp_path / "home/.cache/dashgen"


def test_every_file_of_dashgen_is_an_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    package = tmp_path / "dashgen"
    shutil.copytree(Path(inputs.dashgen.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(inputs.dashgen, "__file__", str(package / "__init__.py"))
    monkeypatch.setattr(inputs, "packaged_rules", lambda: tmp_path / "rules")
    (tmp_path / "rules").mkdir()
    seen = {inputs.hash_generator()}
    for path in (package / "signals/raw.py", package / "catalogue/data/vllm.yaml", tmp_path / "rules/new"):
        with path.open("ab") as file:
            file.write(b"#")
        seen.add(inputs.hash_generator())
    (package / "signals/raw.py").rename(package / "signals/raw2.py")
    seen.add(inputs.hash_generator())
    assert len(seen) == 5
    (package / "__pycache__").mkdir()
    (package / "__pycache__/x.pyc").write_bytes(b"x")
    assert inputs.hash_generator() in seen


def test_every_dependency_that_shapes_output_is_an_input():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    named = {line.split(">")[0] for line in project["dependencies"]}
    assert named - inputs.DEPENDENCIES == {"rich", "typer"}
    assert {name for name, _ in inputs._dependencies()} >= {"grafanalib-0.7.1.dist-info"}
