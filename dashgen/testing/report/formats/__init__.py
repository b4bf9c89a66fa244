"""Formats of reports: each module has ``lines(run, *, quiet) -> Iterator[Line]`` and is named like its format."""
