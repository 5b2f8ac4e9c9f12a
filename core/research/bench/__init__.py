"""Speed of annotation, its parts and training, beside a tagger on the same encoder."""
