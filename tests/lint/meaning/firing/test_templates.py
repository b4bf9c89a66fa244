"""What a template shows of its alert, and that no text makes reading it slow."""

from __future__ import annotations

import time

import pytest

from dashgen.lint.meaning.firing.templates import references


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("no template, $labels.x", []),
        ("{{ $labels.pod }} {{.Labels.job}} {{- $value -}}", ["pod", "job", "value"]),
        ('{{ index $labels "a-b" }} {{ printf "%.2f" .Value }}', ["a-b", "value"]),
        ("{{`{{ $labels.pod }}`}} {{/* $labels.job */}}", []),
        ('{{ "}}" }}{{ $labels.pod }}', ["pod"]),
        ("{{ $externalLabels.cluster }}", ["cluster"]),
        ("{{ range query `up` }}{{ .Labels.pod }}{{ $labels.job }}{{ end }}{{ .Labels.node }}", ["job", "node"]),
        ("{{ $labels.pod", []),
        ("{{ end }}{{ else }}{{ $labels.pod }}", ["pod"]),
    ],
)
def test_shows_labels_and_the_value(template: str, shown: list[str]) -> None:
    assert [each.name or each.kind for each in references(template)] == shown


def test_points_at_what_is_shown() -> None:
    template = "Pod {{ $labels.pod }} at {{ $value | humanize }}ms"
    pod, value = references(template)
    assert template[pod.start : pod.end] == "$labels.pod"
    assert template[value.start : value.end] == "$value"
    assert (value.after, value.functions) == ("ms", ("humanize",))


def test_knows_what_is_asked_for_first() -> None:
    template = "{{ if $labels.pod }}{{ $labels.pod }}/{{ $labels.job }}{{ end }} {{ $labels.pod }}"
    assert [(each.name, each.guarded) for each in references(template)] == [
        ("pod", True),
        ("pod", True),
        ("job", False),
        ("pod", False),
    ]


@pytest.mark.parametrize("text", ['{{ "a" ', "{{", "{{ `a` 'b' ", "{{ /*", '"{{ \\'])
def test_hostile_texts_take_no_time(text: str) -> None:
    started = time.process_time()
    references((text * 20_000)[:19_990])
    references((text * 20_000)[:19_990] + "}}")
    assert time.process_time() - started < 2
