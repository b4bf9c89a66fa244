"""What is mutated: everything once, also where several specs have it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from dashgen.assemble import assemble
from dashgen.model import Alert
from dashgen.testing.mutate.targets import identity_of, targets
from tests.specs import shipped
from tests.testing.mutate.toy import GROUPS, HIGH, QUERIES, bundle, changed


def test_everything_is_a_target():
    for spec in shipped().values():
        made = assemble(spec)
        found = targets([made])
        rules = [rule for group in made.groups for rule in group.rules]
        queries = [query for board in made.dashboards for panel in board.panels() for query in panel.queries]
        assert Counter(each.kind for each in found) == {
            "alert": sum(isinstance(rule, Alert) for rule in rules),
            "record": sum(not isinstance(rule, Alert) for rule in rules),
            "panel": sum(query.source == "prometheus" for query in queries),
        }


def test_what_differs_by_the_name_of_the_spec_is_one_target():
    specs = shipped()
    chat = assemble(specs["chat"])
    other = assemble(specs["chat"].model_copy(update={"name": "other"}))
    one, both = targets([chat]), targets([chat, other])
    assert len(both) == len(one)
    for each in both:
        assert each.specs == ("chat", "other")
        assert len(each.mutants_in(each.places[0])) == len(each.mutants_in(each.places[1]))


def test_the_name_of_a_spec_elsewhere_in_an_expression_counts():
    rule = replace(HIGH, expr='toy:errors:ratio{llm_service="toy",model="toy"} > 0.1')
    other = replace(HIGH, expr='toy:errors:ratio{llm_service="other",model="other"} > 0.1')
    found = targets([bundle(changed(GROUPS, HIGH, rule)), bundle(changed(GROUPS, HIGH, other), name="other")])
    assert [each.specs for each in found if each.kind == "alert"] == [("toy",), ("other",)]


def test_shipped_specs_share_targets():
    bundles = [assemble(spec) for spec in shipped().values()]
    apart = sum(len(targets([each])) for each in bundles)
    found = targets(bundles)
    assert len(found) < 0.75 * apart
    for target in found:
        assert len({len(target.mutants_in(place)) for place in target.places}) == 1


def test_alerts_with_other_timing_are_other_targets():
    slower = replace(HIGH, wait=HIGH.wait * 2)
    found = targets([bundle(), bundle(changed(GROUPS, HIGH, slower), name="slower")])
    assert sum(each.kind == "alert" for each in found) == 2


def test_who_is_told_makes_no_other_alert():
    told = replace(HIGH, labels={**HIGH.labels, "team": "other"})
    found = targets([bundle(), bundle(changed(GROUPS, HIGH, told), name="told")])
    assert [each.specs for each in found if each.kind == "alert"] == [("toy", "told")]


def test_the_value_of_an_alert_counts_only_where_it_is_said():
    silent = replace(HIGH, description="{{ $labels.model }}")
    rule = replace(silent, expr="sum by (model) (toy:errors:ratio)")
    spoken = replace(rule, annotations={"title": "{{ .Value }}"})
    for alert, shown in ((rule, False), (spoken, True)):
        (found,) = [each for each in targets([bundle(changed(GROUPS, HIGH, alert))]) if each.kind == "alert"]
        assert found.value_shown is shown
        assert any(each.operator == "function" for each in found.mutants) is shown


def test_queries_about_traces_are_no_promql():
    made = bundle(queries=QUERIES)
    assert {each.name for each in targets([made]) if each.kind == "panel"} == set(QUERIES)


def test_an_identity_is_that_of_the_meaning():
    (target,) = [each for each in targets([bundle()]) if each.kind == "alert"]
    assert len({identity_of(each) for each in target.mutants}) == len(target.mutants)
    spaced = replace(target.mutants[-1], expr=target.mutants[-1].expr.replace(" ", "\n "), description="")
    assert identity_of(spaced) == identity_of(target.mutants[-1])
