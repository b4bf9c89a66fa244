"""``python -m dashgen`` is the same as the ``dashgen`` command."""

from dashgen.cli.app import main

if __name__ == "__main__":
    main()
