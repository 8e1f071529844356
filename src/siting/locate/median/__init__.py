"""Distance models: the least total cost (p-median) and the least worst cost (p-center).

Start at `median_center`; `search` answers large problems. Imported by `siting.locate`.
"""
