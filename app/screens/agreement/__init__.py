"""Agreement: several people's annotations of the same documents, compared."""
