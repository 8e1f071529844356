"""Where to build next: a rule and its findings in, sites to open with a proven gap out.

- ``siting.py``: the steps, and the class that people hold; start here;
- ``candidates.py``: where one could build; ``problem.py``: the numbers that a model is given;
  ``models.py``: which model, told how much;
- ``results.py``: what an answer means for people; ``scenario.py``: the city with it built;
  ``proposal.py``: the record of all that; ``curve.py``: how many sites bring how much;
  ``by_hand.py``: a plan that a person chose;
- ``summary.py``, ``sheets.py``, ``map.py``, ``outputs.py``: what is written;
- ``library.py``: the project library as a source of sites and a place for proposals.

Owns everything between a siting question and its files; the models themselves are
`siting.locate`. Imported by `siting` and the command line.
"""
