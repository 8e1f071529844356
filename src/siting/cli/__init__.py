"""The command line: arguments, progress and exit codes, and nothing that a library user needs.

Exit codes: 0 compliant, 1 findings, 2 input or usage that siting cannot work with.
"""

from siting.cli.app import main

__all__ = ["main"]
