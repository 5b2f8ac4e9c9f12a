"""Which tokenizers from elsewhere are taken, and what becomes of a panic in one."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from core.installation import BUNDLED
from core.modeling.model import DiffusionNER, ModelError
from core.modeling.subwords import WordTokenizer
from core.modeling.tokenizer_file import (
    KNOWN_PATTERNS,
    MOST_ADDED,
    MOST_STEPS,
    TokenizerError,
    check_tokenizer,
    panics_as_errors,
)
from tests.core.conftest import NewModel

MODEL = {"type": "WordPiece", "unk_token": "[UNK]", "vocab": {"[UNK]": 0}}
CATASTROPHIC = r"(x+x+)+y"


def saved(**parts: Any) -> dict[str, Any]:
    return {"model": MODEL, "normalizer": None, "pre_tokenizer": None, **parts}


def sequence(part: str, *steps: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Sequence", part: list(steps)}


def replace(pattern: dict[str, str], content: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": pattern, "content": content}


def compiled(*results: bytes) -> dict[str, Any]:
    table = (4).to_bytes(4, "little") + b"trie" + b"\0".join(results) + b"\0"
    return {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(table).decode()}


def test_the_bundled_models_tokenizer_is_taken() -> None:
    check_tokenizer(json.loads((BUNDLED / "tokenizer.json").read_text()))


@pytest.mark.parametrize(
    ("normalizer", "pre_tokenizer", "post_processor"),
    [
        (normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer(), None),
        (None, pre_tokenizers.ByteLevel(), processors.RobertaProcessing(("</s>", 2), ("<s>", 0))),
        (normalizers.NFC(), pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit()]), None),
        (
            normalizers.Sequence([normalizers.Strip(), normalizers.Replace(Regex(" {2,}"), " ")]),
            pre_tokenizers.Metaspace(),
            processors.TemplateProcessing("<s> $A", special_tokens=[("<s>", 0)]),
        ),
        (
            normalizers.Sequence([normalizers.Replace("``", '"'), normalizers.NFKD()]),
            pre_tokenizers.Sequence(
                [pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in KNOWN_PATTERNS]
            ),
            None,
        ),
    ],
)
def test_the_usual_encoders_tokenizers_are_taken(
    normalizer: Any, pre_tokenizer: Any, post_processor: Any
) -> None:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, pre_tokenizer
    if post_processor is not None:
        tokenizer.post_processor = post_processor

    check_tokenizer(json.loads(tokenizer.to_str()))


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"pre_tokenizer": {"type": "Split", "pattern": {"Regex": CATASTROPHIC}}}, "its own"),
        ({"normalizer": replace({"Regex": CATASTROPHIC}, "")}, "its own"),
        (
            {"normalizer": sequence("normalizers", replace({"Regex": CATASTROPHIC}, ""))},
            "its own",
        ),
        (
            {
                "pre_tokenizer": sequence(
                    "pretokenizers",
                    sequence(
                        "pretokenizers", {"type": "Split", "pattern": {"Regex": CATASTROPHIC}}
                    ),
                )
            },
            "its own",
        ),
        ({"normalizer": replace({"String": "a"}, "aa")}, "length 2, expected at most 1"),
        ({"normalizer": replace({"String": ""}, "a")}, "length 1, expected at most 0"),
        ({"normalizer": {"type": "Prepend", "prepend": "a" * 65}}, "length 65"),
        ({"normalizer": compiled(b"a", b"b" * (MOST_ADDED + 1))}, "length 65"),
        (
            {"normalizer": sequence("normalizers", {"type": "ByteLevel"}, {"type": "ByteLevel"})},
            "2 times",
        ),
        (
            {"normalizer": sequence("normalizers", *[{"type": "NFC"}] * (MOST_STEPS + 1))},
            "more than 16",
        ),
        ({"normalizer": {"type": "Custom"}}, "one of BertNormalizer"),
        ({"pre_tokenizer": {"type": "Custom"}}, "one of BertPreTokenizer"),
        ({"model": {"type": "Custom"}}, "one of BPE"),
        ({"model": {**MODEL, "max_input_chars_per_word": 10**9}}, "at most 1000"),
        ({"model": {"type": "BPE", "dropout": 0.5}}, "dropout"),
        (
            {"post_processor": {"type": "TemplateProcessing", "single": [{}] * 65}},
            "length 65",
        ),
        ({"model": None}, "is no tokenizer"),
        ({"normalizer": {"type": "Replace"}}, "is no tokenizer"),
        ({"normalizer": {"type": "Precompiled", "precompiled_charsmap": "!"}}, "is no tokenizer"),
    ],
)
def test_what_may_work_without_end_is_refused(parts: dict[str, Any], why: str) -> None:
    with pytest.raises(TokenizerError, match=why):
        check_tokenizer(saved(**parts))


def test_a_normal_form_of_64_bytes_is_taken() -> None:
    check_tokenizer(saved(normalizer=compiled(b"a", b"b" * MOST_ADDED)))


@pytest.mark.parametrize("given", [None, [], "x", 1, {}])
def test_what_is_no_tokenizer_is_refused_in_words(given: Any) -> None:
    with pytest.raises(TokenizerError, match="is no tokenizer"):
        check_tokenizer(given)


@pytest.fixture(scope="module")
def panicking() -> PreTrainedTokenizerFast:
    """A tokenizer whose pattern gives up on a run of x: `tokenizers` panics."""
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(CATASTROPHIC), "isolated")
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]")


def test_a_panic_in_the_tokenizer_is_an_error_like_any_other(
    panicking: PreTrainedTokenizerFast,
) -> None:
    assert issubclass(TokenizerError, Exception)
    subwords = WordTokenizer(panicking)
    with pytest.raises(TokenizerError, match="broke down"):
        subwords.batch([["x" * 40]], 512)
    with pytest.raises(TokenizerError, match="broke down"):
        subwords.lengths(["x" * 40])
    assert subwords.lengths(["a"]) == [1], "it goes on with other words"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("another")])
def test_what_is_no_panic_passes(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, panics_as_errors():
        raise error
    assert caught.value is error


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_model_whose_files_are_cut_off_is_no_model(
    name: str, tmp_path: Path, new_model: NewModel
) -> None:
    new_model().save(tmp_path)
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-9])

    with pytest.raises(ModelError):
        DiffusionNER.load(tmp_path)
