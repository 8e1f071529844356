"""Facility siting and compliance analysis for residential areas."""

__version__ = "0.1.0"
