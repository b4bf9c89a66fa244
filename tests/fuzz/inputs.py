"""Seed and number -> an input, the same every time: what lint is given, and how it is asked."""

from __future__ import annotations

import base64
import gzip
import json
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from tests.fuzz import data, promql, text
from tests.fuzz.seeds import Seed, Seeds

ASSUME: tuple[tuple[str, ...], ...] = (
    (),
    ("vllm=0.33",),
    ("vllm=>=0.6,<0.14", "dcgm-exporter=4.5", "prometheus=2.53", "scrape_interval=60s"),
    ("flavour=victoriametrics", "retention=7d", "evaluation_interval=1m"),
    ("flavour=thanos", "prometheus=3.5", "external_labels=cluster", "replica_label=replica", "rules=local"),
    ("app=js-pull", "litellm=1.80", "sglang=0.5"),
)
_NAMES = ("a.json", "a.json", "a.yaml", "a.yaml", "rules.yml", "-", "charts/x/templates/a.yaml", "b c:é.json")
_MOST = 1_000_000
"""Bytes; how long larger files take is for the benchmark."""
_VALUES = 30_000
"""Values of data that is written without aliases."""


@dataclass(frozen=True, slots=True)
class Input:
    """``before`` is what it was made from, for reports of what is new; None for reports of everything."""

    name: str
    content: bytes
    assume: tuple[str, ...] = ()
    before: bytes | None = None
    named: bool = True


