"""Write the reference pages that are made from the code: ``python docs/build_reference.py``.

A test compares what this makes with what is committed, so that the pages cannot grow old.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel

from siting.loaders.project.model import Project

DOCS = Path(__file__).resolve().parent

_PROJECT_HEAD = """\
# The project file

`siting.yaml` names the layers, the rules and the parameters of one analysis. Paths are relative to
the file. Unknown keys are refused, with the nearest known one named. `siting schema project` prints
the JSON Schema, with which an editor completes and checks the file.

A layer that may be given several times takes one entry or a list of entries.

*This page is made from the code by `docs/build_reference.py`.*
"""


def project_page() -> str:
    """Return the reference of every key of a project file."""
    return _PROJECT_HEAD + "\n" + "\n".join(_sections(Project, "(top level)", set()))


def _sections(model: type[BaseModel], path: str, seen: set[tuple[type, str]]) -> list[str]:
    """Return a section for a model and, below it, for each model that its keys hold."""
    lines = [f"## `{path}`" if path != "(top level)" else "## Top level", ""]
    lines += [(model.__doc__ or "").strip().split("\n")[0], ""]
    lines += ["| key | default | meaning |", "|---|---|---|"]
    inner: list[tuple[str, type[BaseModel]]] = []
    for name, field in model.model_fields.items():
        lines.append(f"| `{name}` | {_default(field)} | {field.description or ''} |")
        inner += [(name, each) for each in _models_in(field.annotation)]
    lines.append("")
    for name, each in inner:
        where = name if path == "(top level)" else f"{path}.{name}"
        if (each, where) not in seen:
            seen.add((each, where))
            lines += _sections(each, where, seen)
    return lines


def _default(field: Any) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ((), {}) or isinstance(value, BaseModel):
        return ""
    return f"`{', '.join(map(str, value)) if isinstance(value, tuple) else value}`"


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """Return the models inside an annotation such as ``tuple[Layer, ...] | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    found: list[type[BaseModel]] = []
    for part in getattr(annotation, "__args__", ()):
        found += [each for each in _models_in(part) if each not in found]
    return found


PAGES = {"project-file.md": project_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
