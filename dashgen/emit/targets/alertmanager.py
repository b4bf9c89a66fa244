"""``alertmanager``: routes, receivers and inhibitions of one service, a whole configuration as it stands.

One incident notifies once: alerts of one name are one group, whichever models they are about, and what only
follows from a firing alert is inhibited. No text of the spec but its name and its jobs gets in.
"""

from __future__ import annotations

import textwrap
from datetime import timedelta
from typing import Any

from dashgen.emit.inhibitions import cluster_label, inhibit_rules
from dashgen.emit.matchers import matcher
from dashgen.emit.notice import generated_notice
from dashgen.emit.yaml_text import yaml_text
from dashgen.model import Bundle
from dashgen.spec import Spec
from dashgen.spec.types import duration_text

Mapping = dict[str, Any]

PAGE_WAIT = timedelta(seconds=30)
"""Time for the other models of an incident, and for what inhibits a page, to arrive; one evaluation at least."""

_MERGE = """\
Complete as it stands, and made to be merged into yours: put the route of llm_service below your root route, before
any route that would take its alerts, add the receivers and append the inhibit_rules. All names carry the service.
"""
_GROUPING = """\
Alerts of one name are one notification: one model of twenty, or all of them. Not by model, or an outage of twenty
models would page twenty times; not without alertname, or an outage would be a silent update of yesterday's cost page.
A model that joins later is announced after group_interval.
"""
_TICKETS = """\
Everything that is no page, whatever its severity is called: waits for the morning. The long group_wait lets the
cause arrive before its consequences are written down.
"""
_RECEIVERS = """\
No integration: what notifies you is yours to say, for instance below `- name: {page}`:
  pagerduty_configs:
    - routing_key: <key>
      description: '{{{{ .CommonAnnotations.summary }}}}'
      links:
        - href: '{{{{ (index .Alerts 0).Annotations.runbook_url }}}}'
          text: Runbook
and below `- name: {ticket}`:
  webhook_configs:
    - url: https://tickets.example.com/alerts
      send_resolved: true
`default` takes what belongs to nobody, and stays behind when you merge.
"""
_INHIBITIONS = """\
Alertmanager takes a label that both sides lack for equal, so every label that has to be equal and that says what an
alert is about is demanded by a matcher too. A silenced alert still inhibits: silence its consequences with it.
No ticket keeps a page quiet.
"""


def render(bundle: Bundle, spec: Spec) -> dict[str, str]:
    """``alertmanager.yaml`` -> text."""
    names = {"page": f"{spec.name}-page", "ticket": f"{spec.name}-ticket"}
    rules = inhibit_rules(bundle, spec)
    parts = [
        yaml_text({"route": {"receiver": "default", "routes": [_route(spec, names)]}}),
        yaml_text({"receivers": [{"name": name} for name in ("default", *names.values())]}),
        *([_inhibit_text(rules)] if rules else []),
    ]
    # Without rules there is no third part to comment on.
    comments = ("\n".join((_MERGE, _GROUPING, _TICKETS)), _RECEIVERS.format(**names), _INHIBITIONS)
    body = [_comment(comment) + part for comment, part in zip(comments, parts, strict=False)]
    return {"alertmanager.yaml": "\n".join((_comment(generated_notice(bundle.spec_name)), *body))}


def _route(spec: Spec, names: Mapping) -> Mapping:
    page_wait = max(PAGE_WAIT, spec.prometheus.evaluation_interval)
    return {
        "matchers": [matcher("llm_service", "=", spec.name)],
        "receiver": names["ticket"],
        "group_by": ["alertname", "llm_service", cluster_label(spec)],
        "group_wait": "5m",
        "group_interval": "1h",
        "repeat_interval": "1d",
        "routes": [
            {
                "matchers": [matcher("severity", "=", "page")],
                "receiver": names["page"],
                "group_wait": duration_text(page_wait),
                "group_interval": "5m",
                "repeat_interval": "4h",
            }
        ],
    }


def _inhibit_text(rules: list[tuple[str, Mapping]]) -> str:
    items = [_comment(why, "  ") + textwrap.indent(yaml_text([rule]), "  ") for why, rule in rules]
    return "inhibit_rules:\n" + "".join(items)


def _comment(text: str, indent: str = "") -> str:
    return "".join(f"{indent}# {line}".rstrip() + "\n" for line in text.splitlines())
