"""Reproducible experiments: `python -m core experiment NAME`, one module for each group of names.

An experiment plans named runs; the runner performs those without a result, and the tables are made
from the results there are.
"""
