"""The plan check: does a new development comply with every rule of its place and date.

- ``check.py``: the steps, for one plan or many; start here;
- ``results.py``: what a check gives back; ``files.py``: which paths are plans;
- ``existing_city.py``: the city around a plan with a drawing, loaded only for such plans.

Owns what is shared by the plans of one run. The rules are judged in `siting.rules.plan`, reports
are written by `siting.report.plan`. Imported by `siting` and the command line.
"""
