"""Entities in several fragments: the model proposes the fragments, a classifier joins them."""
