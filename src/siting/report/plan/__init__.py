"""Reports on checked plans, a module for each format.

Start at `formats`: a new format is one module, one line there, and its name here. Needs no pandas.
"""

from typing import Literal

FormatName = Literal["text", "json", "markdown", "html", "sarif", "junit", "github"]
"""The formats by name; `formats.FORMATS` says what each is."""
