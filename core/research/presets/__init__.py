"""Presets: the paper's corpora with its hyper-parameters."""
