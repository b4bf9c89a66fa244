"""What a change means: emitted artefacts of two sides -> neutral form -> changes -> words.

Pure: text goes in, text comes out; where the two sides come from is the command's business.
"""
