"""The sentence encoder: any transformer, with subwords max-pooled into words (section 4.2).

B sentences, S subwords, M words, E the transformer's width, H the decoder's.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch._weights_only_unpickler import UnpicklingError  # type: ignore[attr-defined]
from transformers import AutoConfig, AutoModel, PretrainedConfig

from ..config import ModelConfig
from ..text.word_shapes import SHAPES
from .subwords import WordBatch


def max_pool_words(subwords: Tensor, word_of: Tensor, num_words: int) -> Tensor:
    """Max-pool subwords (B, S, E) into words (B, M, E); a word without subwords is 0."""
    batch, _, width = subwords.shape
    index = word_of[:, :, None].expand(-1, -1, width)
    pooled = subwords.new_zeros(batch, num_words + 1, width)
    pooled = pooled.scatter_reduce(1, index, subwords, reduce="amax", include_self=False)
    return pooled[:, :num_words]


def run_lstm(lstm: nn.LSTM, states: Tensor, lengths: Tensor) -> Tensor:
    """The states (B, M, H') of a BiLSTM over states (B, M, H) of sentences with `lengths` words."""
    packed = nn.utils.rnn.pack_padded_sequence(
        states, lengths.cpu(), batch_first=True, enforce_sorted=False
    )
    unpacked, _ = nn.utils.rnn.pad_packed_sequence(
        lstm(packed)[0], batch_first=True, total_length=states.shape[1]
    )
    return unpacked


def zero_padding(states: Tensor, lengths: Tensor) -> Tensor:
    """The states (B, M, H) with zeros past each sentence's length."""
    mask = torch.arange(states.shape[1], device=states.device) < lengths[:, None]
    return states * mask[:, :, None]


class WordEncoder(nn.Module):
    """A pretrained transformer that encodes words as states H_S (B, M, H), once for all
    timesteps."""

    def __init__(self, encoder_config: PretrainedConfig) -> None:
        super().__init__()
        self.transformer = AutoModel.from_config(encoder_config, dtype=torch.float32)

    @property
    def encoder_config(self) -> PretrainedConfig:
        return self.transformer.config

    @property
    def device(self) -> torch.device:
        return self.transformer.device

    def load_pretrained(self, name_or_path: str) -> None:
        """Load the transformer's weights from a hub name or a local folder.

        Older encoders are pickled: torch then takes tensors alone. Raises `ValueError` for a
        pickle that asks for anything else.
        """
        try:
            pretrained = AutoModel.from_pretrained(name_or_path, weights_only=True)
        except UnpicklingError:
            raise ValueError(
                f"the pickled weights of the encoder {name_or_path} hold more than tensors, which "
                "could run code, so they were not read; take an encoder with model.safetensors"
            ) from None
        self.transformer.load_state_dict(pretrained.state_dict())

    def forward(self, batch: WordBatch) -> Tensor:
        """Return (B, M, H); positions past a sentence's length are zero."""
        raise NotImplementedError


class SentenceEncoder(WordEncoder):
    """A learned mix of all layers, with word shapes: the layers of sentence-embedding encoders
    differ widely in what they know about single words, and the last one knows least."""

    def __init__(self, config: ModelConfig, encoder_config: PretrainedConfig) -> None:
        super().__init__(encoder_config)
        width = encoder_config.hidden_size
        self.layer_weights = nn.Parameter(torch.zeros(encoder_config.num_hidden_layers + 1))
        self.norm = nn.LayerNorm(width)
        self.shape_embedding = nn.Embedding(len(SHAPES), width)
        nn.init.normal_(self.shape_embedding.weight, std=0.02)
        self.project = nn.Linear(width, config.hidden_size)
        self.dropout = nn.Dropout(config.dropout)
        self.lstm = (
            nn.LSTM(
                config.hidden_size,
                config.hidden_size // 2,
                config.lstm_layers,
                batch_first=True,
                bidirectional=True,
            )
            if config.lstm_layers
            else None
        )

    def forward(self, batch: WordBatch) -> Tensor:
        """Return (B, M, H); positions past a sentence's length are zero."""
        outputs = self.transformer(
            input_ids=batch.input_ids,
            attention_mask=batch.attention_mask,
            output_hidden_states=True,
        )
        weights = self.layer_weights.softmax(0)
        mixed = sum(
            weight * state for weight, state in zip(weights, outputs.hidden_states, strict=True)
        )
        word_states = max_pool_words(mixed, batch.word_of, batch.shapes.shape[1])
        word_states = self.norm(word_states) + self.shape_embedding(batch.shapes)
        states = self.project(self.dropout(word_states))
        if self.lstm is not None:
            states = run_lstm(self.lstm, states, batch.lengths)
        return zero_padding(states, batch.lengths)


def encoder_config_from(data: dict[str, object]) -> PretrainedConfig:
    """The transformer's configuration as saved in a model folder."""
    options = {key: value for key, value in data.items() if key != "model_type"}
    return AutoConfig.for_model(str(data["model_type"]), **options)
