"""locate/median."""
