"""The words of the field, as data: units, headers, facility types, levels, words of plan tables.

Layers and plans both ask this room, so a word that one of them knows, the other knows too. It may
be imported by everything above `siting.errors`; it imports only what stands below it, such as
`errors`, `message` and `yaml_lines`. Start reading with the data files, and with `text.py`, which
decides when two texts are the same word.

Where to add what, each time one line of one file:

=======================  ==================================================================
a spelling of a unit     ``units.yaml``, behind its factor
a word for a figure or   ``headers.yaml``; figures are read in headers of layers and in
a column of a layer      labels of plan tables alike
a facility type          ``rules/facility-types.yaml`` at the top of the repository, where
or a word for one        planners edit it
a level of areas         ``levels.yaml``
a word of plan tables    ``plan-words.yaml``: tails, prefixes, parts, remarks, and the roles
                         of columns (``roles``)
=======================  ==================================================================

A role of a column is one line too: its name and its words in ``roles`` of ``plan-words.yaml``.
``plan_words().role_of(header)`` then tells it, and ``plan_words().says(role, header)`` asks for
one. The order of the lines decides where a header has words of several roles.

Each file is read when it is first asked for, once, and checked: a spelling that means two things
is an error with its line.
"""
