"""Accepted entities that may be mistakes, and entities that may be missing."""
