"""The examples in rule packs, run as tests, and warnings on packs that may mislead.

Start at `run.run_cases` and `lint.lint_packs`. Imported by the command line only.
"""
