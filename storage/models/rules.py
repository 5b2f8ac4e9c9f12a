"""Rules that suggest entities, and what each of them suggested."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import RawText, UtcDateTime, now, one_of
from storage.enums import RULE_KINDS, RuleKind
from storage.models.base import Base


class Rule(Base):
    """A pattern whose matches are suggested as a label. It never changes; it comes and goes."""

    __tablename__ = "rules"
    __table_args__ = (one_of("kind", RULE_KINDS), Index(None, "project_id", "label_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    label_id: Mapped[int] = mapped_column(ForeignKey("labels.id", ondelete="CASCADE"), index=True)
    kind: Mapped[RuleKind] = mapped_column(String(16))
    pattern: Mapped[str] = mapped_column(RawText)
    """Words; of the kind `tokens` a JSON list of spaCy's token patterns."""
    name: Mapped[str] = mapped_column(String(100), default="")
    """The `id` that a file of patterns gives it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class RuleSuggestion(Base):
    """A rule suggested a span of a document, alone or together with a model or another rule.

    What people made of it, the entity with its `key` in their answer says.
    """

    __tablename__ = "rule_suggestions"
    __table_args__ = (CheckConstraint('start >= 0 AND start < "end"', name="start_before_end"),)

    document_id: Mapped[int] = mapped_column(
        ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    rule_id: Mapped[int] = mapped_column(
        ForeignKey("rules.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    start: Mapped[int]
    end: Mapped[int]
