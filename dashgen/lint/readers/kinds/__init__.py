"""One way of holding dashboards or rules per file; each is found by being here."""
