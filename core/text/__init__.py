"""Text: words with code-point offsets, sentences and windows, tag schemes, word shapes. No torch
but in word shapes."""
