from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from core.config import ModelConfig
from core.modeling.encoder import max_pool_words
from core.modeling.model import DiffusionNER
from tests.core.conftest import NewModel
from tests.core.tiny import tiny_encoder
from tests.payload import Touch

SHORT = ("Bo", "met", "Ann")
LONG = ("The", "Universities", "of", "Kyiv", "and", "Oslo", "met", "in", "New-York", ".")


def test_words_are_the_maximum_over_their_subwords() -> None:
    subwords = torch.tensor([[[9.0, 9.0], [1.0, -5.0], [2.0, -7.0], [-3.0, -1.0], [9.0, 9.0]]])
    word_of = torch.tensor([[3, 0, 0, 1, 3]])
    pooled = max_pool_words(subwords, word_of, 3)
    assert pooled.tolist() == [[[2.0, -5.0], [-3.0, -1.0], [0.0, 0.0]]]


def test_every_subword_knows_its_word(new_model: NewModel) -> None:
    subwords = new_model().subwords
    batch = subwords.batch([SHORT, LONG], 512)
    assert batch.lengths.tolist() == [3, 10]
    for row, words in enumerate((SHORT, LONG)):
        owners = batch.word_of[row].tolist()
        counts = [owners.count(word) for word in range(len(words))]
        assert counts == subwords.lengths(words)
        assert owners.count(10) == len(owners) - sum(counts)  # [CLS], [SEP] and padding: M
        assert int(batch.attention_mask[row].sum()) == sum(counts) + 2


def test_a_word_without_any_subword_has_length_0_and_is_still_a_word(new_model: NewModel) -> None:
    model = new_model()
    words = ("Bo", "\x00", "Ann")
    assert model.subwords.lengths(words)[1] == 0
    states = model.encoder(model.batch([words]))
    assert states.shape[1] == 3
    assert bool(states.isfinite().all())


def test_no_words_have_no_lengths(new_model: NewModel) -> None:
    assert new_model().subwords.lengths([]) == []


@pytest.mark.parametrize("lstm_layers", [0, 2])
@torch.no_grad()
def test_padding_changes_no_state_and_is_zero(new_model: NewModel, lstm_layers: int) -> None:
    model = new_model(lstm_layers=lstm_layers)
    single = model.encoder(model.batch([SHORT]))
    padded = model.encoder(model.batch([LONG, SHORT]))
    assert padded.shape == (2, 10, 32)
    assert torch.allclose(single[0], padded[1, :3], atol=1e-5)
    assert not padded[1, 3:].any()


@pytest.mark.parametrize("lstm_layers", [0, 1])
@torch.no_grad()
def test_only_the_lstm_tells_a_word_the_case_of_the_words_after_it(
    new_model: NewModel, lstm_layers: int
) -> None:
    """The transformer is blind to case, so nothing else can carry it from word to word."""
    model = new_model(lstm_layers=lstm_layers)
    lower, upper = (model.encoder(model.batch([("met", last)])) for last in ("us", "US"))
    assert torch.equal(lower[0, 0], upper[0, 0]) == (lstm_layers == 0)


@torch.no_grad()
def test_case_is_seen_although_the_tokenizer_lowers_it(new_model: NewModel) -> None:
    model = new_model()
    lower, upper = (model.encoder(model.batch([words])) for words in (("us",), ("US",)))
    assert not torch.allclose(lower, upper)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_an_encoder_in_half_precision_learns_in_full(tmp_path: Path, dtype: str) -> None:
    tiny_encoder(tmp_path)
    file = tmp_path / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "dtype": dtype}))
    model = DiffusionNER.from_encoder(ModelConfig(("PER",), hidden_size=32), str(tmp_path), seed=0)
    assert {value.dtype for value in model.parameters()} == {torch.float32}


def test_an_encoder_whose_pickle_holds_more_than_tensors_is_refused_unread(tmp_path: Path) -> None:
    folder, proof = tmp_path / "encoder", tmp_path / "it-ran"
    tiny_encoder(folder)
    (folder / "model.safetensors").unlink()
    torch.save({"weight": Touch(proof)}, folder / "pytorch_model.bin")

    with pytest.raises(ValueError, match=r"more than tensors.*safetensors"):
        DiffusionNER.from_encoder(ModelConfig(("PER",), hidden_size=32), str(folder), seed=0)
    assert not proof.exists()
