"""How random spans become entities."""
