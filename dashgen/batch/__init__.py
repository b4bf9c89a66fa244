"""Many specs at once: compiled in parallel, remembered from the last build, reported in the order of their files.

Nothing here writes to the output folder; ``emit`` does, when every spec has compiled.
"""
