"""Accounts and members, for administrators."""
