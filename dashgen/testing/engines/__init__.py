"""The same cases on a second engine: where vmalert-tool's answers differ from promtool's, and why if that is known."""
