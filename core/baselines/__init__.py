"""The baselines that results are read beside: a BIO tagger and a biaffine classifier."""
