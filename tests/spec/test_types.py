"""Shapes of text in a spec that end up in other languages: label names, addresses, Kubernetes metadata."""

import pytest

from tests.spec.conftest import SMALLEST


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("rule_labels: {app.kubernetes.io/part-of: llm, release: kps}", ""),
        ("rule_labels: {release: 'x y!'}", "rule_labels.release"),
        ("rule_labels: {'a b': c}", "rule_labels"),
        (f"namespace: {'n' * 63}", ""),
        ("runbooks: 'https://x/{{ oops'", "runbooks"),
        ("grafana: {url: 'https://x/?orgId=2'}", "grafana.url"),
        ("alerts: {labels: {__name__: x}}", "__name__"),
    ],
)
def test_text_for_other_languages(problems, line, place):
    reported = problems(f"{SMALLEST}{line}\n")
    assert bool(reported) is bool(place), reported
    assert all(place in problem.found for problem in reported), reported


def test_a_selector_may_not_name_the_metric_again(problems):
    (problem,) = problems(SMALLEST.replace("{job: vllm}", "{__name__: x}"))
    assert "__name__" in problem.found


def test_a_misspelt_required_key_is_not_missing_as_well(problems):
    (problem,) = problems(SMALLEST.replace("name: chat", "nam: chat"))
    assert problem.action == "rename it to `name`"
