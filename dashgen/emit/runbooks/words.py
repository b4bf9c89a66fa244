"""What a runbook template may say: names, values and functions. Text of the spec is escaped before it gets here."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashgen.emit.matchers import matcher
from dashgen.emit.promql_layout import lay_out
from dashgen.emit.runbooks.settings import setting, setting_lines
from dashgen.emit.runbooks.text import code, fence, prose, spoken
from dashgen.model import Alert, Bundle, Dashboard, Panel
from dashgen.model.identity import stable_id
from dashgen.spec import Spec
from dashgen.spec.types import duration_text

_ANCHOR = re.compile(r"[A-Za-z0-9/_-]+")
_NUMBER = re.compile(r"(?<![\w:.])[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?(?![\w:.])")
_UNITS = {"s": "{} s", "percentunit": "{}%", "currencyUSD": "${}", "celsius": "{} °C"}


@dataclass(frozen=True, slots=True)
class RuleWords:
    """One alerting rule: its expression as a code block, how long it waits and goes on ("" when it does not)."""

    promql: str
    wait: str
    keep_firing_for: str


@dataclass(frozen=True, slots=True)
class AlertWords:
    """One alert name. ``panel`` is ``dashboard/panel``, ``lines`` the thresholds drawn there that its rule reads."""

    name: str
    page: bool
    described: str
    panel: str
    lines: tuple[str, ...]
    rules: tuple[RuleWords, ...]


@dataclass(slots=True)
class Links:
    """Panels as links of one Markdown file; ``targets`` collects those that were used."""

    bundle: Bundle
    spec: Spec
    targets: dict[str, str] = field(default_factory=dict)

    def find(self, ref: str) -> tuple[Dashboard, Panel] | None:
        """The panel ``dashboard/key`` of this spec."""
        pairs = ((board, panel) for board in self.bundle.dashboards for panel in board.panels())
        return next(((board, panel) for board, panel in pairs if f"{board.key}/{panel.key}" == ref), None)

    def shown(self, *refs: str) -> bool:
        """Whether all these panels are on the dashboards and have data."""
        found = [self.find(ref) for ref in refs]
        return all(pair is not None and pair[1].missing is None for pair in found)

    def panel(self, ref: str) -> str:
        """A link to a panel; its name where the spec says no Grafana, and that it is not there when it is not."""
        found = self.find(ref)
        if found is None:
            return f"{code(ref)} (not on the dashboards of this spec)"
        board, panel = found
        title = prose(panel.title)
        if self.spec.grafana.url is None:
            return f"**{title}** ({prose(board.title)})"
        number = stable_id(board.key, panel.key)
        anchor = ref if _ANCHOR.fullmatch(ref) else str(number)
        chosen = [variable.name for variable in board.variables if variable.name in ("cluster", "model", "route")]
        every = "".join(f"&var-{name}=%24__all" for name in chosen)
        address = f"{self.spec.grafana.url.rstrip('/')}/d/{board.uid}?viewPanel={number}{every}"
        self.targets[anchor] = address
        return f"[{title}][{anchor}]"

    def look(self, ref: str, caller: Callable[[], str]) -> str:
        """A numbered step that looks at a panel; nothing where the panel has no data in this spec."""
        return f"1. {self.panel(ref)}: {caller().strip()}\n" if self.shown(ref) else ""

    def definitions(self) -> str:
        """Where the links of the file lead."""
        return "\n".join(f"[{anchor}]: <{address}>" for anchor, address in sorted(self.targets.items()))


def alert_words(alerts: Sequence[Alert], links: Links) -> AlertWords:
    """The alerts of one name; what is said of all is that of the first."""
    first = alerts[0]
    ref = f"{first.panel.dashboard}/{first.panel.panel}"
    found = links.find(ref)
    drawn = [(line.value, found[1].unit) for line in found[1].thresholds] if found else []
    return AlertWords(
        name=first.name,
        page=any(alert.severity == "page" for alert in alerts),
        described=spoken(first.description),
        panel=ref,
        lines=tuple(
            _amount(value, unit) for value, unit in drawn if any(_compares(alert.expr, value) for alert in alerts)
        ),
        rules=tuple(
            RuleWords(
                promql=fence(lay_out(alert.expr), "promql"),
                wait=duration_text(alert.wait) if alert.wait else "",
                keep_firing_for=duration_text(alert.keep_firing_for) if alert.keep_firing_for else "",
            )
            for alert in alerts
        ),
    )


def common_words(bundle: Bundle, spec: Spec, links: Links) -> dict[str, Any]:
    """What every template may say, whichever alert it is about."""
    names = {alert.name for alert in bundle.alerts()}
    return {
        "service": spec.name,
        "title": prose(spec.display_title),
        "team": prose(spec.team or ""),
        "grafana": spec.grafana.url is not None,
        "runbook_base": code(spec.runbooks.rstrip("/")) if spec.runbooks else "",
        "cloud": any(model.route == "cloud" for model in spec.models),
        "local": any(model.route == "local" for model in spec.models),
        "kinds": frozenset(source.kind for source in spec.sources),
        "engines": frozenset(model.engine_kind for model in spec.models if model.engine_kind),
        "sources": tuple((source.kind, code(_series(source.selector))) for source in spec.sources),
        "local_models": tuple(prose(model.name) for model in spec.models if model.route == "local"),
        "panel": links.panel,
        "shown": links.shown,
        "look": links.look,
        "setting": lambda path: setting(spec, path),
        "percent": lambda path: f"{100 * float(setting(spec, path)):.6g} %",
        "setting_lines": lambda section: setting_lines(spec, section),
        "kubectl": lambda what: _kubectl(spec, what),
        "exists": names.__contains__,
        "runbook": lambda name: f"[{name}]({name}.md)" if name in names else code(name),
    }


def _series(selector: Any) -> str:
    return f"up{{{', '.join(matcher(label, *value.operator()) for label, value in selector.items())}}}"


def _kubectl(spec: Spec, what: str) -> str:
    """``kubectl get pods`` and the like, for the pods of every local model."""
    places = {(model.workload.namespace, model.workload.pods) for model in spec.models if model.workload}
    commands = [
        code(f"kubectl -n {shlex.quote(space)} {what} | grep -E {shlex.quote(f'^({pods}) ')}")
        for space, pods in sorted(places)
    ]
    return ", ".join(commands) or f"{code(f'kubectl {what}')} in the namespace of the engine"


def _compares(expr: str, value: float) -> bool:
    """Whether a number of the expression is that value: a panel may draw lines of its own."""
    return any(float(number) == value for number in _NUMBER.findall(expr))


def _amount(value: float, unit: str) -> str:
    scaled = value * 100 if unit == "percentunit" else value
    return prose(_UNITS.get(unit, "{}").format(f"{scaled:.6g}"))
