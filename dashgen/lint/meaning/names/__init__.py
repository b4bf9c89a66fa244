"""Names of series and labels: what they are called, where, since when, and what was meant by a wrong one."""
