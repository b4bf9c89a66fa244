"""The formats there are: the files of ``formats``."""

from __future__ import annotations

import re

from dashgen.report.formats import Formats

FORMATS = Formats(
    "dashgen.lint.report.formats",
    re.compile(
        rb'\{\n  "(?:version": \d|\$schema": "[^"\n]*sarif)|\[\n  \{\n    "description": |\[\]\n\Z|'
        rb"<\?xml [^\n]*\n<testsuites|::(?:error|warning|notice) |"
        rb"(?:error|warning|info)\[[A-Z]{3}\d{3}\] |[^\n]*:\d+:\d+: (?:error|warning|info) [A-Z]{3}\d{3} |"
        rb"\d+ files?, | *\d+  [A-Z]{3}\d{3}  "
    ),
)
"""How files of them begin is how one is known that may be replaced."""
