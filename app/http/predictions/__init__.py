"""Texts in, entities out: the queue before the model, and what is asked of it."""
