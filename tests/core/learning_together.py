"""A training for `accelerate launch`, without dropout: `… learning_together.py ENCODER FOLDER`.

Each process writes what it was told, and a digest of what its weights came to, beside the model.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from torch import nn

from core.config import ModelConfig, TrainingConfig
from core.modeling.model import DiffusionNER
from core.training import distributed, trainer
from core.training.learner import DiffusionLearner
from core.training.records import Progress
from core.training.trainer import train
from core.types import SamplerSettings
from tests.core.tiny import SENTENCES

CONFIG = TrainingConfig(epochs=2, batch_size=5, num_spans=8, all_spans_weight=1.0, seed=5)
"""Of 27 sentences: the last batch of an epoch has two."""


def main(encoder: Path, folder: Path) -> None:
    trainer._REPORT_EVERY = 1
    distributed.init()
    tiny = {"hidden_size": 32, "num_heads": 2, "pointer_size": 16}
    shape = ModelConfig(("LOC", "MISC", "ORG", "PER"), dropout=0.0, **tiny)
    model = DiffusionNER.from_encoder(shape, str(encoder), seed=0)
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    learner = DiffusionLearner(model, CONFIG, SamplerSettings(steps=1, num_spans=8))
    examples = (SENTENCES * 7)[:-1]
    records = list(train(learner, examples, SENTENCES, CONFIG, folder / "model"))
    digest = hashlib.sha256()
    for value in model.state_dict().values():
        digest.update(value.numpy().tobytes())
    reported = {
        "losses": [record.losses for record in records if isinstance(record, Progress)],
        "records": len(records),
        "weights": digest.hexdigest(),
    }
    (folder / f"told-{distributed.rank()}.json").write_text(json.dumps(reported))
    distributed.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
