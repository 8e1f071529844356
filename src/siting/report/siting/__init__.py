"""report/siting."""
