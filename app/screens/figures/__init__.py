"""Progress, what the suggestions are worth, and how the models do."""
