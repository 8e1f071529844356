"""``siting sample``: write the made-up district to try everything on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from siting.cli.console import print_result, said
from siting.message import message


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("sample")(sample)


def sample(
    folder: Annotated[Path, typer.Argument()],
    *,
    seed: Annotated[int, typer.Option()] = 20241,
    force: Annotated[bool, typer.Option("--force")] = False,
) -> None:
    """Write a made-up district: streets, homes, services, rasters and its siting.yaml."""
    from siting.sample import write_sample

    project = write_sample(folder, seed=seed, force=force)
    print_result(said(message("sample.written", project=project)))
