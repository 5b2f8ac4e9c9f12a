"""The smallest things that behave like the real ones: an encoder on disk, nested sentences."""

from __future__ import annotations

import json
import string
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.types import Example, Span

_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_WORDS = ("the", "of", "in", "bank", "china", "university", "city", "said", "met")

SENTENCES: tuple[Example, ...] = (
    Example(
        ("Bank", "of", "China", "hired", "Ms.", "Haag", "."),
        (Span(0, 3, "ORG"), Span(2, 3, "LOC"), Span(4, 6, "PER")),
    ),
    Example(
        ("The", "University", "of", "Kyiv", "met", "the", "New", "York", "City", "Council"),
        (
            Span(1, 4, "ORG"),
            Span(3, 4, "LOC"),
            Span(6, 9, "LOC"),
            Span(6, 10, "ORG"),
        ),
    ),
    Example(
        ("Anna", "said", "the", "Oslo", "Peace", "Prize", "went", "to", "Bo", "Li", "in", "May"),
        (
            Span(0, 1, "PER"),
            Span(3, 4, "LOC"),
            Span(3, 6, "MISC"),
            Span(8, 10, "PER"),
        ),
    ),
    Example(("Nothing", "of", "note", "was", "said", "in", "the", "meeting", ".")),
)
"""Four sentences: three with nested names, one without any."""

ARCHITECTURES: list[dict[str, Any]] = [
    {},
    {"architecture": "paper", "lstm_layers": 1},
    {"architecture": "paper", "lstm_layers": 1, "departures": ("features", "positions", "pointer")},
]
"""Options of ModelConfig: ours, the paper's, and the paper's with parts of ours."""


def write_examples(path: Path, examples: Sequence[Example]) -> Path:
    """Write sentences as JSON lines; returns the path."""
    lines = [
        {
            "tokens": example.words,
            "entities": [
                {"start": span.start, "end": span.end, "type": span.label}
                for span in example.entities
            ],
        }
        for example in examples
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def tiny_encoder(folder: Path) -> Path:
    """Write a random BERT of two layers and a lower-casing WordPiece tokenizer into `folder`.

    `AutoModel.from_pretrained` and `AutoTokenizer.from_pretrained` load both without a network;
    the same weights every time. Hidden size 32, at most 512 subwords, 38 432 parameters.
    Any ASCII word is spelled letter by letter, a handful are whole.
    """
    import torch
    from transformers import BertConfig, BertModel

    tokenizer = _tokenizer()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = BertModel(
            BertConfig(
                vocab_size=len(tokenizer),
                hidden_size=32,
                num_hidden_layers=2,
                num_attention_heads=2,
                intermediate_size=64,
                max_position_embeddings=512,
                pad_token_id=0,
            )
        )
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder)
    return folder


def _tokenizer():  # type: ignore[no-untyped-def]  # transformers carries no types
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.processors import TemplateProcessing
    from transformers import PreTrainedTokenizerFast

    letters = string.ascii_lowercase + string.digits
    pieces = [*_SPECIAL, *_WORDS, *string.punctuation, *letters, *(f"##{c}" for c in letters)]
    ids = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(WordPiece(ids, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=512,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    )
