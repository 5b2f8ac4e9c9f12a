"""Pretrained encoders from Python packages, for machines without access to a model hub."""
