"""``runbooks``: one Markdown file per alert and an index, from the templates of ``rules/``.

The alerts' ``runbook_url`` is ``<runbooks of the spec>/<alert name>``: serve the folder there with anything that
shows ``<alert name>.md`` under the name without ``.md`` (a wiki, MkDocs, a static site).
"""

from __future__ import annotations

from pathlib import Path

from dashgen.model import Bundle
from dashgen.spec import Spec


def render_with_rules(bundle: Bundle, spec: Spec, rules: Path | None) -> dict[str, str]:
    """``runbooks/<alert name>.md`` and ``runbooks/README.md`` -> text.

    Raises:
        InputError: for a template that cannot be rendered.
        OutputError: for alerts whose names cannot be file names.
    """
    from dashgen.emit.runbooks import runbooks  # Jinja costs 0.05 s

    return runbooks(bundle, spec, rules)
