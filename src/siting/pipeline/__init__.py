"""What a person asks: a city judged, a plan checked, sites proposed, from files to files.

The rooms, each standing on those below it:

- ``complexes/``: where to build complexes of several services;
- ``sites/``: where to build next;
- ``gaps/``: which homes go without, and what a change would bring; ``plans/``: does a plan comply;
- ``demand/``: what a rule asks of siting, as homes, weights, limits and capacities;
- ``city.py``: from the layers of a project to the city that rules look at;
- ``kept/``: what one run leaves for the next;
- ``found.py``: the record of an analysis; beside it ``folder.py`` (results are written as a whole),
  ``manifest.py`` (what a run was made of), ``in_areas.py`` (who lies where), ``columns.py`` and
  ``on_use.py`` (late loading).

A record stands at the bottom of its room, and what computes takes the record. The class with the
methods that people call stands at the top: `siting.pipeline.gaps.analysis.Analysis` and
`siting.pipeline.sites.siting.Siting`. Only `siting` itself and `siting.cli` import this package.
Start with `siting.pipeline.gaps.analysis.analyze`.

Words that are near each other: a *project* is one ``siting.yaml``; the *project library* keeps many
building projects (`sites/library.py`, command ``siting projects``). `siting.locate` is the package
of the models, ``siting locate`` the command, `siting.propose_sites` the function that it calls. A
*comparison* (`gaps/comparison.py`) is of two analyses; baselines of plans are
`siting.rules.plan.baseline`. Sentences stand in `siting.words`; the writers of files here say them.
"""
