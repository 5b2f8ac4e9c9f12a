"""Inference: text to entities or to a trace; decoding, constraints, ensembles, uncertainty, label
errors."""
