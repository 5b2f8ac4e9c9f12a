"""Accepted entities that the model would have otherwise."""
