"""What is said about alerts and recorded series."""

from __future__ import annotations

import pytest

from tests.compare.sides import TTFT, alert, changed, record, rules, told, tree


def alerts(before, after):
    return changed(rules(before), rules(after))


def test_a_moved_threshold_is_said_as_one():
    repeated = f"{TTFT} unless llm:ttft:p95_2m <= 2"
    after = repeated.replace("> 2 ", "> 1.5 ").replace("<= 2", "<= 1.5")
    said = alerts(alert(expr=repeated), alert(expr=after))
    assert said == ["~ page LLMTimeToFirstTokenHigh: fires above 2 -> above 1.5"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("a >= 0.75", "a >= 0.5", "fires at 0.75 or more -> at 0.5 or more"),
        ("a < 3", "a < 2", "fires below 3 -> below 2"),
        ("a == 0", "a == 1", "fires at exactly 0 -> at exactly 1"),
        ('a{b!="c"} > 1', 'a{b!="c"} > 2', "fires above 1 -> above 2"),
        ("a > 2 and b > 3", "a > 2 and b > 4", "b: > 3 -> > 4"),
        ("(a > 2 * b) > 1", "(a > 3 * b) > 1", "a: > 2 -> > 3"),
        ("a > 2 and b > 2", "a > 3 and b > 4", "a: > 2 -> > 3; b: > 2 -> > 4"),
        ("rate(a[5m]) > 1", "rate(a[10m]) > 1", "[5m] -> [10m]"),
        ("a offset 1w > 1", "a offset 1d > 1", "offset 1w -> offset 1d"),
        ('a{job="x"} > 1', 'a{job="y"} > 1', 'job="x" -> job="y"'),
        ("a > 1", "a > 1 unless b", "now with unless b"),
        ("a > 1 unless b", "a > 1", "no longer with unless b"),
        ("sum(a) > 1", "max(a) > 1", "sum -> max"),
        (
            "a > 1",
            'label_replace(a, "x", "$1", "y", "(.+)") > 1',
            'wrapped in label_replace(…, "x", "$1", "y", "(.+)")',
        ),
    ],
)
def test_a_changed_condition(before, after, said):
    assert alerts(alert(expr=before), alert(expr=after)) == [f"~ page LLMTimeToFirstTokenHigh: {said}"]


def test_an_expression_that_has_nothing_in_common_is_shown_whole():
    said = alerts(alert(expr="rate(a[5m]) > 1"), alert(expr='{job="b"} offset 1d'))
    assert len(said) == 1
    assert "rate(a[5m]) > 1 -> " in said[0]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("sum by (a) (rate(x[5m]))", "sum by (a) (\n  rate(x[300s])  # a comment\n)"),
        ('x{a="1",b="2"} > 1', 'x{b="2",a="1"} > 1'),
        ("x{a='1'}", 'x{a="1"}'),
    ],
)
def test_layout_is_no_meaning(before, after):
    lines = told(tree(rules(alert(expr=before))), tree(rules(alert(expr=after))))
    assert lines == ["chat: no change in meaning; 1 file differs only in layout"]


def test_swapped_numbers_are_a_change():
    assert alerts(alert(expr="a[5m] > b offset 1h"), alert(expr="a[1h] > b offset 5m"))


def test_a_page_that_becomes_a_ticket_shouts():
    said = alerts(alert(), alert(severity="ticket"))
    assert said == ["! alert LLMTimeToFirstTokenHigh: PAGE -> TICKET: nobody is woken any more"]
    assert alerts(alert(severity="ticket"), alert())[0].endswith("TICKET -> PAGE: wakes a person")
    assert "severity critical -> page: wakes a person" in alerts(alert(severity="critical"), alert())[0]


