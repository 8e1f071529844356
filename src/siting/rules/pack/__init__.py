"""Rule packs: found, read, checked and selected.

Start at `model` (the keys of a pack) and `measures` (what a rule can ask for); `find` looks files
up and reads them, `parse` and `checks` list every fault, `selection` takes what is in force.
Imported by the rules on cities and plans, and by the pipeline.
"""
