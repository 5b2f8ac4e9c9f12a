"""Pretrained encoders that no hub is needed for: their weights come inside a Python package."""
