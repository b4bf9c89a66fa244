"""The file of an extension: found, loaded without a trace, and blamed by line."""

from __future__ import annotations

import sys

import pytest

from tests.extension.world import HEAD, body, extended, plain, refused


def test_the_function_gets_the_bundle_and_the_spec(tmp_path):
    made = extended(tmp_path, body('return add_row(bundle, "cost", row(panel(title=spec.name)))'))
    assert made.bundle.dashboards[1].rows[-1].panels[0].title == "t"
    assert made.plain == plain()


def test_a_spec_without_an_extension_keeps_its_bundle(tmp_path):
    made = extended(tmp_path, "", "null")
    assert made.bundle is made.plain


def test_no_code_runs_when_extensions_are_off(tmp_path, capsys):
    made = extended(tmp_path, "raise SystemExit", enabled=False)
    assert made.bundle is made.plain
    assert "t.yaml: built without './panels.py:fn' (--no-extend)" in capsys.readouterr().err


def test_the_file_is_relative_to_the_spec_not_to_where_dashgen_runs(tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    extended(tmp_path, body("return bundle"))


def test_nothing_is_left_behind(tmp_path):
    path, modules = list(sys.path), set(sys.modules)
    extended(tmp_path, "import dataclasses\n" + body("return bundle"))
    assert sys.path == path
    assert not {name for name in set(sys.modules) - modules if "extension_" in name}
    assert sorted(each.name for each in tmp_path.iterdir()) == ["panels.py", "t.yaml"]


def test_two_files_of_one_name_do_not_meet(tmp_path):
    titles = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        code = f"TITLE = {name!r}\n" + body('return add_row(bundle, "cost", row(panel(title=TITLE)))')
        titles.append(extended(tmp_path / name, code).bundle.dashboards[1].rows[-1].panels[0].title)
    assert titles == ["a", "b"]


def test_a_module_with_dataclasses_and_postponed_annotations_loads(tmp_path):
    (tmp_path / "own.py").write_text(
        "from __future__ import annotations\nfrom dataclasses import dataclass\nfrom typing import ClassVar\n"
        "@dataclass\nclass Limit:\n    kind: ClassVar[str] = 'x'\n    value: int = 3\n"
        "def fn(bundle, spec):\n    assert Limit(4).value == 4\n    return bundle\n"
    )
    extended(tmp_path, "", "./own.py:fn")


def test_what_an_extension_prints_goes_to_stderr(tmp_path, capsys):
    extended(tmp_path, "print('loading')\n" + body("print('running'); return bundle"))
    out, err = capsys.readouterr()
    assert (out, err) == ("", "loading\nrunning\n")


@pytest.mark.parametrize(
    "value", ["./panels.py", '"panels.py:"', '":fn"', "./panels.py:not-a-name", '"./panels.py:fn()"']
)
def test_a_value_of_another_shape(tmp_path, value):
    (problem,) = refused(tmp_path, body("return bundle"), value)
    assert "write for example `extend: ./panels.py:extra`" in problem


def test_a_file_that_is_not_there(tmp_path):
    (problem,) = refused(tmp_path, "", "./pannels.py:fn")
    assert f"`extend` names {tmp_path}/pannels.py, which does not exist" in problem


def test_a_folder_instead_of_a_file(tmp_path):
    (tmp_path / "panels").mkdir()
    (problem,) = refused(tmp_path, "", "./panels:fn")
    assert "which cannot be read: Is a directory" in problem


def test_a_function_that_is_not_there(tmp_path):
    (problem,) = refused(tmp_path, "def extra(bundle, spec):\n    return bundle\n")
    assert "panels.py has no function fn" in problem
    assert "it has board, extra, my_ticket, panel, row" in problem


def test_a_name_that_is_no_function(tmp_path):
    (problem,) = refused(tmp_path, "fn = 3\n")
    assert "fn is no function in" in problem


def test_code_that_does_not_parse(tmp_path):
    (problem,) = refused(tmp_path, "def fn(bundle, spec)\n    return bundle\n")
    line = HEAD.count("\n") + 1
    assert f"panels.py:{line}: expected ':': `def fn(bundle, spec)`" in problem


def test_code_that_is_not_text(tmp_path):
    (tmp_path / "bad.py").write_bytes(b"x = '\xff'\n\x00")
    (problem,) = refused(tmp_path, "", "./bad.py:fn")
    assert "a file of Python code" in problem


@pytest.mark.parametrize(
    ("raised", "shown"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise ValueError('two\\nlines')", "ValueError: two lines"),
        ("raise RuntimeError", "RuntimeError\n"),
        (
            "add_row(bundle, 'costs', None)",
            "LookupError: no dashboard 'costs'; there are service-health, cost, behavior",
        ),
        ("add_panels(bundle, 'cost', 'nope', panel())", "LookupError: no row 'nope' in cost; there are "),
    ],
)
def test_a_function_that_raises_is_blamed_by_line_of_its_file(tmp_path, raised, shown):
    (problem,) = refused(tmp_path, body(raised))
    line = HEAD.count("\n") + 2
    assert f"fn in ./panels.py failed: {shown}" in problem
    assert f"correct {tmp_path}/panels.py:{line}: `{raised}`" in problem.replace("\\n", "\\n")
    assert "Traceback" not in problem


def test_a_file_that_raises_while_loading(tmp_path):
    (problem,) = refused(tmp_path, "import no_such_module\n")
    assert "panels.py cannot be loaded: ModuleNotFoundError: No module named 'no_such_module'" in problem
    assert ": `import no_such_module`" in problem


def test_a_function_of_other_parameters(tmp_path):
    (problem,) = refused(tmp_path, "def fn():\n    pass\n")
    assert "fn in ./panels.py failed: TypeError: fn() takes 0 positional arguments but 2 were given" in problem


def test_ctrl_c_is_not_swallowed(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        extended(tmp_path, body("raise KeyboardInterrupt"))
