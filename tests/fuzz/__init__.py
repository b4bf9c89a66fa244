"""Mutated files through the whole of lint: nothing raises, nothing hangs, memory stays: ``python -m tests.fuzz``."""