def test_a_removed_page_shouts_and_a_removed_ticket_does_not():
    assert alerts(alert(), record("x")) == [
        "! page LLMTimeToFirstTokenHigh: removed, nobody is woken for it any more",
        "+ x: new",
    ]
    assert alerts(alert("A", severity="ticket"), alert("B", expr="b")) == ["- ticket A: removed", "+ page B: new"]


def test_a_renamed_alert_breaks_routes():
    said = alerts(alert("Old"), alert("New"))
    assert said == ["! page New: renamed from Old, and routes, silences and inhibitions that name it no longer match"]


def test_everything_else_about_an_alert():
    after = alert(labels={"team": "core"}, keep_firing_for="3m", annotations={"summary": "slow to answer"})
    after["for"] = "10m"
    before = alert(labels={"team": "assist"}, annotations={"summary": "slow to start"})
    said = told(tree(rules(before)), tree(rules(after)))
    for sentence in ("for 5m -> 10m", "keeps firing for 0s -> 3m", "label team=assist -> team=core", "start -> answer"):
        assert any(sentence in line for line in said), sentence


def test_two_alerts_of_one_name_are_paired_by_their_labels():
    one, two = alert("A", "a > 1", labels={"level": "one"}), alert("A", "a > 2", labels={"level": "two"})
    later = alert("A", "a > 3", labels={"level": "two"})
    assert changed(rules(one, two), rules(later, one)) == ["~ page A: fires above 2 -> above 3"]


def test_the_same_rules_in_two_files_are_counted_once():
    twice = tree(rules(alert("A", "a > 1"))) | {"mimir.yaml": tree(rules(alert("A", "a > 1")))["rules.yaml"]}
    later = {name: content.replace(b"a > 1", b"a > 2") for name, content in twice.items()}
    assert [line for line in told(twice, later) if "fires" in line] == ["~ page A: fires above 1 -> above 2"]


def test_a_removed_record_is_breaking():
    said = changed(rules(record("a:b", "x"), record("c:d", "y")), rules(record("c:d", "y")))
    assert said == ["! a:b: removed, dashboards or alerts elsewhere that read it go blank; keep it 35 days"]


def test_a_renamed_record_is_breaking_too():
    said = changed(rules(record("a:b", "x")), rules(record("a:c", "x")))
    assert said == ["! a:b: renamed to a:c, dashboards or alerts elsewhere that read it go blank; keep it 35 days"]


def test_changed_labels_of_a_record_are_breaking():
    said = changed(rules(record("a", level="model")), rules(record("a", level="service")))
    assert said == ['! a: labels {level="model"} -> {level="service"}, and what selects it by the old ones goes blank']


def test_series_of_a_name_that_stays():
    models = [record("p", "vector(1)", model=name) for name in ("a", "b")]
    assert changed(rules(models[0]), rules(*models)) == ['~ p: one series added: {model="b"}']
    assert told(tree(rules(models[0])), tree(rules(*models)))[1] == "model added: b"
    assert changed(rules(*models), rules(models[0], record("p", "vector(2)", model="b"))) == [
        '~ p: 1 -> 2 for {model="b"}'
    ]


def test_the_same_change_in_twenty_rules_is_one_line():
    before = [record(f"r{number:02}", f"rate(m{number}[5m])") for number in range(20)]
    after = [record(f"r{number:02}", f"rate(m{number}[10m])") for number in range(20)]
    assert changed(rules(*before), rules(*after)) == ["~ r00, r01, r02 and 17 more (x 20): [5m] -> [10m]"]


def test_a_record_names_the_alerts_that_read_it_even_through_others():
    readers = record("b", "a * 2"), alert("A", "b > 1")
    said = changed(rules(record("a", "x[5m]"), *readers), rules(record("a", "x[6m]"), *readers))
    assert said == ["~ a: [5m] -> [6m]; read by page A"]


def test_the_interval_of_a_group():
    assert changed(rules(record("a")), rules(record("a"), interval="1m")) == ["~ group chat: evaluated every 30s -> 1m"]
