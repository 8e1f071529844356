"""Rule packs as data, and what they say of a city or a plan.

Owns verdicts and the arithmetic behind them. Start at `pack` (what a rule is), then `city` or
`plan` (what it says), then `explain`; `cases` runs the examples that stand beside rules. `facts`
lists the figures that rules ask for. Rooms import only those below: cases, plan, city, pack, facts.
"""
