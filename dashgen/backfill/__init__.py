"""``dashgen backfill``: recorded history from raw series, so that last week and 30 days are there on the first day.

Plans the passes a model needs and writes them as a shell script around promtool (or vmalert). Runs nothing itself.
"""

from dashgen.backfill.plan import Pass, Plan, plan
from dashgen.backfill.script import script

__all__ = ["Pass", "Plan", "plan", "script"]
