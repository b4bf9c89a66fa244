"""``rule-file``: the rules as a plain rule file, for ``rule_files`` of Prometheus, Thanos Ruler or vmalert."""

from __future__ import annotations

from dashgen.emit.notice import generated_notice
from dashgen.emit.rules_yaml import rules_text
from dashgen.model import Bundle
from dashgen.spec import Spec


def render(bundle: Bundle, spec: Spec) -> dict[str, str]:
    """``rules.yaml`` -> text."""
    return {"rules.yaml": rules_text(bundle.groups, generated_notice(bundle.spec_name))}
