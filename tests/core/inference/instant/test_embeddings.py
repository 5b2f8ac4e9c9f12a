from __future__ import annotations

from typing import Any

import pytest
import torch

from core.inference.instant.embeddings import MAX_WIDTH, embed_spans
from tests.core.conftest import LABELS, NewModel
from tests.core.tiny import ARCHITECTURES

SHORT = ("Anna", "met", "Bo")
LONG = ("The", "University", "of", "Kyiv", "met", "the", "New", "York", "City", "Council")


@pytest.mark.parametrize("options", ARCHITECTURES)
def test_a_sentence_has_the_same_embeddings_whatever_is_batched_with_it(
    new_model: NewModel, options: dict[str, Any]
) -> None:
    """Else what is taken back would not be what was learnt."""
    model = new_model(**options)
    (single,) = embed_spans(model, [SHORT])
    combined, _, empty = embed_spans(model, [SHORT, LONG, ()])
    torch.testing.assert_close(single.embeddings, combined.embeddings, rtol=0, atol=1e-5)
    assert not empty.places
    assert empty.embeddings.shape == (0, model.denoiser.span_embedding_size)


@pytest.mark.parametrize("options", ARCHITECTURES)
def test_every_short_span_has_an_embedding_of_its_own(
    new_model: NewModel, options: dict[str, Any]
) -> None:
    model = new_model(**options)
    (embedded,) = embed_spans(model, [LONG])
    assert embedded.places == [
        (start, end)
        for start in range(len(LONG))
        for end in range(start + 1, len(LONG) + 1)
        if end - start <= MAX_WIDTH
    ]
    assert len(embedded.embeddings.unique(dim=0)) == len(embedded.places)


def test_an_embedding_holds_the_models_type_probabilities(new_model: NewModel) -> None:
    model = new_model(architecture="paper", lstm_layers=1, self_attention=False)
    (embedded,) = embed_spans(model, [SHORT])
    inclusive = torch.tensor([[(start, end - 1) for start, end in embedded.places]])
    with torch.no_grad():
        logits = model.denoiser.type_logits(inclusive, model.encode(model.batch([SHORT])))
    probabilities = embedded.embeddings[:, -len(LABELS) - 1 :] / 3
    torch.testing.assert_close(probabilities, logits[0].softmax(-1), rtol=0, atol=1e-5)
