"""The indicator table (经济技术指标表) of a plan, wherever it stands in a workbook.

Start at `read.read_indicator_table`; `grid` is the sheet as it is understood, `blocks` finds the
tables in it, `rows` reads them. Imported by `siting.loaders.plan`.
"""
