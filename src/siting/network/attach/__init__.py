"""Where homes and facilities touch the streets: at entrances, points or outlines.

Start at `snap`; `attachment` is what it returns, `rows` takes and joins rows of it. Imported by
travel, the rules on cities and the pipeline.
"""
