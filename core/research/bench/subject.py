"""The benchmarked model (a folder, or a shape with random weights) and sentences."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import torch
from torch import nn
from transformers import AutoTokenizer, BertConfig

from ...config import ModelConfig
from ...data.examples import read_examples
from ...data.fitting import fit_to_window
from ...inference.pipeline import Pipeline
from ...installation import SAMPLES
from ...modeling.architectures import build_encoder
from ...modeling.denoiser import Denoiser
from ...modeling.model import DiffusionNER
from ...types import Example
from .learning import with_made_up_entities

_HEAD = 64
"""The width of an attention head in BERT of every size."""
_STATE_SPREAD, _SHARPNESS, _REACH, _TYPE_SHARPNESS = 0.1, 8.0, -3.0, 4.0
"""Found by trial, see `_settle`."""


def random_bert(folder: Path, layers: int, width: int) -> DiffusionNER:
    """A model around a BERT of any size with random weights, which proposes as a trained model
    does.

    `folder` is a model's: its tokenizer is used. Raises ValueError for an invalid size.
    """
    if layers < 1 or width < _HEAD or width % _HEAD:
        raise ValueError(
            f"a shape is layers,width with layers >= 1 and a width that is a multiple of {_HEAD}, "
            f"got {layers},{width}; 24,1024 is the size of BERT-large"
        )
    tokenizer = AutoTokenizer.from_pretrained(folder)
    bert = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=width // _HEAD,
        intermediate_size=4 * width,
        pad_token_id=0,
    )
    config = ModelConfig(("LOC", "MISC", "ORG", "PER"))
    torch.manual_seed(0)
    model = DiffusionNER(config, build_encoder(config, bert), tokenizer).eval()
    _settle(cast(Denoiser, model.denoiser))  # the default architecture's
    return model


@torch.no_grad()
def _settle(denoiser: Denoiser) -> None:
    """Let the K slots end in a handful of distinct spans, as a trained model's do.

    All slots get nearly the same state, so that they point by the same scores, which differ widely
    between words; a small weight of the distance leaves each slot the likeliest word near it. With
    a BERT of 2 layers x 512, the 60 slots of a sentence of wikigold end in 3.4 distinct spans, all
    steps propose 14, and 1.4 reach φ; the bundled model has 3.3, 12 and 2.6, entirely random
    weights of 2 x 128 have 32, 209 and 0.
    """
    torch.manual_seed(1)
    state = cast(nn.LayerNorm, denoiser.span_encoder.norms[2])
    state.weight.fill_(_STATE_SPREAD)
    state.bias.normal_()
    for pointer in (denoiser.left, denoiser.right):
        pointer.words.weight.mul_(_SHARPNESS)
        pointer.reach.weight.zero_()
        pointer.reach.bias.fill_(_REACH)
    denoiser.types.scores.weight.mul_(_TYPE_SHARPNESS)
    denoiser.types.scores.bias[-1] = 0.0


def sentences(model: DiffusionNER, data: Path | None, limit: int) -> list[Example]:
    """The first `limit` sentences of a file, or of the bundled samples with made-up entities."""
    if data is not None:
        return fit_to_window(model, read_examples(data))[:limit]
    texts = [path.read_text("utf-8") for path in sorted(SAMPLES.glob("*.txt"))]
    if not texts:
        raise ValueError(f"there are no samples in {SAMPLES}; name a file to annotate: --data FILE")
    pipeline = Pipeline(model)
    split = [words for text in texts for words in pipeline.read(text).sentences]
    return fit_to_window(model, with_made_up_entities(split, model.config.labels))[:limit]
