"""Where the rule packs are: in the wheel, in a checkout, or beside a project.

Owns finding and reading the shipped files; what they mean is in `siting.rules.pack.parse`.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from siting.did_you_mean import hint_known
from siting.errors import RuleError
from siting.message import Message, message
from siting.rules.pack.parse import parse_packs, rule_ids
from siting.shipped import FACILITY_TYPES_FILE, shipped_folder
from siting.yaml_lines import MAX_BYTES, load_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from siting.rules.pack.model import Pack


def find_packs(refs: Iterable[str] = (), base: Path | None = None) -> tuple[Path, ...]:
    """Find the files of rule packs.

    Parameters
    ----------
    refs
        Each a shipped folder (``cn/wuhan``) or pack (``cn/wuhan/elder-care`` with or without
        ``.yaml``), or a file or folder relative to `base`. A path that is there wins over a
        shipped name. None at all means every shipped pack.
    base
        The folder that relative paths start at, usually that of the project file.

    Returns
    -------
    tuple of pathlib.Path
        Files in the order of the references, sorted within a folder, each once.

    Raises
    ------
    RuleError
        Every reference that leads nowhere, with the nearest shipped name.

    Examples
    --------
    >>> "cn-wuhan" in {path.parent.parent.name + "-" + path.parent.name for path in find_packs()}
    True
    """
    found: dict[Path, None] = {}
    faults: list[Message] = []
    for ref in tuple(refs) or ("cn",):
        files = _files_of(ref, base or Path())
        found.update(dict.fromkeys(files))
        if not files:
            faults.append(message("pack.not_found", ref=ref, hint=_hint(ref)))
    if faults:
        raise RuleError("rules", faults)
    return tuple(found)


def read_packs(paths: Iterable[Path]) -> tuple[Pack, ...]:
    """Read rule packs; the faults of all files come in one error.

    Parameters
    ----------
    paths
        Files, as `find_packs` gives them.

    Raises
    ------
    RuleError
        A file cannot be read, or holds faults (see `siting.rules.pack.parse.parse_packs`).
    """
    sources = [(shown_path(path), _bytes_of(path)) for path in paths]
    return parse_packs(sources, elsewhere=shipped_rule_ids)


@lru_cache(maxsize=1)
def shipped_rule_ids() -> frozenset[str]:
    """Return the ids of all shipped rules, which a pack may name without being read with them."""
    files = _packs_in(shipped_folder())
    read = [load_yaml(path.read_bytes(), shown_path(path), error=RuleError)[0] for path in files]
    return frozenset(name for data in read for name in rule_ids(data))


def shown_path(path: Path) -> str:
    """Return the name of a pack for messages: ``rules/cn/...`` where shipped, else as given."""
    try:
        return "rules/" + path.resolve().relative_to(shipped_folder()).as_posix()
    except ValueError:
        return path.as_posix()


def _files_of(ref: str, base: Path) -> tuple[Path, ...]:
    written = Path(ref).expanduser()
    shipped = shipped_folder()
    candidates = [base / written]
    if not written.is_absolute() and ".." not in written.parts:
        candidates += [shipped / written, shipped / f"{ref}.yaml"]
    for path in candidates:
        if path.is_file():
            return (path,)
        if path.is_dir() and (files := _packs_in(path)):
            return files
    return ()


def _packs_in(folder: Path) -> tuple[Path, ...]:
    return tuple(
        sorted(
            each
            for each in folder.rglob("*.yaml")
            if each.name != FACILITY_TYPES_FILE and each.is_file()
        )
    )


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise RuleError(shown_path(path), [message("pack.unreadable", reason=reason)]) from None


def _hint(ref: str) -> Message:
    shipped = shipped_folder()
    packs = [path.relative_to(shipped) for path in shipped.glob("*/**/*.yaml")]
    names = {path.with_suffix("").as_posix() for path in packs}
    names |= {path.parent.as_posix() for path in packs}
    return hint_known(ref, names)
