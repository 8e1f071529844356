"""report/plan."""
