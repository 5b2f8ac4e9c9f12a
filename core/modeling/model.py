"""DiffusionNER: the sentence encoder and the denoiser as one module and one folder.

A saved model is a folder: `config.json`, `model.safetensors`, the tokenizer's files and the model
card `README.md`. Nothing is pickled.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load as from_bytes
from safetensors.torch import save as to_bytes
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers import AutoConfig, AutoTokenizer, PretrainedConfig, PreTrainedTokenizerBase

from ..config import ModelConfig
from ..devices import device_of, mixed_precision, shape_multiple
from ..diffusion.schedule import NoiseSchedule
from ..installation import PROGRAM
from ..whole_files import whole_file, whole_path
from .architectures import build_denoiser, build_encoder
from .encoder import WordEncoder, encoder_config_from
from .file_format import FORMAT, KEY, outdated, settings, weight_name
from .half_embedding import halve_embedding
from .half_linear import HalfLinear, halve_linears
from .inference_batches import inference_batches
from .network import EncodedBatch
from .subwords import WordBatch, WordTokenizer
from .tokenizer_file import panics_as_errors

WEIGHTS, CONFIG, CARD = "model.safetensors", "config.json", "README.md"
SPAN_SCALING = "span_scaling.safetensors"
"""What `core.inference.instant.scaling` measured of the weights, if anything."""
_MAX_SUBWORDS = 512
_WEIGHTS_AT_A_TIME = 16
_MAX_LAYERS, _MAX_TIMESTEPS = 200, 100_000
"""Of a model from elsewhere: ten and a hundred times as many as large ones have."""


class ModelError(ValueError):
    """A model folder that cannot be used; the message says what to do."""


def write_config_and_tokenizer(
    folder: Path,
    config: ModelConfig,
    encoder: WordEncoder,
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    """Write the configuration and the tokenizer that the weights in `folder` need to be loaded
    again."""
    tokenizer.save_pretrained(folder)
    _write_config(folder, config, encoder)


def _write_config(folder: Path, config: ModelConfig, encoder: WordEncoder) -> None:
    shape = encoder.encoder_config.to_dict()
    shape.pop("_name_or_path", None)  # a place on the machine that trained it
    text = {KEY: FORMAT, "model": config.to_json(), "encoder": shape}
    with whole_file(folder / CONFIG) as file:
        file.write((json.dumps(text, indent=2, sort_keys=True) + "\n").encode())


class DiffusionNER(nn.Module):
    """The model with all its parameters θ, its tokenizer and its noise schedule."""

    def __init__(
        self, config: ModelConfig, encoder: WordEncoder, tokenizer: PreTrainedTokenizerBase
    ) -> None:
        super().__init__()
        self.config = config
        self.tokenizer = tokenizer
        self.schedule = NoiseSchedule(config.schedule, config.timesteps)
        self.encoder = encoder
        self.denoiser = build_denoiser(config)
        self.subwords = WordTokenizer(tokenizer)

    @classmethod
    def from_encoder(cls, config: ModelConfig, name_or_path: str, seed: int = 0) -> DiffusionNER:
        """Create an untrained model around a pretrained transformer, given by hub name or local
        path."""
        torch.manual_seed(seed)
        tokenizer = AutoTokenizer.from_pretrained(name_or_path)
        encoder = build_encoder(config, AutoConfig.from_pretrained(name_or_path))
        encoder.load_pretrained(name_or_path)
        return cls(config, encoder, tokenizer)

    @property
    def device(self) -> torch.device:
        return self.encoder.device

    @property
    def embedding_name(self) -> str:
        """The name of the word embeddings among the weights."""
        table = self.encoder.transformer.get_input_embeddings()
        return next(f"{name}.weight" for name, module in self.named_modules() if module is table)

    @property
    def no_entity(self) -> int:
        """The index of ∅ among the types."""
        return len(self.config.labels)

    @property
    def max_subwords(self) -> int:
        """The maximum number of subwords of a window, special tokens included."""
        room = getattr(self.encoder.encoder_config, "max_position_embeddings", _MAX_SUBWORDS)
        return min(room, _MAX_SUBWORDS, self.tokenizer.model_max_length)

    @property
    def subword_budget(self) -> int:
        """The maximum number of subwords of a window without special tokens."""
        return self.max_subwords - self.tokenizer.num_special_tokens_to_add()

    def batch(self, sentences: Sequence[Sequence[str]]) -> WordBatch:
        """Tokenize sentences into a batch on the model's device."""
        multiple = shape_multiple(self.device)
        return self.subwords.batch(sentences, self.max_subwords, multiple).to(self.device)

    def inference_batches(self, sentences: Sequence[Sequence[str]]) -> Iterator[list[int]]:
        """Batch the indices of all sentences by their number of subwords, shortest first, in sizes
        that suit the device."""
        return inference_batches(self.subwords.widths(sentences), self.device)

    def encode(self, batch: WordBatch) -> EncodedBatch:
        """Encode sentences once for all denoising steps."""
        return self.project(self.word_states(batch), batch.lengths)

    def word_states(self, batch: WordBatch) -> Tensor:
        """H_S (B, M, H), zero past a sentence's length."""
        with mixed_precision(self.device):
            return self.encoder(batch)

    def project(self, word_states: Tensor, lengths: Tensor) -> EncodedBatch:
        """Project word states (B, M, H) of sentences with `lengths` (B,) words for the denoiser."""
        with mixed_precision(self.device):
            return self.denoiser.encode(word_states, lengths)

    def rename_labels(self, names: Mapping[str, str]) -> DiffusionNER:
        """Rename labels in place and return the model. A name that is already a label is left
        out."""
        labels = list(self.config.labels)
        for index, label in enumerate(labels):
            if (name := names.get(label, label)) not in labels:
                labels[index] = name
        self.config = replace(self.config, labels=tuple(labels))
        return self

    def with_labels(self, labels: Sequence[str]) -> DiffusionNER:
        """Return the model for another set of labels: known labels keep their weights, new ones
        start from the mean of the known, and missing ones are dropped."""
        resized = DiffusionNER(
            replace(self.config, labels=tuple(labels)), self.encoder, self.tokenizer
        ).to(self.device)
        state = self.denoiser.state_dict()
        for name in self.denoiser.label_rows:
            state[name] = self._resize_label_rows(state[name], labels)
        resized.denoiser.load_state_dict(state)
        return resized.train(self.training)

    def _resize_label_rows(self, rows: Tensor, labels: Sequence[str]) -> Tensor:
        known = {label: rows[index] for index, label in enumerate(self.config.labels)}
        new_row = rows[:-1].mean(0) if known else rows[-1]
        return torch.stack([known.get(label, new_row) for label in labels] + [rows[-1]])

    def save(self, folder: Path, dtype: torch.dtype = torch.float32) -> None:
        """Write the model folder; `dtype=torch.float16` halves its size. If the process is killed,
        the previous weights remain. What was measured of those is removed."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / SPAN_SCALING).unlink(missing_ok=True)
        state = {
            name: value.to("cpu", dtype if value.is_floating_point() else value.dtype).contiguous()
            for name, value in self.state_dict().items()
        }
        with whole_path(folder / WEIGHTS) as file:
            save_file(state, file)
        write_config_and_tokenizer(folder, self.config, self.encoder, self.tokenizer)

    def save_config(self, folder: Path) -> None:
        """Write the configuration alone, beside the weights that the folder has."""
        _write_config(folder, self.config, self.encoder)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle without the hooks that transformers puts on its modules, and with the weights as
        bytes, so that any process can load them."""
        weights = {name: value.contiguous() for name, value in self.state_dict().items()}
        surroundings = (self.config, self.encoder.encoder_config, self.tokenizer)
        half = any(isinstance(module, HalfLinear) for module in self.modules())
        return _rebuilt, (*surroundings, to_bytes(weights), str(self.device), self.training, half)

    @classmethod
    def load(cls, folder: Path | str, device: str | torch.device = "cpu") -> DiffusionNER:
        """Read a model folder. Raises ModelError if it is not a usable one, and ValueError if the
        device is not available."""
        folder, device = Path(folder), device_of(device)
        for name in (CONFIG, WEIGHTS):
            if not (folder / name).is_file():
                raise ModelError(
                    f"{folder} is no model folder: {name} is missing. A model is a folder "
                    f"with {CONFIG}, {WEIGHTS} and its tokenizer, as `{PROGRAM} train` "
                    "writes it; pickled checkpoints (.pt, .bin) are refused"
                )
        try:
            saved = json.loads((folder / CONFIG).read_text("utf-8"))
        except (ValueError, RecursionError) as error:
            raise ModelError(
                f"{folder / CONFIG} is damaged: expected JSON, got {error}; copy or train the "
                "model again"
            ) from None
        parts = sorted(saved) if isinstance(saved, dict) else []
        if set(parts) - {KEY} != {"model", "encoder"}:
            raise ModelError(
                f"{folder / CONFIG} has the parts {parts}, expected 'encoder' and 'model'; is "
                "this another program's checkpoint?"
            )
        if problem := outdated(saved):
            raise ModelError(f"the model at {folder} {problem}")
        try:
            config = ModelConfig.from_json(settings(saved))
            encoder = build_encoder(config, encoder_config_from(saved["encoder"]))
            with panics_as_errors():
                tokenizer = AutoTokenizer.from_pretrained(folder)
            model = cls(config, encoder, tokenizer)
            _load_weights(model, folder / WEIGHTS)
        except MemoryError:
            raise
        except Exception as error:  # damaged files have no error that the libraries promise
            raise ModelError(
                f"{folder} does not hold together: its configuration, weights and tokenizer must "
                f"come from one `{PROGRAM} train` of this version; {error}"
            ) from error
        return model.to(device).eval()


