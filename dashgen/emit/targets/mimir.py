"""``mimir``: the rules as a file for ``mimirtool rules load`` and ``mimirtool rules sync``.

A group is never split for Mimir's limit of rules in it: a record and the alerts that read it share one, in order.
"""

from __future__ import annotations

from dashgen.emit.kubernetes import base_name
from dashgen.emit.notice import headed
from dashgen.emit.rules_yaml import rule_groups
from dashgen.emit.yaml_text import yaml_text
from dashgen.model import Bundle
from dashgen.spec import Spec

RULES_IN_A_GROUP, GROUPS = 20, 70
"""What Mimir allows a tenant when its operator says nothing else."""


def render(bundle: Bundle, spec: Spec) -> dict[str, str]:
    """``mimir-rules.yaml`` -> text."""
    document = {"namespace": base_name(spec), "groups": rule_groups(bundle.groups)}
    return {"mimir-rules.yaml": yaml_text(document, headed(bundle.spec_name, *_remarks(bundle)))}


def _remarks(bundle: Bundle) -> list[str]:
    """What the tenant's limits have to be, where the defaults are too low."""
    largest = max((len(group.rules) for group in bundle.groups), default=0)
    needed = {
        "ruler_max_rules_per_rule_group": (largest, RULES_IN_A_GROUP),
        "ruler_max_rule_groups_per_tenant": (len(bundle.groups), GROUPS),
    }
    return [
        f"Mimir refuses this file unless the tenant's {name} is {found} or more; the default is {default}."
        for name, (found, default) in needed.items()
        if found > default
    ]
