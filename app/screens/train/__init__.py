"""Retraining, comparison, promotion."""
