"""``siting schema``: the JSON Schemas, with which editors complete and check what people write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from siting.cli.console import print_result
from siting.cli.report_file import write_text_report


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("schema")(schema)


def schema(
    name: Annotated[
        Literal["project", "plan", "plans", "rules"],
        typer.Argument(),
    ],
    *,
    output: Annotated[Path | None, typer.Option("--output", "-o")] = None,
) -> None:
    """Print the JSON Schema (draft 2020-12) of a file that people write."""
    text = json.dumps(json_schema(name), ensure_ascii=False, indent=2)
    if output is None:
        print_result(text)
    else:
        write_text_report(output, f"{text}\n")


def json_schema(name: str) -> dict[str, Any]:
    """Return one of the schemas by its name."""
    if name == "project":
        from siting.loaders.project.read import project_json_schema

        return project_json_schema()
    if name == "plan":
        from siting.loaders.plan.read import plan_json_schema

        return plan_json_schema()
    if name == "plans":
        from siting.loaders.plan.shared import plans_json_schema

        return plans_json_schema()
    from siting.rules.pack.schema import pack_schema

    return pack_schema()
