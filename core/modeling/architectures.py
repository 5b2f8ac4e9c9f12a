"""The architectures by name: which encoder and which denoising network a configuration builds."""

from __future__ import annotations

from typing import Any

from transformers import PretrainedConfig

from ..config import ModelConfig
from .denoiser import Denoiser
from .encoder import SentenceEncoder, WordEncoder
from .network import DenoisingNetwork
from .paper.denoiser import PaperDenoiser
from .paper.encoder import PaperEncoder


def build_encoder(config: ModelConfig, encoder_config: PretrainedConfig) -> WordEncoder:
    """The untrained sentence encoder of a configuration."""
    if config.architecture == "paper" and "words" not in config.departures:
        return PaperEncoder(config, encoder_config)
    return SentenceEncoder(config, encoder_config)


def build_denoiser(config: ModelConfig) -> DenoisingNetwork[Any]:
    """The untrained f_θ of a configuration."""
    return PaperDenoiser(config) if config.architecture == "paper" else Denoiser(config)
