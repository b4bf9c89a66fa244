"""Alerts that fire all the time on purpose, so that their silence is noticed."""

from __future__ import annotations

import re

from dashgen.lint.subject import Rule

_NAME = re.compile(r"watchdog|dead.?man|heartbeat|always.?firing|info.?inhibitor", re.IGNORECASE)


def watchdog(rule: Rule) -> bool:
    """Whether an alert is one by its name, or by a severity that nobody is notified of."""
    return bool(_NAME.search(rule.name)) or rule.labels.get("severity", "").lower() in ("none", "heartbeat")
