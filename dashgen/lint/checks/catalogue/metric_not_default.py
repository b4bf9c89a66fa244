"""``metric-not-default``."""

from __future__ import annotations

from dashgen.lint.checks.catalogue._names import NameCheck
from dashgen.lint.finding import Severity


class MetricNotDefault(NameCheck):
    """A metric that its exporter exposes only when somebody turned it on.

    The CSV that NVIDIA ships has `DCGM_FI_PROF_SM_ACTIVE` commented out and no `DCGM_FI_DEV_FB_TOTAL` at all, so the
    most copied alert on GPU memory never has data: it cannot fire. Turn the metric on and say so under `enabled` of
    the source in the spec, or read what is there.

    Bad:

        DCGM_FI_DEV_FB_USED / DCGM_FI_DEV_FB_TOTAL > 0.95

    Good:

        DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE + DCGM_FI_DEV_FB_RESERVED) > 0.95
    """

    code = "CAT005"
    name = "metric-not-default"
    severity = Severity.WARNING
    kind = "off"
