"""Runbooks: Jinja templates of ``rules/`` and the alerts of a bundle -> Markdown, one file per alert and an index.

Templates see only what ``words`` gives them, in which text of the spec is escaped already.
"""

from dashgen.emit.runbooks.pages import runbooks

__all__ = ["runbooks"]
