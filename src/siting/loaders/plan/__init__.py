"""Plans in all their forms: ``plan.yaml``, a workbook, or one file of geodata.

Start at `read.read_plan`. `table` reads indicator tables, `drawing` what needs the libraries for
maps, `build` puts a plan together. Imported by the pipeline and the command line.
"""
