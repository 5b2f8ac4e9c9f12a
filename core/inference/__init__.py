"""Inference: text in, entities or a trace out; decoding, constraints, ensembles, uncertainty, label
errors."""
