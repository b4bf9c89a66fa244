"""When and why an alert fires, what watches that it can, and what its texts say."""
