"""Templates of runbooks that users write: which one wins, and how their mistakes are told."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dashgen.assemble import assemble
from dashgen.errors import InputError, OutputError
from dashgen.folders import own_rules
from dashgen.model import PanelRef, RuleGroup
from tests.emit.test_runbooks import SECTIONS, built, pages, section
from tests.markdown import headings
from tests.specs import chat, spec


def write(folder, name, text):
    path = folder / name / "runbook.md.j2"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_an_alert_without_a_template_gets_the_base():
    bundle = assemble(chat())
    ours = replace(
        next(iter(bundle.alerts())),
        name="OursIsSlow",
        severity="ticket",
        description="{{ $labels.model }} is slow, {{ $value | humanize }} s. More <b>text</b>.",
        panel=PanelRef("service-health", "nowhere"),
    )
    made = pages(chat(), bundle=replace(bundle, groups=(*bundle.groups, RuleGroup("g", (ours,)))))
    assert headings(made["OursIsSlow"]) == ["OursIsSlow", *SECTIONS]
    assert "`rules/OursIsSlow/runbook.md.j2`" in made["OursIsSlow"]
    assert "`service-health/nowhere` (not on the dashboards of this spec)" in made["OursIsSlow"]
    assert "- [OursIsSlow](OursIsSlow.md): the model is slow, s.\n" in made["README"]


@pytest.mark.parametrize("name", ["../x", "a b", "README", "ä", "a/b", ""])
def test_an_alert_whose_name_is_no_file_name_is_refused(name):
    bundle = assemble(spec())
    odd = replace(next(iter(bundle.alerts())), name=name)
    with pytest.raises(OutputError, match="no name for a runbook"):
        pages(spec(), bundle=replace(bundle, groups=(RuleGroup("g", (odd,)),)))


def test_a_template_of_your_own_wins_and_may_extend_ours(tmp_path):
    own = '{% extends "_base/runbook.md.j2" %}{% block act %}Call Ada.{% endblock %}'
    write(tmp_path, "LLMErrorRateHigh", own)
    write(tmp_path, "LLMRequestsQueued", "Only this.")
    made = pages(chat(), tmp_path)
    assert section(made["LLMErrorRateHigh"], "What to do").strip() == "Call Ada."
    assert made["LLMRequestsQueued"].partition("-->")[2].strip() == "Only this."
    assert made["LLMTimeToFirstTokenHigh"] == built("chat")["LLMTimeToFirstTokenHigh"]


def test_a_base_of_your_own_is_that_of_every_runbook(tmp_path):
    write(tmp_path, "_base", "{% block brief %}B{% endblock %}\n{% block look %}{% endblock %}")
    made = pages(chat(), tmp_path)
    assert made["LLMErrorRateHigh"].count("## ") == 0
    assert "Errors per second by class" in made["LLMErrorRateHigh"]


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("a\n{{ nothing }}\n", 2, "'nothing' is undefined"),
        ("a\n\n{% if %}\n", 3, "Expected an expression"),
        ("{% block a %}\n{{ setting('ttft.nope') }}{% endblock %}", 2, "no parameter alerts.ttft.nope"),
        ("{{ setting('nope.for') }}", 1, "no section alerts.nope"),
        ("{{ alert.nope }}", 1, "has no attribute 'nope'"),
        ("\n{{ 1 / 0 }}", 2, "division by zero"),
        ("{{ ''.__class__.__mro__ }}", 1, "unsafe"),
        ("{{ panel.__self__ }}", 1, "unsafe"),
        ("{{ alert.rules.append(1) }}", 1, "append"),
        ("x\n{% extends '_base/other.md.j2' %}", 2, "there is no template _base/other.md.j2"),
        ("{% include 'LLMErrorRateHigh/runbook.md.j2' %}", 1, ""),
        ("{{ range(999999999) }}", 1, "Range too big"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_mistake_in_a_template_is_told_with_its_place(tmp_path, text, line, found):
    path = write(tmp_path, "LLMErrorRateHigh", text)
    with pytest.raises(InputError) as error:
        pages(chat(), tmp_path)
    (problem,) = error.value.problems
    assert (problem.where.file, problem.where.line) == (str(path), line)
    assert found in problem.found


def test_a_template_that_is_no_text_is_told(tmp_path):
    path = write(tmp_path, "LLMErrorRateHigh", "")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"LLMErrorRateHigh/runbook.md.j2: cannot be read: .*utf-8"):
        pages(chat(), tmp_path)


def test_a_folder_is_no_template(tmp_path):
    (tmp_path / "LLMErrorRateHigh" / "runbook.md.j2").mkdir(parents=True)
    assert pages(chat(), tmp_path) == built("chat")


def test_a_name_of_a_template_leads_nowhere_outside(tmp_path):
    (tmp_path / "secret").write_text("s3cret")
    write(tmp_path / "rules", "LLMErrorRateHigh", "{% include '../secret' %}")
    with pytest.raises(InputError, match="no template"):
        pages(chat(), tmp_path / "rules")


def test_rules_are_beside_specs_or_beside_the_file():
    assert own_rules(Path("/repo/specs/chat.yaml")) == Path("/repo/rules")
    assert own_rules(Path("/repo/deploy/chat.yaml")) == Path("/repo/deploy/rules")
    assert own_rules(Path("specs/chat.yaml")) == Path.cwd() / "rules"
    assert own_rules(Path("chat.yaml")) == Path.cwd() / "rules"


def test_build_reads_rules_beside_specs(tmp_path):
    specs = tmp_path / "specs"
    specs.mkdir()
    text = (
        "name: s\nmodels: [{name: m, route: cloud}]\nsources: [{kind: app, selector: {job: a}}]\ntargets: [runbooks]\n"
    )
    (specs / "s.yaml").write_text(text)
    write(tmp_path / "rules", "LLMErrorRateHigh", "Ours.")
    command = [sys.executable, "-m", "dashgen", "build", "--quiet"]
    subprocess.run(command, cwd=tmp_path, env={**os.environ}, check=True, capture_output=True)
    written = tmp_path / "out/s/runbooks"
    assert "Ours." in (written / "LLMErrorRateHigh.md").read_text()
    write(tmp_path / "rules", "LLMErrorRateHigh", "{{ oops }}")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("rules/LLMErrorRateHigh/runbook.md.j2:1:1: 'oops' is undefined\n")
    assert "Ours." in (written / "LLMErrorRateHigh.md").read_text()
