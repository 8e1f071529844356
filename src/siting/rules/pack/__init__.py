"""rules/pack."""
