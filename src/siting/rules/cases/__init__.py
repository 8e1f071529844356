"""rules/cases."""
