"""Prefix cache of the engine. The provider's prompt cache is counted in tokens: see tokens."""

from dashgen.signals.base import Signal

PREFIX_HITS = Signal("prefix_cache_hits", "counter", "tokens", "prefix-cache hits")
PREFIX_QUERIES = Signal("prefix_cache_queries", "counter", "tokens", "prefix-cache queries")
