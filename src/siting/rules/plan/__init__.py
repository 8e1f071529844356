"""Rules on one plan: exact figures with evidence in, one finding for each rule out.

Start at `evaluate`; `model` is the plan it looks at, `finding` what it says. `consistency` checks
a plan against itself, `baseline` compares two checks. Imported by the loaders of plans (for the
model), the reports and the pipeline. Needs no pandas.
"""
