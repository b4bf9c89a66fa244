"""Runbooks: one for every alert there is, nothing in them that does not exist, mistakes of templates told."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashgen.assemble import assemble
from dashgen.emit.dashboards import dashboard_documents
from dashgen.emit.registry import render
from dashgen.emit.runbooks.words import Links
from dashgen.folders import packaged_rules
from dashgen.model import RuleGroup
from tests.markdown import blocks, headings, links, parsed, skeleton
from tests.specs import APP, CLOUD, LOCAL, VLLM, chat, spec, variety

RULES = packaged_rules()
TEMPLATES = sorted(path.parent.name for path in RULES.glob("LLM*/runbook.md.j2"))
SECTIONS = [
    "What it means",
    "Impact",
    "First look",
    "Likely causes",
    "What to do",
    "Silence and tune",
    "The rule",
    "How it is tested",
]
WEAKER = "not written down"
"""What the base says where nobody filled a block."""


def rare():
    """Deployments whose tickets the variety does not have: autoscaled, behind LiteLLM, without TTFT."""
    scaled = {**LOCAL, "workload": {**LOCAL["workload"], "scaled_object": "vllm-qwen"}}
    states = {"kind": "kube-state-metrics", "selector": {"job": "kube-state-metrics"}}
    keda = {"kind": "keda", "selector": {"job": "keda-operator"}}
    blind = {**VLLM, "disabled": ["vllm:time_to_first_token_seconds"]}
    grafana = {"grafana": {"url": "https://grafana.example.com"}, "team": "assist"}
    return {
        "autoscaled": spec(models=[CLOUD, scaled], sources=[APP, VLLM, states, keda], **grafana),
        "gateway": spec(models=[CLOUD, LOCAL], sources=[{"kind": "litellm", "selector": {"job": "litellm"}}, VLLM]),
        "queue-time": spec(models=[scaled], sources=[blind, states, keda], **grafana),
    }


SPECS = {**variety(), **rare()}


@cache
def built(name):
    """The files of one spec, by alert name."""
    return pages(SPECS[name])


def pages(spec, rules=None, bundle=None):
    files = render("runbooks", bundle or assemble(spec), spec, None, rules)
    assert all(re.fullmatch(r"runbooks/[\w-]+\.md", name) for name in files)
    return {Path(name).stem: text for name, text in files.items()}


@cache
def existing_panels():
    return {f"{b.key}/{p.key}" for each in SPECS.values() for b in assemble(each).dashboards for p in b.panels()}


def section(text, title):
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_every_alert_has_a_template_and_every_template_an_alert():
    assert {alert.name for each in SPECS.values() for alert in assemble(each).alerts()} == set(TEMPLATES)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_names_only_panels_alerts_and_settings_that_exist(name):
    """What a spec lacks is left out of its runbook, so a wrong name would never be missed there."""
    text = (RULES / name / "runbook.md.j2").read_text()
    named = re.findall(r"\b(?:panel|look|shown)\(([^)]*)\)", text)
    panels = {ref for arguments in named for ref in re.findall(r'"([^"]+)"', arguments)}
    assert panels - existing_panels() == set()
    assert set(re.findall(r"\bLLM[A-Z]\w+", text)) - set(TEMPLATES) == set()


@pytest.mark.parametrize("name", SPECS)
def test_a_runbook_of_every_alert_says_everything_in_order(name):
    for alert, text in built(name).items():
        if alert == "README":
            continue
        assert headings(text) == [alert, *SECTIONS]
        for title in SECTIONS:
            words = section(text, title)
            assert len(words.split()) >= 5, (alert, title)
            assert WEAKER not in words.lower(), (alert, title)
        assert len(text.splitlines()) <= 160, alert


@pytest.mark.parametrize("name", SPECS)
def test_the_first_look_is_three_to_seven_numbered_steps(name):
    for alert, text in built(name).items():
        if alert != "README":
            steps = re.findall(r"^(\d+)\. ", section(text, "First look"), re.MULTILINE)
            assert steps == [str(n + 1) for n in range(len(steps))], alert
            assert 3 <= len(steps) <= 7, (alert, steps)


@pytest.mark.parametrize("name", SPECS)
def test_every_link_leads_somewhere(name):
    """Relative links to files of the target, the others to panels of the dashboards as emitted."""
    spec = SPECS[name]
    boards = {board["uid"]: board for board in dashboard_documents(assemble(spec)).values()}
    found = [(page, link) for page, text in built(name).items() for link in links(text)]
    for page, link in found:
        parts = urlsplit(link)
        if not parts.scheme:
            assert link.removesuffix(".md") in built(name), (page, link)
            continue
        assert link.startswith(f"{spec.grafana.url}/d/"), (page, link)
        board = boards[parts.path.rpartition("/")[2]]
        query = parse_qs(parts.query)
        panels = [inner for outer in board["panels"] for inner in (outer, *outer.get("panels", ()))]
        assert int(query.pop("viewPanel")[0]) in {panel["id"] for panel in panels if panel["type"] != "row"}
        variables = {f"var-{variable['name']}" for variable in board["templating"]["list"]}
        assert query.keys() <= variables and set(map(tuple, query.values())) <= {("$__all",)}
    assert len([link for _, link in found if link.startswith("http")]) > 20 or spec.grafana.url is None
    assert "][" not in "".join(
        token.content for text in built(name).values() for token in parsed(text) if token.type == "text"
    )


@pytest.mark.parametrize("name", SPECS)
def test_the_rule_in_the_runbook_is_the_rule_that_is_evaluated(name):
    import promql_parser

    for alert in assemble(SPECS[name]).alerts():
        text = built(name)[alert.name]
        (shown,) = blocks(text, "promql")
        assert str(promql_parser.parse(shown)) == str(promql_parser.parse(alert.expr))
        rule = section(text, "The rule")
        assert ("(`for`)" in rule) == bool(alert.wait)
        assert ("(`keep_firing_for`)" in rule) == bool(alert.keep_firing_for)


def test_thresholds_and_parameters_are_those_of_the_spec():
    changed = chat().model_copy(update={"alerts": spec(alerts={"ttft": {"threshold": "1200ms", "for": "7m"}}).alerts})
    text = pages(changed)["LLMTimeToFirstTokenHigh"]
    assert "TTFT p95 of a model is above 1200ms" in text
    assert "- `alerts.ttft.threshold: 1200ms`: TTFT p95 above which it pages" in text
    assert "It has to hold for 7m (`for`)." in text
    assert "Line on the panel: 1.2 s." in text


def test_a_line_that_the_rule_does_not_read_is_not_its_threshold():
    """The panel of a stalled pod draws the limit of the KV cache."""
    (panel,) = [p for b in assemble(chat()).dashboards for p in b.panels() if p.key == "kv-cache-by-pod"]
    assert panel.thresholds
    assert "Line on the panel" not in built("chat")["LLMServingStalled"]


@pytest.mark.parametrize("name", SPECS)
def test_the_index_lists_pages_tickets_and_what_cannot_be(name):
    bundle, text = assemble(SPECS[name]), built(name)["README"]
    for severity, title in (("page", "Pages"), ("ticket", "Tickets")):
        listed = re.findall(r"^- \[(\w+)\]\(\w+\.md\): .{20,}$", section(text, title), re.MULTILINE)
        assert listed == [alert.name for alert in bundle.alerts() if alert.severity == severity]
    lacking = re.findall(r"^- \*\*(\w+)\*\* needs ", section(text, "Pages this spec cannot have"), re.MULTILINE)
    assert lacking == [missing.name for missing in bundle.missing_alerts]
    assert section(text, "Pages this spec cannot have").count("What would enable it: ") == len(lacking)


def test_the_index_says_how_runbook_url_finds_a_file():
    text = built("chat")["README"]
    assert "`https://runbooks.example.com/llm` and `/<alert name>`" in text
    urls = {alert.annotations["runbook_url"].rpartition("/")[2] for alert in assemble(chat()).alerts()}
    assert urls == built("chat").keys() - {"README"}
    assert "The spec has no `runbooks:` yet" in built("smallest")["README"]


def test_without_a_grafana_address_panels_are_named():
    text = built("smallest")["LLMErrorRateHigh"]
    assert "1. **Errors per second by class** (" in text
    assert "http" not in text


def test_what_the_spec_lacks_is_no_step():
    assert "KV cache" not in built("smallest")["LLMTimeToFirstTokenHigh"]
    assert "KV cache" in built("vllm-only")["LLMTimeToFirstTokenHigh"]


# What a template makes of hostile text.

MARKS = (
    *("# x", "[a](javascript:x)", "](x)", "<script>x</script>", "```\nx", "| a | b |", "1. a", "$x$", "a_b*c*", "\\"),
    *("![i](http://e)", "&lt;", "{{ 7*7 }}", "{% include 'x' %}", "[x]: http://e", "<!-- ", "--> x", "~~~", "'; rm x"),
)
NASTY = st.one_of(
    st.sampled_from(MARKS),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30),
)


def named(text, other, job):
    """A spec in which people wrote ``text`` wherever they may."""
    workload = {"namespace": text, "pods": re.escape(other)}
    models = [{**CLOUD, "name": f"c{text}"}, {**LOCAL, "name": f"l{text}", "aliases": [], "workload": workload}]
    sources = [{**APP, "selector": {"job": job}}, VLLM]
    return spec(models=models, sources=sources, title=text, team=other, grafana={"url": "https://g.example.com"})


@cache
def tame_skeletons():
    return {name: skeleton(page) for name, page in pages(named("a", "b", "c")).items()}


@given(text=NASTY, other=NASTY, job=NASTY)
@settings(max_examples=60)
def test_text_of_the_spec_is_words_and_nothing_else(text, other, job):
    tame, wild = tame_skeletons(), pages(named(text, other, job))
    assert tame.keys() == wild.keys()
    for name, page in wild.items():
        assert skeleton(page) == tame[name], name
        assert page.endswith("\n") and not page.endswith("\n\n")


@pytest.mark.parametrize("title", ["Chat & <b>", "a*b_c", "[x](y)", "# x", "cost $a$", "1. x", "a|b", "ünï"])
def test_a_title_reads_as_it_was_written(title):
    text = pages(spec(title=title))["README"]
    heading = next(token for token in parsed(text) if token.type == "inline" and token.content == headings(text)[0])
    assert "".join(child.content for child in heading.children) == f"Runbooks of {title}"


def test_an_expression_cannot_leave_its_block():
    bundle = assemble(spec())
    alert = replace(next(iter(bundle.alerts())), name="Odd", expr='x{a="```\n````"}\n\n\n~~~ ')
    text = pages(spec(), bundle=replace(bundle, groups=(RuleGroup("g", (alert,)),)))["Odd"]
    assert blocks(text, "promql") == [alert.expr + "\n"]


def test_a_panel_whose_key_is_odd_has_a_link_all_the_same():
    bundle = assemble(chat())
    board = bundle.dashboards[0]
    row = replace(board.rows[0], panels=(replace(board.rows[0].panels[0], key="a] [b", title="x](y"),))
    links_ = Links(replace(bundle, dashboards=(replace(board, rows=(row,)),)), chat())
    shown = links_.panel(f"{board.key}/a] [b")
    assert len(links(f"{shown}\n\n{links_.definitions()}")) == 1
