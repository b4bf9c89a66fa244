"""Names and labels that exporters do not have, no longer have, or have under a condition."""
