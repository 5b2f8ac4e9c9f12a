"""python -m core bench: how fast the model is, part by part, beside the tagger in one run."""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import torch

from core.batches import by_length
from core.data import read_examples
from core.decoding import candidates
from core.evaluation import EVALUATION_BATCH, propose
from core.fitting import fit
from core.model import DiffusionNER, best_device
from core.pipeline import Pipeline
from core.sampler import denoise
from core.tagger import Tagger
from core.types import Example, SamplerSettings

_SAMPLE = Path("assets/samples")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", type=Path, default=Path("assets/models/default"))
    parser.add_argument("--data", type=Path, help="file to annotate (default: our own samples)")
    parser.add_argument("--sentences", type=int, default=128, help="how many of them")
    parser.add_argument("--steps", default="1,5,10", help="γ")
    parser.add_argument("--num-spans", default="10,60,120", help="K")
    parser.add_argument("--rounds", type=int, default=3, help="runs; the median is told")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")


def run(options: argparse.Namespace) -> None:
    model = DiffusionNER.load(options.model, best_device())
    sentences = _sentences(model, options.data)[: options.sentences]
    rows = measure(
        model,
        sentences,
        [int(part) for part in options.steps.split(",")],
        [int(part) for part in options.num_spans.split(",")],
        options.rounds,
    )
    about = {
        "device": str(model.device),
        "threads": torch.get_num_threads(),
        "machine": platform.machine(),
        "sentences": len(sentences),
        "words_a_sentence": round(sum(map(len, sentences)) / len(sentences), 1),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    if options.json:
        print(json.dumps({**about, "rows": rows}, indent=2))
        return
    print("  ".join(f"{name} {value}" for name, value in about.items()) + "\n")
    print(f"{'what':24} {'sentences/s':>12} {'x tagger':>9}")
    for row in rows:
        print(f"{row['what']:24} {row['sentences_per_second']:12.1f} {row['of_tagger']:9.2f}")


def measure(
    model: DiffusionNER,
    sentences: Sequence[Sequence[str]],
    steps: Sequence[int],
    num_spans: Sequence[int],
    rounds: int,
) -> list[dict[str, str | float]]:
    """Sentences a second of everything, in turns so that a drifting machine is fair to all.

    The tagger is untrained: its speed does not depend on its weights.
    """
    tagger = Tagger(model).to(model.device).eval()
    jobs: dict[str, Callable[[], object]] = {
        "tagger": lambda: tagger.predict(sentences),
        "encoder alone": lambda: _encode(model, sentences),
    }
    for gamma in steps:
        for count in num_spans:
            settings = SamplerSettings(gamma, count)
            jobs[f"γ = {gamma}, K = {count}"] = partial(propose, model, sentences, settings)
    (last,) = denoise(model, sentences[:EVALUATION_BATCH], SamplerSettings(1, max(num_spans)))
    batches = range(0, len(sentences), EVALUATION_BATCH)
    jobs["decoding alone"] = lambda: [candidates(last, model.config.labels) for _ in batches]
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(rounds + 1):
        for name, job in jobs.items():
            start = time.perf_counter()
            job()
            if turn:  # the first warms up
                times[name].append(time.perf_counter() - start)
    pace = {name: len(sentences) / statistics.median(each) for name, each in times.items()}
    return [
        {"what": name, "sentences_per_second": value, "of_tagger": value / pace["tagger"]}
        for name, value in pace.items()
    ]


@torch.inference_mode()
def _encode(model: DiffusionNER, sentences: Sequence[Sequence[str]]) -> None:
    for rows in by_length([len(words) for words in sentences], EVALUATION_BATCH):
        model.encoder(model.batch([sentences[row] for row in rows]))


def _sentences(model: DiffusionNER, data: Path | None) -> list[tuple[str, ...]]:
    if data is not None:
        examples = read_examples(data)
    else:
        reader = Pipeline(model)
        texts = [path.read_text("utf-8") for path in sorted(_SAMPLE.glob("*.txt"))]
        examples = [
            Example(tuple(words)) for text in texts for words in reader.read(text).sentences
        ]
    return [example.words for example in fit(model, examples)]
