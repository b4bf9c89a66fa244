"""Small outputs of one spec, as the targets write them."""

from __future__ import annotations

import json
from typing import Any

from dashgen.compare import markdown, text
from dashgen.compare.changes import Code, Report, fold_reports
from dashgen.compare.sentences import Limits
from dashgen.compare.trees import compare_spec

Json = dict[str, Any]
SCREEN = Limits()
TTFT = 'llm:ttft:p95_5m{llm_service="chat"} > 2 and llm:requests:increase5m{llm_service="chat"} > 19.5'


def panel(number: int, title: str, expr: str = "up", **fields: Any) -> Json:
    """A panel of one query, with a threshold at 2 s."""
    steps = [{"color": "green", "value": None}, {"color": "red", "value": fields.pop("threshold", 2)}]
    defaults = {"unit": fields.pop("unit", "s"), "thresholds": {"mode": "absolute", "steps": steps}}
    return {
        "id": number,
        "title": title,
        "type": "timeseries",
        "gridPos": {"h": 8, "w": 12, "x": 0, "y": number},
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": {"legend": {"displayMode": "list"}},
        "targets": [{"refId": "a", "expr": expr, "legendFormat": "__auto"}],
        **fields,
    }


def row(number: int, title: str, *inner: Json) -> Json:
    """A row; collapsed when panels are given."""
    return {"id": number, "title": title, "type": "row", "collapsed": bool(inner), "panels": list(inner)}


def board(*panels: Json, **fields: Any) -> Json:
    """A dashboard."""
    return {
        "uid": "llm-chat-health",
        "title": "Chat / Service Health",
        "schemaVersion": 41,
        "panels": list(panels),
    } | fields


def alert(name: str = "LLMTimeToFirstTokenHigh", expr: str = TTFT, **fields: Any) -> Json:
    """A page."""
    labels = {"severity": fields.pop("severity", "page"), **fields.pop("labels", {})}
    return {"alert": name, "expr": expr, "for": "5m", "labels": labels, "annotations": {}} | fields


def record(name: str, expr: str = "up", **labels: str) -> Json:
    """A recorded series."""
    return {"record": name, "expr": expr, "labels": labels}


def rules(*items: Json, interval: str = "30s") -> Json:
    """A PrometheusRule; JSON is YAML."""
    groups = [{"name": "chat", "interval": interval, "rules": list(items)}]
    return {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "spec": {"groups": groups}}


def tree(*documents: Json, **files: str) -> dict[str, bytes]:
    """Files of an output: dashboards by uid, rules in one file, and others as given (``__`` is a dot)."""
    found = {name.replace("__", "."): content.encode() for name, content in files.items()}
    for document in documents:
        name = f"{document['uid']}.json" if "panels" in document else "rules.yaml"
        found[name] = json.dumps(document).encode()
    return found


def compare(before: dict[str, bytes] | None, after: dict[str, bytes] | None) -> Report:
    """The report of a spec called chat."""
    return compare_spec("chat", before, after)


def told(before: dict[str, bytes] | None, after: dict[str, bytes] | None, limits: Limits = SCREEN) -> list[str]:
    """What the terminal shows of it, without the headings of specs."""
    reports = fold_reports([compare(before, after)])
    return [line.strip() for line, _ in text.render(("compared",), (), reports, limits)[1:] if line.strip()]


def changed(before: Json, after: Json) -> list[str]:
    """The lines about one changed document, headings left out."""
    return [line for line in told(tree(before), tree(after)) if line[:2] in ("! ", "- ", "+ ", "~ ")]


def as_markdown(before: dict[str, bytes] | None, after: dict[str, bytes] | None) -> str:
    """The comment of the merge request."""
    reports = fold_reports([compare(before, after)])
    lines = markdown.render(("compared with ", Code("main")), (), reports, SCREEN)
    return "".join(f"{line}\n" for line in lines)
