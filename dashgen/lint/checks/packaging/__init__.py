"""Files that the tool which ships them will refuse or change."""
