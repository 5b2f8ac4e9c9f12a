"""The services that ask nothing of who is at work, and why."""

from __future__ import annotations

OPEN = {
    "suggestions.prefetch.Prefetcher.step": (
        "the machine's own thread, on sessions that act for nobody"
    ),
    "suggestions.prefetch.Prefetcher.request": ("a number to read ahead for; nothing is told"),
    "suggestions.prefetch.Prefetcher.again": ("a number to read ahead for; nothing is told"),
    "suggestions.part_reader.PartReader.step": ("the machine's own thread"),
    "suggestions.part_reader.PartReader.request": ("a number to read; nothing is told"),
    "suggestions.part_reader.PartReader.retry": ("a number to read; nothing is told"),
    "suggestions.part_reader.PartReader.problem": ("why the model failed; nothing of the text"),
    "suggestions.instant_learner.InstantLearner.start": ("the machine's own thread"),
    "suggestions.instant_learner.InstantLearner.step": ("the machine's own thread"),
    "suggestions.instant_learner.InstantLearner.rest": ("the machine's own thread"),
    "suggestions.instant_learner.InstantLearner.prepare": ("the machine's own thread"),
    "suggestions.instant_learner.InstantLearner.request": ("a number to learn; nothing is told"),
    "suggestions.instant_learner.InstantLearner.wait": ("whether the machine is at work"),
    "suggestions.instant_lessons.InstantLearning.step": ("the machine's own thread"),
    "suggestions.instant_lessons.InstantLearning.rest": ("the machine's own thread"),
    "suggestions.instant_lessons.InstantLearning.forget": ("the machine's own thread"),
    "suggestions.instant_lessons.InstantLearning.scaling": ("one model serves all projects"),
    "suggestions.instant_wake.register": ("the machine's own thread"),
    "suggestions.instant_wake.caught_up": ("whether the machine is at work"),
    "suggestions.instant_wake.wait": ("whether the machine is at work"),
    "team.permissions.for_nobody": "for the machine itself; no page is given such sessions",
    "annotation.versions.current": "numbers alone, for pages that were let look at the documents",
    "team.last_use.note_use": "writes for whom `sign_in` and `tokens` have let in",
    "operations.projects.every": "lists what the person may see; see its own test",
    "operations.projects.with_labels": "lists what the person may see; see the interface's tests",
    "operations.projects.locate": "finds only what the person may see; see its own test",
    "operations.projects.founded": "a time alone, for the machine's own",
    "operations.trash.contents": ("lists what the person may restore; see its own test"),
    "retraining.auto_retrain.AutoRetrain.run": ("the machine's own worker"),
    "retraining.auto_retrain.AutoRetrain.step": ("the machine's own worker"),
    "retraining.preannotation_worker.PreannotationWorker.run": ("the machine's own worker"),
    "retraining.preannotation_worker.PreannotationWorker.step": ("the machine's own worker"),
    "webhooks.job_events.JobEvents.run": ("the machine's own worker"),
    "webhooks.job_events.JobEvents.step": ("the machine's own worker"),
    "webhooks.delivery.WebhookDeliveries.run": ("the machine's own worker"),
    "webhooks.delivery.WebhookDeliveries.step": ("the machine's own worker"),
    "retraining.jobs.Jobs.close": ("ends the connection of the process"),
    "retraining.jobs.Jobs.every": ("lists what the person may see; see its own test"),
    "retraining.jobs.Jobs.ended_since": ("lists what the person may see, as `every` does"),
    "retraining.jobs.Jobs.unfinished": ("lists what the person may see, as `every` does"),
    "retraining.jobs.Jobs.on": ("gives the same jobs to other sessions"),
    "retraining.jobs.Jobs.states": ("numbers alone, for the machine's metrics"),
    "retraining.jobs.Jobs.worker_running": ("whether the machine is at work"),
    "model_registry.files.export": (
        "one model serves all projects; for the terminal, pages go by model_zip"
    ),
    "model_registry.registry.ModelRegistry.active": (
        "one model serves all projects; who signed in may know it"
    ),
    "model_registry.registry.ModelRegistry.ensure_bundled": (
        "registers the model that the settings name"
    ),
    "model_registry.registry.ModelRegistry.follow_update": (
        "registers the model that the settings name"
    ),
    "model_registry.registry.ModelRegistry.get": ("one model serves all projects"),
    "model_registry.registry.ModelRegistry.versions": ("one model serves all projects"),
    "suggestions.predictor.active_predictor": ("one model serves all projects"),
    "model_registry.promotions.log": ("one model serves all projects"),
    "model_registry.promotions.previous": ("one model serves all projects"),
    "retraining.training_data.active_parent": ("one model serves all projects"),
    "suggestions.label_review.ReviewService.on": ("gives the same answers to other sessions"),
    "suggestions.label_review.judge_of": ("one model serves all projects"),
    "suggestions.label_review.ReviewService.replace_set": (
        "asks nothing: follows what `take_suggestion` was allowed to do"
    ),
    "suggestions.label_review.ReviewService.suspects": (
        "asks nothing: tells of submissions that `submitted` gave"
    ),
    "suggestions.label_review.ReviewService.waiting": (
        "asks nothing: tells of submissions that `submitted` gave"
    ),
    "operations.samples.seed_sample_project": ("the machine's own, before anybody comes"),
    "suggestions.signals.measure": ("the machine's own thread"),
    "suggestions.signals.missing": ("the machine's own thread"),
    "team.permissions.may": "tells what whom the sessions act for may do themselves",
    "team.sign_in.change_password": ("takes the person's own session; see its own test"),
    "team.sign_in.provided": ("how a person is known in the first place"),
    "team.sign_in.sign_in": ("how a person is known in the first place"),
    "team.sign_in.sign_out": ("takes the secret of the session that it ends"),
    "team.sign_in.signed_in": ("how a person is known in the first place"),
    "team.sign_in.unchanged": "tells of the account of whom the sessions act for alone",
    "team.tokens.holder": ("how a program is known in the first place"),
    "operations.startup.open_database": ("the machine's own, before anybody comes"),
    "operations.startup.check_database": ("whether the machine is at work"),
    "operations.metrics.stock": ("numbers alone, for the machine's metrics"),
}
"""What asks nothing, and why."""
