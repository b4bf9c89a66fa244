"""What grows while an engine works: how to tell a pod that hangs or began anew from one that serves."""

from __future__ import annotations

from dashgen.signals.feed import Feed
from dashgen.signals.recorded import Recorded
from dashgen.signals.resolve import find
from dashgen.signals.tokens import INPUT, OUTPUT
from dashgen.spec import Spec


def progress(spec: Spec, feed: Feed) -> Feed | None:
    """The counter of the same source: output tokens, or the prompt's where another engine decodes; None without."""
    signal = INPUT if feed.source.role == "prefill" else OUTPUT
    found = find(spec, signal, "engine")
    feeds = found.feeds if isinstance(found, Recorded) else ()
    return next((other for other in feeds if other.source == feed.source), None)
