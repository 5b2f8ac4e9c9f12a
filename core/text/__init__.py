"""Text: words with code-point offsets, sentences and windows, tag schemes, word shapes."""
