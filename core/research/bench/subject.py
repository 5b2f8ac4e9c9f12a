"""The benchmarked model (a folder, or a shape with random weights) and sentences."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import AutoTokenizer, BertConfig

from ...config import ModelConfig
from ...data.examples import read_examples
from ...data.fitting import fit_to_window
from ...inference.pipeline import Pipeline
from ...installation import SAMPLES
from ...modeling.architectures import build_encoder
from ...modeling.model import DiffusionNER
from ...types import Example
from .learning import with_made_up_entities

_HEAD = 64
"""The width of an attention head in BERT of every size."""


def random_bert(folder: Path, layers: int, width: int) -> DiffusionNER:
    """A model around a BERT of any size with random weights.

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
    return DiffusionNER(config, build_encoder(config, bert), tokenizer).eval()


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
