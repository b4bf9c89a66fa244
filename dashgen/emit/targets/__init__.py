"""Output formats, one module each: ``render(bundle, spec) -> {file name: text}``."""