def _load_weights(model: DiffusionNER, path: Path) -> None:
    """Copy the weights from the file, a few at a time, so that the file's own pages are never in
    memory beside the whole model. Raises RuntimeError if they are not the model's."""
    with safe_open(path, "pt") as file:
        names = list(file.keys())
        table = model.embedding_name
        if table in names and file.get_slice(table).get_dtype() == "F16":
            halve_embedding(model.encoder.transformer.get_input_embeddings())
    unexpected: list[str] = []
    for start in range(0, len(names), _WEIGHTS_AT_A_TIME):
        with safe_open(path, "pt") as file:
            part = {
                weight_name(name): file.get_tensor(name)
                for name in names[start : start + _WEIGHTS_AT_A_TIME]
            }
        unexpected += model.load_state_dict(part, strict=False).unexpected_keys
        del part
    missing = sorted(model.state_dict().keys() - {weight_name(name) for name in names})
    if missing or unexpected:
        raise RuntimeError(f"missing weights: {missing}, unexpected weights: {unexpected}")


def parameter_count(saved: Mapping[str, Any]) -> int:
    """The number of parameters of the model that a parsed `config.json` describes, without memory
    for them. Raises ModelError where no such model can be built."""
    try:
        for key, value in {**saved["encoder"], **saved["model"]}.items():
            most = _MAX_TIMESTEPS if key == "timesteps" else _MAX_LAYERS
            if ("layers" in key or key == "timesteps") and isinstance(value, int) and value > most:
                raise ModelError(f"{key} is {value}, expected at most {most}")
        config = ModelConfig.from_json(settings(saved))
        with torch.device("meta"):
            parts = (
                build_encoder(config, encoder_config_from(saved["encoder"])),
                build_denoiser(config),
            )
    except Exception as error:
        raise ModelError(f"{CONFIG} describes no model that can be built: {error}") from error
    return sum(parameter.numel() for part in parts for parameter in part.parameters())


def _rebuilt(
    config: ModelConfig,
    encoder_config: PretrainedConfig,
    tokenizer: PreTrainedTokenizerBase,
    weights: bytes,
    device: str,
    training: bool,
    half: bool,
) -> DiffusionNER:
    """Rebuild a pickled model."""
    model = DiffusionNER(config, build_encoder(config, encoder_config), tokenizer)
    state = from_bytes(weights)
    if state[model.embedding_name].dtype == torch.float16:
        halve_embedding(model.encoder.transformer.get_input_embeddings())
    model.load_state_dict(state)
    if half:
        halve_linears(model)
    return model.to(device_of(device)).train(training)
