"""``unknown-metric``."""

from __future__ import annotations

from dashgen.lint.checks.catalogue._names import NameCheck
from dashgen.lint.finding import Severity


class UnknownMetric(NameCheck):
    """A name in the namespace of an exporter that no version of it exposes.

    A query of a series that does not exist is no error: the panel stays blank, the alert silent, `absent()` fires for
    ever. Somebody who sees an empty error panel concludes that there are no errors. Names come wrong from slips, from
    engines that look alike, and from exporters the deployment does not run.

    Bad:

        sum by (model_name) (vllm:num_request_waiting)

    Good:

        sum by (model_name) (vllm:num_requests_waiting)
    """

    code = "CAT001"
    name = "unknown-metric"
    severity = Severity.ERROR
    kind = "unknown"
