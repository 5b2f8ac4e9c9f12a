"""Annotating one document: operations, drafts, conflicts, history."""
