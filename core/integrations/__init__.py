"""Integrations into other libraries."""
