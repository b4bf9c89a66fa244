"""What ``dashgen build`` makes of real specs, judged by the tools that will read it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import promql_parser
import pytest
import yaml

from dashgen.assemble import assemble
from dashgen.emit.dashboards import dashboard_documents
from dashgen.emit.registry import render, render_all
from dashgen.model import Bundle, Panel, Query
from tests.emit.sdk import lost_in_round_trip
from tests.promtool import binary
from tests.specs import CHAT, chat, variety
from tests.specs import shipped as shipped_specs

ROOT = Path(__file__).parents[1]
SPECS = variety()


@pytest.fixture(scope="module")
def shipped() -> dict[str, dict[str, str]]:
    """The files of every spec in specs/, made in this process."""
    return {name: render_all(assemble(spec), spec) for name, spec in shipped_specs().items()}


@pytest.mark.parametrize(
    ("env", "here"),
    [
        ({"PYTHONHASHSEED": "0"}, True),
        ({"PYTHONHASHSEED": "1", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, False),
        ({"PYTHONHASHSEED": "4294967295", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu"}, False),
    ],
    ids=["seed", "plain C locale", "Turkish in Kathmandu"],
)
def test_the_same_bytes_everywhere(shipped: dict[str, dict[str, str]], tmp_path: Path, env: dict[str, str], here: bool):
    """Hash seed, locale, time zone, working directory, and whether the specs are named by a path of their own."""
    specs = CHAT.parent
    subprocess.run(
        [
            sys.executable,
            "-m",
            "dashgen",
            "build",
            specs.relative_to(ROOT) if here else specs,
            "--out",
            tmp_path / "out",
        ],
        cwd=ROOT if here else tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "DASHGEN_CACHE": "off", **env},
        check=True,
        capture_output=True,
    )
    for name, files in shipped.items():
        folder = tmp_path / "out" / name
        built = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        manifest = json.loads(built.pop(".dashgen-manifest.json"))
        assert built == {file: text.encode() for file, text in files.items()}
        assert (manifest["spec"], manifest["files"].keys()) == (f"{name}.yaml", files.keys())


@pytest.mark.parametrize("name", SPECS)
def test_the_sdk_loses_nothing_of_a_dashboard(name: str):
    for key, document in dashboard_documents(assemble(SPECS[name])).items():
        assert lost_in_round_trip(document) == [], key


@pytest.mark.parametrize("name", SPECS)
def test_promtool_accepts_the_emitted_rules(name: str, tmp_path: Path):
    spec = SPECS[name]
    text = render("prometheus-rule", assemble(spec), spec)["prometheus-rule.yaml"]
    # The very bytes, less the wrapping of the operator's resource: Go's YAML parser must read them too.
    rules = tmp_path / "rules.yaml"
    rules.write_text(textwrap.dedent(text.partition("\nspec:\n")[2]))
    done = subprocess.run(
        [binary(), "check", "rules", "--lint=all", "--lint-fatal", rules], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    count = sum(len(group["rules"]) for group in yaml.safe_load(text)["spec"]["groups"])
    assert f"SUCCESS: {count} rules found" in done.stdout


@pytest.mark.parametrize("name", SPECS)
def test_the_layout_of_a_rule_changes_no_expression(name: str):
    spec = SPECS[name]
    bundle = assemble(spec)
    document = yaml.safe_load(render("prometheus-rule", bundle, spec)["prometheus-rule.yaml"])
    written = [rule["expr"] for group in document["spec"]["groups"] for rule in group["rules"]]
    meant = [rule.expr for group in bundle.groups for rule in group.rules]
    assert [str(promql_parser.parse(expr)) for expr in written] == [str(promql_parser.parse(expr)) for expr in meant]
    long = [expr for expr in written if len(expr) > 120]
    assert [expr for expr in long if "\n" not in expr] == []


def identities(documents: dict[str, dict]) -> dict[tuple[str, int], tuple]:
    """(dashboard, id) -> title and refIds, of every panel and row."""
    return {
        (key, panel["id"]): (panel["title"], [target["refId"] for target in panel.get("targets", ())])
        for key, document in documents.items()
        for outer in document["panels"]
        for panel in (outer, *outer.get("panels", ()))
    }


def test_inserting_panels_and_queries_moves_no_identity():
    """A panel before every panel, and a query before every query: ids and refIds stay those of their keys."""
    bundle = assemble(chat())
    added = Query("added", "vector(1)")

    def more(panel: Panel) -> tuple[Panel, Panel]:
        new = Panel(f"{panel.key}-added", "Added", "x", queries=(added,))
        queries = (added, *panel.queries) if panel.queries and panel.viz == "timeseries" else panel.queries
        return new, replace(panel, queries=queries)

    def grown(bundle: Bundle) -> Bundle:
        boards = []
        for board in bundle.dashboards:
            rows = [replace(row, panels=tuple(p for panel in row.panels for p in more(panel))) for row in board.rows]
            boards.append(replace(board, rows=tuple(rows)))
        return replace(bundle, dashboards=tuple(boards))

    before, after = identities(dashboard_documents(bundle)), identities(dashboard_documents(grown(bundle)))
    assert before.keys() < after.keys()
    for place, (title, names) in before.items():
        assert (after[place][0], [name for name in after[place][1] if name != "added"]) == (title, names)


@pytest.mark.parametrize("name", shipped_specs())
def test_uids_follow_the_spec_not_the_order(name: str):
    uids = {key: document["uid"] for key, document in dashboard_documents(assemble(SPECS[name])).items()}
    assert uids == {board: f"llm-{name}-{board}" for board in ("service-health", "cost", "behavior")}


@pytest.mark.parametrize("name", shipped_specs())
def test_every_alert_leads_to_a_panel_that_exists(name: str):
    bundle = assemble(SPECS[name])
    panels = identities(dashboard_documents(bundle))
    keys = {(board.key, panel.key) for board in bundle.dashboards for panel in board.panels()}
    for alert in bundle.alerts():
        hidden = f"{alert.panel.dashboard}/{alert.panel.panel}" in SPECS[name].hide
        assert hidden or (alert.panel.dashboard, alert.panel.panel) in keys, alert.name
        link = re.search(r"/d/llm-[a-z-]+?-(service-health|cost|behavior)\?viewPanel=(\d+)", str(alert.annotations))
        assert (link is None) == (SPECS[name].grafana.url is None)
        assert link is None or (link[1], int(link[2])) in panels
