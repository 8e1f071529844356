"""The picture of a map for print: one rule, drawn with matplotlib as PNG, PDF or SVG.

Owns what stands on the sheet and where. Start at `draw`: it places the map (`layers`, `labels`),
the legend and the texts in the boxes of `layout`. Imported by `siting.render`, and by the report
of a gap analysis for its own legend.
"""
