"""How fast a model is: annotation, its parts, and training, beside a tagger on the same encoder."""
