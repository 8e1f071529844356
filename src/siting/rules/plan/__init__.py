"""rules/plan."""
