"""Tokens in and out, and how many a request takes."""

from dashgen.signals.base import Signal

INPUT = Signal("tokens_input", "counter", "tokens", "input tokens, cached ones included")
OUTPUT = Signal("tokens_output", "counter", "tokens", "output tokens")
CACHE_READ = Signal("tokens_cache_read", "counter", "tokens", "input tokens read from the provider's cache")
CACHE_WRITE = Signal("tokens_cache_write", "counter", "tokens", "input tokens written to the provider's cache")
INPUT_PER_REQUEST = Signal("input_tokens_per_request", "histogram", "tokens", "input tokens per request")
OUTPUT_PER_REQUEST = Signal("output_tokens_per_request", "histogram", "tokens", "output tokens per request")
