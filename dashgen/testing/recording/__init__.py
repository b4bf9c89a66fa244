"""Recordings: the raw series a spec rests on, captured from a Prometheus, in files that scenarios replay.

``needs`` says what to capture, ``capture`` gets it through ``api`` and ``client``, ``privacy`` hides people, ``format``
says what a file looks like, ``replay`` makes series of it.
"""
