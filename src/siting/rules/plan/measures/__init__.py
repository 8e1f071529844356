"""What a plan rule measures: rates, sizes, shares of floor area, distances, phases, complexes.

Start at `families`, which gives each measure its function. Each function takes a plan and a rule
and gives an outcome (`siting.rules.plan.outcome`). Imported by `siting.rules.plan.evaluate` and by
the division of shared rooms.
"""
