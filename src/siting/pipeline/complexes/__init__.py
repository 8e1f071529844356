"""Several facility types under one roof: rules and sites in, complexes with a proven gap out.

- ``propose.py``: the steps, and the class that people hold; start here;
- ``asked.py``: what is asked of each function, and of all together;
- ``tables.py``: what an answer means for people; ``summary.py``, ``sheets.py``, ``map.py``,
  ``outputs.py``: what is written;
- ``library.py``: an answer as proposals of the project library.

Owns everything between the question and its files; the model itself is `siting.locate.complexes`.
Imported by `siting` and the command line.
"""
