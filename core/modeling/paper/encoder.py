"""The paper's sentence encoder (section 4.2)."""

from __future__ import annotations

from torch import Tensor, nn
from transformers import PretrainedConfig

from ...config import ModelConfig
from ..encoder import WordEncoder, max_pool_words, run_lstm, zero_padding
from ..subwords import WordBatch


class PaperEncoder(WordEncoder):
    """H_S (section 4.2): the transformer's last layer, subwords max-pooled into words (appendix C),
    then the stacked BiLSTM."""

    def __init__(self, config: ModelConfig, encoder_config: PretrainedConfig) -> None:
        super().__init__(encoder_config)
        width, size = encoder_config.hidden_size, config.hidden_size
        self.dropout = nn.Dropout(config.dropout)
        self.lstm = nn.LSTM(
            width, size // 2, config.lstm_layers, batch_first=True, bidirectional=True
        )

    def forward(self, batch: WordBatch) -> Tensor:
        """Return (B, M, H); positions past a sentence's length are zero."""
        outputs = self.transformer(input_ids=batch.input_ids, attention_mask=batch.attention_mask)
        words = max_pool_words(outputs.last_hidden_state, batch.word_of, batch.shapes.shape[1])
        return zero_padding(run_lstm(self.lstm, self.dropout(words), batch.lengths), batch.lengths)
