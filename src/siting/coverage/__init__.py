"""Who is served: nearest facility, pairs within a cutoff, competition and capacity.

Start at `closest` (straight-line distances) and `cutoff`; `catchment` and `assignment` answer
questions of capacity. Imported by the rules, locate and the pipeline.
"""
