"""The gap analysis: which homes go without, by which rule, and what a change would bring.

Owns `Analysis`, the what-if, the comparison of two analyses, and every file of results.

- ``analysis.py``: the steps, and the class that people hold; start here;
- ``what_if.py``: only what a change can touch, judged again; ``comparison.py``: before and after;
- ``summary.py``: the figures that everything else shows; ``failing.py``: what fails, as one layer;
- ``outputs.py``: the folder of results; ``sheets.py``, ``geopackage.py``, ``qgis_styles.py``,
  ``map_model.py``, ``service_areas.py``, ``report.py``: one kind of result each.

Imported by ``sites/``, `siting` and the command line.
"""
