"""Readers are given broken files: `python -m tests.fuzz FORMAT --count 100000 --seed 0`."""
