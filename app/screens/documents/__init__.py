"""The project's documents: list, import, labels, settings, trash."""
