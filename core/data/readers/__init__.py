"""Readers of annotated sentences, one module for each file format."""
