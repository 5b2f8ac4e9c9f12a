"""Every query. Each function takes the session first and leaves committing to its caller."""
