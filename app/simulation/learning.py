"""The simulated team's retraining: what the page's job does, at once and without a job."""

from __future__ import annotations

import hashlib
from pathlib import Path

from app.services.model_registry.registry import ModelRegistry
from app.services.retraining.reviewed_part import decided
from app.services.retraining.training_data import RetrainingSettings, Snapshot, choose_dev
from app.simulation.material import Workplace
from storage.formats.jsonl import write_jsonl
from storage.repository import projects
from storage.repository.corrected import corrected


def retrain(workplace: Workplace, folder: Path) -> None:
    """Trains the active model on all that was submitted, and promotes the outcome unseen: a
    simulated team has no held-out documents to judge it by."""
    from app.services.retraining.fine_tuning import learn

    registry = ModelRegistry(workplace.sessions)
    parent = registry.active()
    if parent is None:
        raise RuntimeError("there is no model to start from; name one by --model")
    with workplace.sessions() as session:
        labels = tuple(label.name for label in projects.labels(session, workplace.project_id))
        found = (decided(record, labels)[0] for record in corrected(session, workplace.project_id))
        done = [record for parts in found for record in parts]
    train, dev, source = choose_dev(done, [])
    digest = hashlib.sha256()
    folder.mkdir(parents=True)
    for name, records in (("train", train), ("dev", dev)):
        path = folder / f"{name}.jsonl"
        with path.open("wb") as out:
            write_jsonl(records, out)
        digest.update(path.read_bytes())
    snapshot = Snapshot(
        project="Simulation",
        labels=labels,
        train=len(train),
        dev=len(dev),
        holdout=0,
        dev_source=source,
        left_out=(),
        data_hash=digest.hexdigest(),
        parent_id=parent.id,
        parent_path=str(parent.path),
    )
    settings = RetrainingSettings()
    for _ in learn(folder, snapshot, settings, folder / "model"):
        pass
    proposed = registry.propose(
        folder / "model",
        parent_id=parent.id,
        metrics={},
        data_hash=snapshot.data_hash,
        settings=settings.to_json(),
    )
    registry.promote(proposed.id)
