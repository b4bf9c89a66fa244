"""The quantities operators ask about: signal + spec -> PromQL.

One file per family of signals; ``resolve`` finds who provides a signal, ``raw`` reads exporters and
writes canonical labels, ``recorded`` reads what was recorded. No panel, alert or file format here.
"""

from dashgen.signals.recorded import Recorded
from dashgen.signals.resolve import find

__all__ = ["Recorded", "find"]
