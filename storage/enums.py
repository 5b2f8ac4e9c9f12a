"""The closed word lists that the tables, the formats and the reducer share."""

from __future__ import annotations

from typing import Literal, get_args

Split = Literal["train", "dev", "holdout"]
"""`holdout` is held out: it measures models and never trains one."""
DocumentStatus = Literal["new", "in_progress", "submitted", "skipped"]
SpanStatus = Literal["suggested", "accepted", "rejected"]
Source = Literal["model", "person", "instant", "rule"]
"""Who found an entity first: a model, a person, what was learnt from the project's submitted
documents on top of a model, or a rule. All but a person's are suggestions until one decides."""
Origin = Literal["machine", "person"]
SetState = Literal["draft", "submitted"]
VersionState = Literal["proposed", "active", "retired"]
PreannotationState = Literal["running", "paused", "cancelled", "done"]
RuleKind = Literal["exact", "lower", "tokens"]
"""How a rule's pattern is read: words as written; words in any case; spaCy's token patterns."""
Role = Literal["annotator", "reviewer"]
"""What a member of a project may do: annotate; or also see the others' answers and decide."""
TokenScope = Literal["read", "annotate", "manage"]
"""What a program's token may do, each what the one before may, too: read and predict; open and
decide documents; all that its person may."""
WebhookEvent = Literal["document.submitted", "job.finished", "job.failed", "model.promoted"]
"""What a webhook can be told of: somebody submitted an answer; a retraining has proposed a model,
or came to nothing; another model version suggests now."""
DeliveryState = Literal["pending", "delivered", "failed"]
DeletableKind = Literal["project", "label", "document"]
"""What can be put into the trash."""
QueueOrder = Literal["arrival", "random", "doubt", "disagreement", "diversity"]
"""Which document comes next: the oldest; any; the one whose suggestions are least sure; the one on
which seeds agree least; the one least like those that are done."""

SPLITS: tuple[Split, ...] = get_args(Split)
DOCUMENT_STATUSES: tuple[DocumentStatus, ...] = get_args(DocumentStatus)
SPAN_STATUSES: tuple[SpanStatus, ...] = get_args(SpanStatus)
SOURCES: tuple[Source, ...] = get_args(Source)
ORIGINS: tuple[Origin, ...] = get_args(Origin)
SET_STATES: tuple[SetState, ...] = get_args(SetState)
RULE_KINDS: tuple[RuleKind, ...] = get_args(RuleKind)
ROLES: tuple[Role, ...] = get_args(Role)
TOKEN_SCOPES: tuple[TokenScope, ...] = get_args(TokenScope)
WEBHOOK_EVENTS: tuple[WebhookEvent, ...] = get_args(WebhookEvent)
DELIVERY_STATES: tuple[DeliveryState, ...] = get_args(DeliveryState)
QUEUE_ORDERS: tuple[QueueOrder, ...] = get_args(QueueOrder)
PREANNOTATION_STATES: tuple[PreannotationState, ...] = get_args(PreannotationState)
VERSION_STATES: tuple[VersionState, ...] = get_args(VersionState)
