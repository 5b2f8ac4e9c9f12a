"""A simulated annotator: what correcting documents to gold costs, with and without suggestions."""
