"""The files of the target: one runbook per alert name, and the index."""

from __future__ import annotations

import re
from pathlib import Path

from dashgen.emit.notice import generated_notice
from dashgen.emit.runbooks.templates import Templates
from dashgen.emit.runbooks.text import prose, tidy
from dashgen.emit.runbooks.words import Links, alert_words, common_words
from dashgen.errors import OutputError
from dashgen.model import Alert, Bundle
from dashgen.spec import Spec

_NAME = re.compile(r"[A-Za-z0-9_-]+")
INDEX = "README"


def runbooks(bundle: Bundle, spec: Spec, rules: Path | None = None) -> dict[str, str]:
    """``runbooks/<alert name>.md`` and ``runbooks/README.md`` -> text.

    ``rules`` is the user's own folder of templates; what is not in it is taken from dashgen's.

    Raises:
        InputError: for a template that cannot be rendered.
        OutputError: for alerts whose names cannot be file names.
    """
    by_name: dict[str, list[Alert]] = {}
    for alert in bundle.alerts():
        by_name.setdefault(alert.name, []).append(alert)
    _check_names(by_name)
    templates = Templates(rules)
    files, entries = {}, []
    for name, alerts in by_name.items():
        links = Links(bundle, spec)
        words = {**common_words(bundle, spec, links), "alert": alert_words(alerts, links)}
        template = templates.of_alert(name)
        files[f"runbooks/{name}.md"] = _page(spec, templates.render(template, words), links)
        brief = templates.brief(template, words) or words["alert"].described
        entries.append({"name": name, "page": words["alert"].page, "brief": brief})
    files[f"runbooks/{INDEX}.md"] = _index(bundle, spec, templates, entries)
    return files


def _index(bundle: Bundle, spec: Spec, templates: Templates, entries: list[dict[str, object]]) -> str:
    links = Links(bundle, spec)
    missing = [
        {
            "name": each.name,
            "parts": [prose(part) for part in (each.missing.signal, each.missing.reason, each.missing.how)],
        }
        for each in bundle.missing_alerts
    ]
    words = {**common_words(bundle, spec, links), "alerts": entries, "missing": missing}
    return _page(spec, templates.render(templates.index(), words), links)


def _page(spec: Spec, text: str, links: Links) -> str:
    definitions = links.definitions()
    notice = f"<!-- {generated_notice(spec.name)} -->"
    return tidy(f"{notice}\n\n{text}\n\n{definitions}")


def _check_names(names: dict[str, list[Alert]]) -> None:
    odd = [name for name in names if not _NAME.fullmatch(name) or name == INDEX]
    if odd:
        raise OutputError(
            [f"the alert name {name!r} is no name for a runbook: letters, digits, _ and - only" for name in odd]
        )
