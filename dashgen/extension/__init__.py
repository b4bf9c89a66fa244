"""``extend: ./panels.py:fn`` of a spec: loads the function, calls it with the model, checks what it returns.

An extension adds rows, panels, recording rules and tickets, and can change nothing that is there: its panels and
alerts go through the same layout, ids, checks and targets as ours. ``dashgen.extend`` has helpers for its author.
"""

from dashgen.extension.run import Extended, extend

__all__ = ["Extended", "extend"]
