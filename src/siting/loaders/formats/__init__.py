"""Single files, whatever they hold: is it what its name says, and what is in it.

Start at `files.check_content`; then one module for each format. Knows nothing of projects, plans
or columns. Imported by the other rooms of the loaders.
"""
