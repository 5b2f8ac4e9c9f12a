"""Instant learning: a linear head on the frozen model's features, learnt from one document at a
time, exactly and without a gradient.

Of every span s of at most eight words of a learnt sentence let x_s be its embedding
(`embeddings.py`), standardised as for every project (`scaling.py`), and y_s ∈ {0, 1}^C which of the
labels a person gave it; w_s is 6 if any, else 1. The weights are those of a weighted ridge
regression (Hoerl and Kennard 1970),

    W = (Σ w_s x_s x_sᵀ + λ I)⁻¹ Σ w_s x_s y_sᵀ,

whose two sums are all that is kept of a document, so that adding it and taking it back are one
addition each (`ridge.py`). A new label is a new column of zeros, a renamed one is renamed, and two
that are merged are added. What a person marked under the same words, y̅_t of n_t occurrences of the
string t in all that was learnt, pulls a prediction towards it (`string_counts.py`):

    ŷ_s = x_sᵀ W + n_t / (n_t + κ) · (y̅_t - x_sᵀ W).

A span's score is Σ_c ŷ_sc, how probably it is an entity at all, and its label is argmax_c ŷ_sc:
labels that are confused with each other still agree on where the entity is. Spans are taken best
first, as long as they conflict with none before (overlapping, or crossing where entities nest).

A candidate of label c is suggested if its score reaches τ_c, the threshold that would have cost an
annotator least on the documents so far, each of which was suggested on before it was learnt
(Dawid's prequential principle, 1984; `policy.py`). With g(o, τ) the gestures of an outcome o, 1 for
a wrong suggestion and 2 for a missed entity, O_c the recent outcomes of the label and O those of
all N,

    τ_c = argmin_τ  Σ_{o ∈ O_c} g(o, τ) + m / (N + m) · Σ_{o ∈ O} g(o, τ) + ρ |τ - τ_0|,

so that a label without evidence goes by the others, and all by τ_0 at first. Where the model has the
label itself its suggestions stand, and the head adds none, τ_c = ∞, until some τ would have saved
ν gestures; the model's own are then dropped below a ŷ_sc that is found in the same way. So the two
together have never cost more than the model alone on what was seen.

`lessons.py` learns and suggests on texts; `saved.py` makes bytes of a head, and of the small
suggester that is all one needs to suggest.
"""
