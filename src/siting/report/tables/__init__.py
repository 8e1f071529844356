"""Findings as files for other programs: workbooks and features.

Start at `workbook`; `sheet_rows` writes large sheets as XML, a column at a time.
"""
