"""Covering models: the fewest sites that cover all, or the most demand under p or a budget.

Start at `lscp_mclp`; `presolve` makes the problem small, `search` and `bound` answer large ones.
Imported by `siting.locate`.
"""
