"""What a run found, for people and for machines: one file in ``formats`` for each format."""
