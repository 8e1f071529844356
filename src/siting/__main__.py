"""``python -m siting``: the command line where no script is on the path."""

from siting.cli import main

if __name__ == "__main__":
    main()
