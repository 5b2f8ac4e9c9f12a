from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from core.modeling.subwords import WordTokenizer
from core.pretrained import e5
from core.pretrained.container import read_container
from core.pretrained.e5 import packaged_file, write_encoder
from tests.core.pretrained.packed import LAYERS, PIECES, WIDTH, write_packed

_KEPT = [piece for piece in PIECES if piece not in ("▁the", "▁Киев", "▁в", "is")]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("full")
    container = read_container(write_packed(folder / "model.bin"))
    write_encoder(folder, container, frozenset(), LAYERS, len(PIECES))
    return folder


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cut")
    container = read_container(write_packed(folder / "model.bin"))
    write_encoder(folder, container, {"▁in", "▁Par", "▁Paris"}, 2, len(_KEPT))
    return folder


def test_weights_land_under_the_names_of_bert(full: Path) -> None:
    container = read_container(full / "model.bin")
    state = AutoModel.from_pretrained(full).state_dict()
    inner = state["encoder.layer.2.output.dense.weight"]
    assert inner.flatten().tolist() == container.tensor("l2.fo.w").tolist()
    assert inner.shape == (WIDTH, 64)
    query = state["encoder.layer.1.attention.self.query.bias"]
    assert query.tolist() == container.tensor("l1.q.b").tolist()


def test_each_kept_piece_keeps_its_vector_and_its_id_points_at_it(full: Path, cut: Path) -> None:
    before = AutoModel.from_pretrained(full).get_input_embeddings().weight
    after = AutoModel.from_pretrained(cut).get_input_embeddings().weight
    assert len(after) == len(_KEPT)
    old, new = AutoTokenizer.from_pretrained(full), AutoTokenizer.from_pretrained(cut)
    for piece in _KEPT:
        row = after[new.convert_tokens_to_ids(piece)]
        assert torch.equal(row, before[old.convert_tokens_to_ids(piece)])


def test_the_first_layers_alone_give_the_states_they_gave_within_the_whole(
    full: Path, cut: Path
) -> None:
    def states(folder: Path) -> tuple[torch.Tensor, ...]:
        encoded = AutoTokenizer.from_pretrained(folder)("Paris , a", return_tensors="pt")
        model = AutoModel.from_pretrained(folder).eval()
        return model(**encoded, output_hidden_states=True).hidden_states

    assert len(states(cut)) == 3  # the embeddings, and two layers
    for ours, theirs in zip(states(cut), states(full), strict=False):
        torch.testing.assert_close(ours, theirs)


def test_case_is_told_apart_and_compatibility_forms_are_not(full: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(full)
    assert tokenizer.tokenize("Paris") == ["▁Paris"]
    assert tokenizer.tokenize("paris") == ["▁", "p", "a", "r", "is"]
    assert tokenizer.unk_token_id in tokenizer("paris")["input_ids"]
    assert tokenizer.tokenize("Ｐａｒｉｓ") == ["▁Paris"]
    assert tokenizer.tokenize("in\t  the") == ["▁in", "▁the"]


def test_a_sentence_stands_between_its_marks_and_padding_is_known(full: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(full)
    assert tokenizer.convert_ids_to_tokens(tokenizer("in Paris")["input_ids"]) == [
        "<s>", "▁in", "▁Paris", "</s>",
    ]  # fmt: skip
    assert tokenizer.pad_token_id == AutoModel.from_pretrained(full).config.pad_token_id
    assert tokenizer.num_special_tokens_to_add() == 2


def test_words_that_lost_their_piece_split_and_still_belong_to_their_word(cut: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(cut)
    batch = WordTokenizer(tokenizer).batch([["in", "Киев", "東京", "ᚠᚢ", "Paris"]], 64)
    pieces = tokenizer.convert_ids_to_tokens(batch.input_ids[0].tolist())
    assert pieces[:6] == ["<s>", "▁in", "▁", "К", "и", "е"]
    owners = batch.word_of[0].tolist()
    assert owners[0] == owners[-1] == 5  # of no word
    assert [pieces[at] for at, owner in enumerate(owners) if owner == 2] == ["▁", "東", "<unk>"]
    assert [pieces[at] for at, owner in enumerate(owners) if owner == 3] == ["▁", "<unk>"]
    assert [pieces[at] for at, owner in enumerate(owners) if owner == 4] == ["▁Paris"]
    assert owners[1:-1] == sorted(owners[1:-1])
    assert set(owners) == set(range(6))


def test_more_layers_than_there_are_is_refused(full: Path, tmp_path: Path) -> None:
    container = read_container(full / "model.bin")
    with pytest.raises(ValueError, match="layers must be 1 to 3, as many as the model has, got 4"):
        write_encoder(tmp_path, container, frozenset(), LAYERS + 1, len(PIECES))


def test_without_the_package_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(e5, "distribution", missing)
    with pytest.raises(ValueError, match=r"not installed: pip install .*requirements-train\.txt"):
        packaged_file(e5.MULTILINGUAL)
