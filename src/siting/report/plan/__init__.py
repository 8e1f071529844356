"""Reports on checked plans, a module for each format.

Start at `formats`: a new format is one module and one line there. Needs no pandas.
"""
