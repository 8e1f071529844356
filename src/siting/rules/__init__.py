"""Rule packs as data, and what they say of a city or a plan."""
