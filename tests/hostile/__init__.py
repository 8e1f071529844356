"""Hostile files made from a seed: `files` makes one, `runs` runs siting on it and judges."""
