"""The project's progress, the value of suggestions, and the models' scores."""
