"""What ``dashgen lint`` says of this deployment's dashboards and rules, and somebody decided to live with."""

from typing import Annotated

from pydantic import Field

from dashgen.spec.types import Day, Strict, Text


class Ignored(Strict):
    """One decision: findings of a check that are no mistake here, for a reason, and for how long."""

    check: Text = Field(
        description="name or code of the check, as `dashgen rules` lists it", examples=["no-absent-twin"]
    )
    panel: Text | None = Field(
        default=None,
        description="panel whose findings are meant, as dashboard/panel",
        examples=["cost/margin"],
    )
    alert: Text | None = Field(
        default=None, description="alert whose findings are meant", examples=["LLMErrorRateHigh"]
    )
    reason: Annotated[Text, Field(examples=["the gateway reports it instead"])] = Field(
        description="why it is no mistake here, in at least four words"
    )
    until: Day | None = Field(
        default=None,
        description="last day it holds, as year-month-day; for ever when left out",
        examples=["2027-01-31"],
    )


class Lint(Strict):
    """What the linter keeps to itself."""

    ignore: tuple[Ignored, ...] = Field(
        default=(),
        description="findings that are no mistake here; one that hides nothing any more is a finding itself",
    )
