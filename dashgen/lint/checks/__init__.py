"""The checks there are: ``<family>/<name>.py``, found by being here. A file holds one class and what only it needs."""
