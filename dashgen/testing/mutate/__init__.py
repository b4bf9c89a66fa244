"""Small wrong changes to queries and alerts, and whether the scenarios notice each of them.

Works on tokens: rewriting through the parser's tree loses text.
"""
