"""The walking network as frozen arrays.

Owns the type that every distance stands on: undirected storage (edges with a geometry) with a
cost each way. Lengths are metres; costs are metres or seconds, as the network was weighted.
"""