def make(seeds: Seeds, seed: int, number: int) -> Input:
    """The input of that number."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10_000)  # deep data is written too; lint has to do with what everybody has
    try:
        return _made(seeds, random.Random(f"{seed}/{number}"))
    finally:
        sys.setrecursionlimit(limit)


def _made(seeds: Seeds, dice: random.Random) -> Input:
    kind = dice.choices(("promql", "data", "text", "whole"), (40, 36, 20, 4))[0]
    before: bytes | None = None
    if kind == "promql":
        content = _written([_holding(_expressions(seeds, dice), dice)], dice)
    elif kind == "data":
        chosen = dice.choice(seeds.parts)
        content = _written([data.mutated(each, seeds, dice) for each in chosen.data], dice)
        before = _text(chosen, dice).encode("utf-8", "surrogatepass")
        if dice.random() < 0.1:
            content = text.mutated(
                content.decode("utf-8", "surrogatepass"), _text(dice.choice(seeds.parts), dice), dice
            )
    else:
        chosen = dice.choice(seeds.whole if kind == "whole" else seeds.parts)
        written = _text(chosen, dice)
        before = written.encode("utf-8", "surrogatepass")
        content = text.mutated(written, _text(dice.choice(seeds.parts), dice), dice)
    name = dice.choice(_NAMES)
    if content[:1] in b"{[" and dice.random() < 0.5:
        name = "a.json"
    content = content[:_MOST]
    shown = before if dice.random() < 0.05 else None
    return Input(name, content, dice.choice(ASSUME), shown, dice.random() < 0.8)


def _expressions(seeds: Seeds, dice: random.Random) -> list[str]:
    number = dice.choice((1, 1, 2, 4))
    return [promql.mutated(dice.choice(seeds.expressions), seeds.expressions, dice) for _ in range(number)]


def _holding(expressions: Sequence[str], dice: random.Random) -> Any:
    """A file that holds the expressions."""
    return dice.choice(_HOLDERS)(expressions, dice)


def _panels(expressions: Sequence[str], dice: random.Random) -> Any:
    source = dice.choice(({"type": "prometheus", "uid": "${datasource}"}, {"uid": "x"}, "prom", None))
    variables: list[Any] = [{"name": "datasource", "type": "datasource", "query": "prometheus"}]
    for expr in expressions[2:]:
        query = dice.choice((f"query_result({expr})", f"label_values({expr}, pod)", {"query": expr, "refId": "A"}))
        variables.append(
            {"name": "x", "type": "query", "query": query, "includeAll": True, "multi": dice.random() < 0.5}
        )
    annotations = [{"name": "a", "expr": expr} for expr in expressions[3:]]
    panels = [
        {
            "id": number,
            "type": dice.choice(("timeseries", "stat", "heatmap", "table", "gauge", "row")),
            "title": dice.choice(("TTFT p99", "KV cache %", "", "Requests/s", "é\n")),
            "datasource": source,
            "gridPos": {"h": 8, "w": 12, "x": 0, "y": number},
            "fieldConfig": {"defaults": {"unit": dice.choice(("s", "percentunit", "ms", "short", "reqps", ""))}},
            "targets": [
                {
                    "refId": "A",
                    "expr": expr,
                    "legendFormat": dice.choice(("{{pod}}", "{{le}}", "__auto", "")),
                    "instant": dice.random() < 0.3,
                    "format": dice.choice(("time_series", "heatmap", "table")),
                }
            ],
        }
        for number, expr in enumerate(expressions)
    ]
    return {
        "title": "Fuzz",
        "uid": "fuzz",
        "panels": panels,
        "templating": {"list": variables},
        "annotations": {"list": annotations},
    }


def _config_map(expressions: Sequence[str], dice: random.Random) -> Any:
    held: Any = dice.choice((_panels, _rules))(expressions, dice)
    written = _written([held], dice)
    key = dice.choice(("a.json", "rules.yaml", "x"))
    if dice.random() < 0.3:
        packed = gzip.compress(written, 1, mtime=0) if dice.random() < 0.5 else written
        return {"apiVersion": "v1", "kind": "ConfigMap", "binaryData": {key: base64.b64encode(packed).decode()}}
    content = written.decode("utf-8", "surrogatepass")
    if dice.random() < 0.3:
        return {"apiVersion": "grafana.integreatly.org/v1beta1", "kind": "GrafanaDashboard", "spec": {"json": content}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {key: content}}


def _rules(expressions: Sequence[str], dice: random.Random) -> Any:
    rules: list[Any] = []
    for number, expr in enumerate(expressions):
        if dice.random() < 0.5:
            rules.append({"record": dice.choice(("job:x:sum", f"x:{number}", "up")), "expr": expr})
            continue
        rules.append(
            {
                "alert": f"A{number}",
                "expr": dice.choice((expr, f"({expr}) > 0", f"{expr} == 0", f"absent({expr})")),
                "for": dice.choice(("5m", "0s", "1x", "")),
                "labels": {"severity": dice.choice(("page", "warning", "{{ $labels.pod }}"))},
                "annotations": {
                    "summary": dice.choice(
                        ("{{ $labels.pod }} is {{ $value | humanize }}", "x", "{{", "{{ $labels.é }}")
                    ),
                    "description": dice.choice(
                        (f"{{{{ with query `{expr}` }}}}{{{{ . }}}}{{{{ end }}}}", "a", "{{ .Labels.a }}")
                    ),
                },
            }
        )
    groups = {"groups": [{"name": "g", "interval": dice.choice(("30s", "1h", "x")), "rules": rules}]}
    if dice.random() < 0.5:
        return groups
    kind = dice.choice(("PrometheusRule", "VMRule"))
    return {"apiVersion": "monitoring.coreos.com/v1", "kind": kind, "metadata": {"name": "a"}, "spec": groups}


def _tests(expressions: Sequence[str], dice: random.Random) -> Any:
    return {
        "rule_files": ["a.yaml"],
        "tests": [{"name": "t", "promql_expr_test": [{"expr": expr, "eval_time": "5m"} for expr in expressions]}],
    }


_HOLDERS: tuple[Callable[[Sequence[str], random.Random], Any], ...] = (
    _panels, _panels, _panels, _rules, _rules, _rules, _config_map, _tests,
)  # fmt: skip


def _text(seed: Seed, dice: random.Random) -> str:
    return seed.text or _written(seed.data, dice).decode("utf-8", "surrogatepass")


def _written(documents: Sequence[Any], dice: random.Random) -> bytes:
    """As JSON or YAML, in any of the ways people and programs write it."""
    small = all(_size(each) <= _VALUES for each in documents)
    if small and len(documents) == 1 and dice.random() < 0.5:
        indent = dice.choice((None, 2, 2, 4, "\t", 0))
        ascii_only = dice.random() < 0.5
        written = json.dumps(_texts_as_keys(documents[0]), indent=indent, ensure_ascii=ascii_only, default=str)
        return written.encode("utf-8", "surrogatepass")
    dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    options: dict[str, Any] = {
        "default_flow_style": dice.choice((False, False, False, None, True)),
        "default_style": dice.choice((None, None, None, '"', "'", "|", ">")),
        "width": dice.choice((80, 80, 20, 100_000)),
        "indent": dice.choice((2, 2, 4, 8)),
        "allow_unicode": dice.random() < 0.5,
        "explicit_start": dice.random() < 0.3,
        "sort_keys": False,
    }
    try:
        return bytes(yaml.dump_all(documents, Dumper=dumper, encoding="utf-8", **options))
    except (UnicodeEncodeError, yaml.YAMLError):
        return b"\n---\n".join(
            json.dumps(_texts_as_keys(each) if small else None, default=str).encode("utf-8") for each in documents
        )


def _size(value: Any) -> int:
    """How many values it is when each is written out, up to a little more than are ever written out."""
    waiting, count = [value], 0
    while waiting and count <= _VALUES:
        each = waiting.pop()
        count += 1 + (len(each) > 1000 if isinstance(each, str) else 0) * 20
        if isinstance(each, (dict, list)):
            waiting += each.values() if isinstance(each, dict) else each
    return count


def _texts_as_keys(value: Any) -> Any:
    """JSON has no other keys; two that are the same text are both written."""
    if isinstance(value, dict):
        return {key if isinstance(key, str) else str(key): _texts_as_keys(inner) for key, inner in value.items()}
    return [_texts_as_keys(inner) for inner in value] if isinstance(value, list) else value
