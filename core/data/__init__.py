"""Annotated examples: read from files, split to fit the encoder, batched."""
