"""Whether a tokenizer from elsewhere is one whose work is bounded by the text that it is given.

A `tokenizer.json` may bring regular expressions, which can take forever or end in a panic, and
replacements, which can make a word as long as they like. Known kinds of both are enough for the
encoders of BERT's, RoBERTa's, XLM-R's and DeBERTa's families.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_GPT4 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
KNOWN_PATTERNS = {" {2,}": 2, r"\s+": 1, r"\s{2,}": 2, _GPT2: 1, _GPT4: 1}
"""Regular expressions in linear time, and the fewest characters that each matches."""
MODELS = {"BPE", "Unigram", "WordLevel", "WordPiece"}
_GROWING = {"ByteLevel", "Precompiled", "Prepend"}
"""Normalizers that make a word longer: once, or one after the other doubles it again and again."""
NORMALIZERS = _GROWING | {
    *("BertNormalizer", "Lowercase", "NFC", "NFD", "NFKC", "NFKD", "Nmt"),
    *("Replace", "Strip", "StripAccents"),
}
PRE_TOKENIZERS = {
    *("BertPreTokenizer", "ByteLevel", "CharDelimiterSplit", "Digits", "Metaspace"),
    *("Punctuation", "Split", "UnicodeScripts", "Whitespace", "WhitespaceSplit"),
}
POST_PROCESSORS = {"BertProcessing", "ByteLevel", "RobertaProcessing", "TemplateProcessing"}
MOST_STEPS = 16
"""Steps of a sequence."""
MOST_ADDED = 64
"""Characters that are put before a word or between its pieces, bytes that one character becomes,
and special tokens of a sentence. NFKC makes at most 33 bytes of a character."""
MOST_OF_WORD = 1_000
"""Characters of a word that WordPiece cuts up: it takes their square."""


class TokenizerError(ValueError):
    """A tokenizer that failed, or that is not taken."""


@contextmanager
def panics_as_errors() -> Iterator[None]:
    """Raises TokenizerError for a panic in `tokenizers`. A panic is a BaseException, which passes
    whoever handles errors, and leaves those that wait for an answer without one."""
    try:
        yield
    except BaseException as error:
        if type(error).__module__ != "pyo3_runtime":
            raise
        raise TokenizerError(
            "the model's tokenizer broke down over this text; use a model with another tokenizer"
        ) from error


def check_tokenizer(saved: Any) -> None:
    """Raises TokenizerError for a parsed `tokenizer.json` whose work may be unbounded."""
    try:
        _check_model(saved["model"])
        _check_steps("normalizer", saved.get("normalizer"), NORMALIZERS, _check_normalizer)
        _check_steps("pre_tokenizer", saved.get("pre_tokenizer"), PRE_TOKENIZERS, _check_pattern)
        _check_steps("post_processor", saved.get("post_processor"), POST_PROCESSORS, _check_special)
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        if isinstance(error, TokenizerError):
            raise
        raise TokenizerError(
            f"tokenizer.json is no tokenizer ({type(error).__name__}: {error}); save it again with "
            "`save_pretrained`"
        ) from None


def _check_steps(
    part: str, saved: Any, known: set[str], check: Callable[[Mapping[str, Any]], object]
) -> None:
    kinds = []
    for step in _steps(saved):
        kinds.append(step["type"])
        if step["type"] not in known:
            raise _refused(f"the {part} {step['type']!r}", f"one of {', '.join(sorted(known))}")
        if len(kinds) > MOST_STEPS:
            raise _refused(f"a {part} of more than {MOST_STEPS} steps", "fewer")
        check(step)
    for kind in _GROWING & set(kinds):
        if kinds.count(kind) > 1:
            raise _refused(f"the {part} {kind!r} {kinds.count(kind)} times", "once")


def _steps(saved: Any) -> Iterator[Mapping[str, Any]]:
    """The steps of a part; of sequences, those inside."""
    if saved is None:
        return
    if saved["type"] != "Sequence":
        yield saved
        return
    for name in ("normalizers", "pretokenizers", "processors"):
        for step in saved.get(name, ()):
            yield from _steps(step)


def _check_model(saved: Mapping[str, Any]) -> None:
    kind = saved["type"]
    if kind not in MODELS:
        raise _refused(f"the model {kind!r}", f"one of {', '.join(sorted(MODELS))}")
    if (longest := saved.get("max_input_chars_per_word") or 0) > MOST_OF_WORD:
        raise _refused(f"words of {longest} characters", f"at most {MOST_OF_WORD}")
    if saved.get("dropout"):
        raise _refused("a dropout, which cuts a word up otherwise each time", "none")
    for name in ("continuing_subword_prefix", "end_of_word_suffix"):
        _check_length(name, saved.get(name) or "", MOST_ADDED)


def _check_normalizer(step: Mapping[str, Any]) -> None:
    if step["type"] == "Replace":
        _check_length("a replacement", step["content"], _check_pattern(step))
    elif step["type"] == "Prepend":
        _check_length("a prefix", step["prepend"], MOST_ADDED)
    elif step["type"] == "Precompiled":
        compiled = base64.b64decode(step["precompiled_charsmap"], validate=True)
        results = compiled[4 + int.from_bytes(compiled[:4], "little") :]
        longest = max(results.split(b"\0"), key=len)
        _check_length("a character's normal form", longest, MOST_ADDED)


def _check_pattern(step: Mapping[str, Any]) -> int:
    """The fewest characters that the step's pattern matches; 0 where it has none."""
    pattern = step.get("pattern")
    if pattern is None:
        return 0
    if "String" in pattern:
        return len(pattern["String"])
    if (known := KNOWN_PATTERNS.get(pattern["Regex"])) is None:
        raise _refused(
            f"a regular expression of its own, {pattern['Regex'][:80]!r}",
            "a known one: another may never come to an end",
        )
    return known


def _check_special(step: Mapping[str, Any]) -> None:
    for template in (step.get("single", ()), step.get("pair", ())):
        _check_length("a sentence's template", template, MOST_ADDED)
    for token in (step.get("special_tokens") or {}).values():
        _check_length("a special token", token["ids"], MOST_ADDED)


def _check_length(what: str, given: Any, longest: int) -> None:
    if len(given) > longest:
        raise _refused(f"{what} of length {len(given)}", f"at most {longest}")


def _refused(got: str, expected: str) -> TokenizerError:
    return TokenizerError(
        f"tokenizer.json has {got}, expected {expected}; import a model around an encoder of "
        "BERT's, RoBERTa's, XLM-R's or DeBERTa's family with its own tokenizer"
    )
