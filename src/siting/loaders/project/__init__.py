"""The project file: its keys, its faults by line.

Start at `read.read_project`; `model` has every key. Imported by the other loaders and the pipeline.
"""
