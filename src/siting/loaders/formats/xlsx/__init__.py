"""XLSX workbooks, for layers and plans alike: nothing in a workbook runs, links or grows.

Owns reading the parts of the zip file. Start at `package` (sheets, texts, styles) and `cells` (the
stream of a sheet's visible cells); `siting.loaders.formats.workbook` makes of them what a plan
needs, `siting.loaders.formats.sheet` the rows of a layer. Imported by those two.
"""
