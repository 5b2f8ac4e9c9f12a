"""Discontinuous entities: the model proposes the fragments, a classifier joins them."""
