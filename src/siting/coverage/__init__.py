"""Who is served: nearest facility, pairs within a cutoff, competition and capacity."""
