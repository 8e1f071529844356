"""What a rule asks of siting: who has none, what counts, how far, and how many each may serve.

Owns the step from a rule and its findings to columns of demand. The limit and its measure are the
rule's own, so a home that siting counts as served passes the rule afterwards.

- ``weights.py``: people, households, homes; ``limit.py``: how far a rule lets them be;
- ``question.py``: both with a rule, as one question; start here;
- ``pairs.py``: who reaches what within the limit; ``capacity.py``: who can be served at most.

Imported by ``gaps/`` (capacity in the summary) and ``sites/``.
"""
