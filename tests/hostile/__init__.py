"""Hostile files made from a seed: `files` makes them, `runs` runs siting on one and judges it."""
