"""pipeline/plans."""
