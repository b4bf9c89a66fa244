"""The least a grafanalib user can write for as many panels as dashgen emits: the yardstick of ``build``.

Usage: python bare_grafanalib.py PANELS FILE
"""

import json
import sys
from pathlib import Path

from grafanalib._gen import DashboardEncoder
from grafanalib.core import Dashboard, GridPos, Target, TimeSeries

panels = [
    TimeSeries(
        title=f"Panel {number}",
        gridPos=GridPos(h=8, w=12, x=12 * (number % 2), y=8 * (number // 2)),
        targets=[
            Target(expr=f"histogram_quantile({q}, sum by (le) (rate(metric_{number}_bucket[5m])))", refId=ref)
            for q, ref in ((0.5, "A"), (0.95, "B"), (0.99, "C"))
        ],
    )
    for number in range(int(sys.argv[1]))
]
text = json.dumps(Dashboard(title="bare", panels=panels), cls=DashboardEncoder, sort_keys=True, indent=2)
Path(sys.argv[2]).write_text(text)
