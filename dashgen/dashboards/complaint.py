"""A user complained: what happened to their request?"""

from __future__ import annotations

from typing import Any

from dashgen.dashboards.parts import langfuse_url, sampled, traced
from dashgen.model import Missing, Panel, Query, Row
from dashgen.signals import users
from dashgen.spec import Spec


def complaint_row(spec: Spec) -> Row:
    """Traces of one user, and the way to the prompts."""
    return Row("complaint", "A user complained", (_traces(spec), _prompts(spec)))


def _traces(spec: Spec) -> Panel:
    caveat = " Sampled: a request may be missing." if sampled(spec) else ""
    return traced(
        spec,
        "traces by user",
        Query("traces", users.requests_of_user(spec), source="tempo", format="table"),
        key="user-traces",
        title="Requests of the user above" if spec.tempo else "Requests of one user",
        description=f"Traces with this user id: model, route, tokens, cost and TTFT are on the span.{caveat}",
        viz="table",
        width=16,
        height=10,
    )


def _prompts(spec: Spec) -> Panel:
    frame: dict[str, Any] = {
        "key": "prompts",
        "title": "Prompts and completions",
        "description": "The text of prompts and answers is in Langfuse, never in Prometheus.",
        "viz": "text",
        "width": 8,
        "height": 10,
    }
    if spec.langfuse is None:
        gap = Missing("prompt text", "the spec names no Langfuse", "add langfuse: {url: …, project: …} to the spec")
        return Panel(**frame, missing=gap)
    user = langfuse_url(spec, "users") + "/${user_id:percentencode}"
    lines = (
        "1. Type the user's id into **User id** at the top.",
        f"2. [Open this user in Langfuse]({user}): every trace with prompt, answer, tokens and cost.",
        "3. Compare route and model with the panels above: slow everywhere, or slow for one user?",
    )
    return Panel(**frame, content="\n".join(lines))
