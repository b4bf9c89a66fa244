"""What expressions and files mean, for checks to share: names of series, numbers, why alerts fire, what screens show.

Knows the catalogue and the language, and reports nothing itself. Each topic has a folder; what all look at is here.
"""
