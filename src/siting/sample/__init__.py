"""A made-up district with a river, gated compounds and messy files, to try everything on."""

from siting.sample.write import write_sample

__all__ = ["write_sample"]
