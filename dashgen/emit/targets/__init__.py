"""Output formats, one module each: ``render(bundle, spec) -> {file name: text}``.

A target that needs to know what the others wrote has ``render_last(bundle, spec, written)`` instead;
one that reads the user's ``rules/`` folder has ``render_with_rules(bundle, spec, rules)``.
"""
