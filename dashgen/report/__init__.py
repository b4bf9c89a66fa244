"""What the reports of tests and of lint share: lines, formats by name, and the rules of other people's formats."""
