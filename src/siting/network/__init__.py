"""The walking network, and distances on it from door to door.

Owns the frozen arrays of streets, where homes and facilities touch them, and travel costs. Start at
`graph.build_network`; `attach.snap` puts subjects on it, `travel` measures. Inputs are tables in
projected metres, outputs are arrays. Imported by coverage, rules, loaders and everything above.
"""
