"""Instant learning: a linear head on the frozen model's features, learnt from one document at a
time, exactly and without a gradient.

Of every span s of at most eight words of a learnt sentence let x_s be its embedding
(`embeddings.py`), standardised, and y_s ∈ {0, 1}^C which of the project's labels a person gave it;
w_s is 6 if any, else 1. The weights are those of a weighted ridge regression (Hoerl and Kennard
1970),

    W = (Σ w_s x_s x_sᵀ + λ I)⁻¹ Σ w_s x_s y_sᵀ,

whose two sums are all that is kept of a document, so that adding it and taking it back are one
addition each (`ridge.py`). What a person marked under the same words, y̅_t of n_t occurrences of the
string t, pulls a prediction towards it (`string_counts.py`):

    ŷ_s = x_sᵀ W + n_t / (n_t + κ) · (y̅_t - x_sᵀ W).

A span's score is Σ_c ŷ_sc, how probably it is an entity at all, and its label is argmax_c ŷ_sc:
labels that are confused with each other still agree on where the entity is. It is suggested if its
score reaches the threshold that would have cost an annotator least so far (`threshold.py`).
"""
