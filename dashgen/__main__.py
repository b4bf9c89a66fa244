"""``python -m dashgen`` is the same as the ``dashgen`` command."""

from dashgen.cli.app import run

if __name__ == "__main__":
    run()
