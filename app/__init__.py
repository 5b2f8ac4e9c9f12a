"""The page, the worker and the command line."""
