"""Texts of files -> what checks look at. Whatever cannot be read is a finding, never an exception."""
