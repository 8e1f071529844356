"""Where the files of the top-level folder `rules` are: in the wheel, or in a checkout.

Owns finding and reading them; what they mean is known by `siting.vocabulary` and `siting.rules`.
"""

from __future__ import annotations

from pathlib import Path

from siting.errors import RuleError
from siting.message import message

FACILITY_TYPES_FILE = "facility-types.yaml"


def shipped_folder() -> Path:
    """Return the folder of the rule packs that come with siting.

    An installed wheel carries them inside the package, a checkout at its top.

    Raises
    ------
    RuleError
        Neither is there: the installation is damaged.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "_packs", package.parent.parent / "rules"):
        if (folder / FACILITY_TYPES_FILE).is_file():
            return folder
    raise RuleError("rules", [message("rules.not_shipped")])


def read_shipped(name: str) -> bytes:
    """Return the content of one shipped file, such as ``facility-types.yaml``."""
    return (shipped_folder() / name).read_bytes()
