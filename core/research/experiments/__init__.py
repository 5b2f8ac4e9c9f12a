"""The evidence, runnable: `python -m core experiment NAME`, one module for each group of names.

An experiment plans named runs; the runner performs those that have no result yet, and the
tables are made from whatever results there are.
"""
