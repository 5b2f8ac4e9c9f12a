"""One document, its suggestions, and every edit saved as it is made."""
