"""People: accounts, permissions, assignment, agreement, adjudication."""
