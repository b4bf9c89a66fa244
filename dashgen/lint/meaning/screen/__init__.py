"""What a dashboard shows: its variables, data sources, lines, units and colours."""
