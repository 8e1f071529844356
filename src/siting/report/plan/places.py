"""How a report names a file: from the root of the repository, where viewers look for it."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Base:
    """From where the paths of findings are meant, and from where a report gives them.

    Parameters
    ----------
    here
        The folder that relative paths start from, absolute.
    root
        The folder that the report's paths start from, absolute.
    """

    here: str
    root: str

    def path_of(self, file: str) -> str:
        """Return a path as the report gives it; as it is where it lies outside the root.

        Examples
        --------
        >>> base = Base("/home/me/city/plans", "/home/me/city")
        >>> base.path_of("b/plan.yaml"), base.path_of("/home/me/city/a.xlsx")
        ('plans/b/plan.yaml', 'a.xlsx')
        >>> base.path_of("../../other/plan.yaml")
        '../../other/plan.yaml'
        """
        path, root = file.replace("\\", "/"), self.root.replace("\\", "/").rstrip("/")
        if path[1:2] != ":":
            path = posixpath.join(self.here.replace("\\", "/"), path)
        whole = posixpath.normpath(path)
        return whole[len(root) + 1 :] if whole.startswith(f"{root}/") else file
