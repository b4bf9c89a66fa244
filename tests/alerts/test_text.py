"""What the spec says is text in alerts, whatever it looks like: labels and annotations are templates."""

import pytest

from tests.alerts.deployments import spec, ttft
from tests.promtool import play

SLOW = {5000: 1.0}


@pytest.mark.parametrize("text", ["{{ oops", "{{ .x }}", "{{ $labels.model }}", 'a"b\\c`d', "Bücher & <b>"])
def test_team_title_and_labels_are_never_templates(text):
    chosen = spec(team=text, title=text, alerts={"labels": {"queue": text}})
    played = play(chosen, ttft((60, 15, SLOW)), groups=("latency",), until=15)
    first = played.firing("LLMTimeToFirstTokenHigh")[0]
    assert (first.labels["team"], first.labels["queue"]) == (text, text)
    assert first.annotations["summary"].startswith(f"{text}: gpt (cloud)")


def test_links_choose_model_and_route_but_no_namespace():
    played = play(spec(), ttft((60, 15, SLOW)), groups=("latency",), until=15)
    url = played.firing("LLMTimeToFirstTokenHigh")[0].annotations["dashboard_url"]
    assert "var-namespace" not in url
    assert url.endswith("&var-model=gpt&var-route=cloud")
