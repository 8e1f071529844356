"""rules/city."""
