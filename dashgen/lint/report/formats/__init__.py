"""Formats of reports: each module has ``lines(report, *, quiet) -> Iterator[Line]`` and is named like its format."""
