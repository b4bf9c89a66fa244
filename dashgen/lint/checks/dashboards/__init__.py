"""Dashboards that cannot be moved, picked from, or believed."""
