"""The words of the sample: project files, and a README that lists what is wrong on purpose.

Owns the filling of the templates that stand beside this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from string import Template

from siting.sample.district import District
from siting.sample.faults import MadeFault

PROJECT_FILES = ("siting.yaml", "siting-compounds.yaml", "siting-cells.yaml")
_SHARED = ("head", "facilities", "areas", "rest")


def project_files() -> dict[str, str]:
    """Return the project files by name: by building, by compound, by raster cell."""
    shared = {part: _template(f"{part}.yaml").rstrip("\n") for part in _SHARED}
    return {name: Template(_template(name)).substitute(shared) for name in PROJECT_FILES}


def readme(district: District, faults: Sequence[MadeFault], seed: int) -> str:
    """Return the README in English and Chinese, with every fault that is there on purpose."""
    homes = district.homes
    numbers = {
        "buildings": len(homes.plan),
        "compounds": len(district.compounds),
        "households": f"{homes.households.sum():,}",
        "people": f"{homes.population.sum():,}",
        "elderly": f"{homes.elderly.sum():,}",
        "communities": len(district.areas.name),
        "subdistricts": len(set(district.areas.subdistrict)),
        "facilities": len(district.services),
        "types": len({service.facility_type for service in district.services}),
        "sites": len(district.sites),
        "cut_off": f"{district.cut_off.compound_id} {district.cut_off.name}",
        "seed": seed,
        "faults": "\n".join(_fault_row(fault) for fault in faults),
    }
    return Template(_template("README.md")).substitute(numbers)


def _template(name: str) -> str:
    return (resources.files(__package__) / "templates" / name).read_text(encoding="utf-8")


def _fault_row(fault: MadeFault) -> str:
    subjects = ", ".join(f"`{subject}`" for subject in fault.subjects) or "-"
    note = f"`{fault.note}`" if fault.note else "-"
    return f"| `{fault.file}` | {fault.en} | {fault.zh} | {subjects} | {note} |"
