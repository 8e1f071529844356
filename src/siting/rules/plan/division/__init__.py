"""Rooms that several services share: the division of their area that meets every rule.

Start at `claims.best_division`: `shared_rooms` says how rooms may be divided, `divide` solves the
linear program exactly. Imported by `siting.rules.plan.evaluate`.
"""
