"""python -m core baseline: the BIO tagger that every result is read beside."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from core.commands.shared import add_training, report, training_config
from core.config import ModelConfig
from core.data import label_set, merge_corpora, read_examples
from core.fitting import fit
from core.measuring import looked_for
from core.metrics import as_table, score
from core.model import DiffusionNER, best_device
from core.tagger import Tagger, TaggerLearner
from core.training import train


def configure(parser: argparse.ArgumentParser) -> None:
    add_training(parser)
    parser.add_argument("--encoder", required=True, help="hub name or path")
    parser.add_argument("--test", type=Path, nargs="+", required=True, metavar="FILE")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tagger")


def run(options: argparse.Namespace) -> None:
    """Train with the loop, rates and stopping rule of `train`; measure each test file."""
    config = training_config(options)
    examples = merge_corpora([(str(file), read_examples(file)) for file in options.train])
    dev = merge_corpora([(str(file), read_examples(file)) for file in options.dev])
    host = DiffusionNER.from_encoder(
        ModelConfig(label_set(examples)), options.encoder, config.seed
    ).to(best_device())
    learner = TaggerLearner(Tagger(host).to(host.device))
    for record in train(learner, fit(host, examples), fit(host, dev), config, options.out):
        report(record)
    learner.restore(options.out)
    results = {}
    for file in options.test:
        test = fit(host, looked_for(read_examples(file)))
        start = time.perf_counter()
        said = learner.tagger.predict([example.words for example in test])
        pace = len(test) / (time.perf_counter() - start)
        scores = score(zip(test, said, strict=True))
        print(f"\n{file}: {pace:.1f} sentences/s\n{as_table(scores)}")
        results[str(file)] = {**scores.to_json(), "sentences_per_second": pace}
    (options.out / "scores.json").write_text(json.dumps(results, indent=2) + "\n")
