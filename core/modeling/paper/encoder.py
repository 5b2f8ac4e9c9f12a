"""The paper's sentence encoder: the transformer's last layer, then a stacked BiLSTM (section 4.2).

B sentences, M words, E the transformer's width, H the decoder's.
"""

from __future__ import annotations

from torch import Tensor, nn
from transformers import PretrainedConfig

from ...config import ModelConfig
from ..encoder import WordEncoder, max_pool_words, run_lstm, zero_padding
from ..subwords import WordBatch


class PaperEncoder(WordEncoder):
    """H_S (section 4.2): subwords max-pooled into words (appendix C), then the BiLSTM."""

    def __init__(self, config: ModelConfig, encoder_config: PretrainedConfig) -> None:
        super().__init__(encoder_config)
        width, size = encoder_config.hidden_size, config.hidden_size
        self.dropout = nn.Dropout(config.dropout)
        self.project = None if config.lstm_layers else nn.Linear(width, size)
        self.lstm = (
            nn.LSTM(width, size // 2, config.lstm_layers, batch_first=True, bidirectional=True)
            if config.lstm_layers
            else None
        )

    def forward(self, batch: WordBatch) -> Tensor:
        """Return (B, M, H); positions past a sentence's length are zero."""
        outputs = self.transformer(
            input_ids=batch.input_ids, attention_mask=batch.attention_mask
        )
        words = max_pool_words(outputs.last_hidden_state, batch.word_of, batch.shapes.shape[1])
        states = self.dropout(words)  # (B, M, E)
        if self.project is not None:
            states = self.project(states)
        if self.lstm is not None:
            states = run_lstm(self.lstm, states, batch.lengths)
        return zero_padding(states, batch.lengths)
