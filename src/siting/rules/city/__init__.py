"""Rules on an existing city: columns of homes, facilities and areas in, blocks of findings out.

Owns the verdicts of a city's homes, facilities and areas, and their roll-ups. Start at
`evaluate_city` in `siting.rules.city.evaluate`; `City` is what it looks at, `FindingBlock` what
it says. Imported by the rules on plans (for distances), and by everything above the rules.

The names load on use (lazy_loader): a plan without a drawing is checked without pandas.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
