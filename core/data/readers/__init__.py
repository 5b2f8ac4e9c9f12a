"""Annotated sentences out of files, one module for each form they are found in."""
