"""Annotated examples: read from files, fitted to the encoder, batched."""
