"""Baselines for comparison: a BIO tagger and a biaffine span classifier."""
