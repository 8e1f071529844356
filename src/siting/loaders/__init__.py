"""Files in, tables of the contract out; nothing is dropped without a note in the data report.

Start at `layer.load` (all layers of a project) or `plan.read` (one plan). `project` is the project
file, `formats` reads single files, `osm` OpenStreetMap, `library` the library of site projects.
Rooms import only those below: plan and library, layer, osm, project, formats. Imported by the
pipeline and the sample.
"""
