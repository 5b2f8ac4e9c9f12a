"""Where a project's rules match a text.

The rules of a project are read once a process and again when they have changed. A text is
asked about again and again, so that the matches of the last ones are kept beside them.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Protocol

from sqlalchemy.orm import Session

from core.text.phrases import Match, PhraseList
from core.text.tokenization import tokenize
from storage.repository import rules
from storage.repository.rules import StoredRule

LOG = logging.getLogger(__name__)
MOST_MATCHES = 5_000
"""In a document: a rule for "the" must not fill a long text."""
_PROJECTS = 8
_TEXTS = 64


class _Finder(Protocol):
    def find(self, words: Sequence[str]) -> Iterable[Match]: ...


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """A stretch of a text, in code points, that a rule matches."""

    start: int
    end: int
    rule_id: int


class RuleMatcher:
    """The rules of a project as they were at one time."""

    def __init__(self, stored: Sequence[StoredRule]) -> None:
        self.labels = {rule.id: rule.label_id for rule in stored}
        """The id of each rule's label."""
        self._exact = PhraseList(_phrases(stored, "exact"))
        self._lower = PhraseList(_phrases(stored, "lower"))
        self._tokens = _token_patterns(stored)
        self._known: OrderedDict[bytes, tuple[RuleMatch, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def matches(self, text: str) -> tuple[RuleMatch, ...]:
        """The first `MOST_MATCHES` places at which some rule matches the text."""
        digest = sha256(text.encode("utf-8", "surrogatepass")).digest()
        with self._lock:
            if digest not in self._known:
                self._known[digest] = tuple(self._found(text))
            self._known.move_to_end(digest)
            while len(self._known) > _TEXTS:
                self._known.popitem(last=False)
            return self._known[digest]

    def _found(self, text: str) -> Iterator[RuleMatch]:
        tokens = tokenize(text)
        words = [text[token.start : token.end] for token in tokens]
        found = islice(self._matches(words), MOST_MATCHES + 1)
        for number, (start, end, rule_id) in enumerate(found):
            if number == MOST_MATCHES:
                LOG.warning(
                    "rules match a text of %d characters in more than %d places; the others are "
                    "not suggested",
                    len(text),
                    MOST_MATCHES,
                )
                return
            yield RuleMatch(tokens[start].start, tokens[end - 1].end, rule_id)

    def _matches(self, words: Sequence[str]) -> Iterator[Match]:
        """In the order of the text, whatever kind the rules are of."""
        found: list[Iterable[Match]] = [self._exact.find(words)]
        if self._lower:
            found.append(self._lower.find([word.lower() for word in words]))
        if self._tokens is not None:
            found.append(self._tokens.find(words))
        return merge(*found, key=itemgetter(0))


_matchers: OrderedDict[tuple[str, int], tuple[int, RuleMatcher]] = OrderedDict()
_lock = threading.Lock()


def matcher_of(session: Session, project_id: int) -> RuleMatcher | None:
    """The project's rules as they are now; None where it never had any."""
    state = rules.state(session, project_id)
    if state is None:
        return None
    key = (str(session.get_bind().engine.url), project_id)
    with _lock:
        known = _matchers.get(key)
        if known is None or known[0] != state:
            known = _matchers[key] = (state, RuleMatcher(rules.every(session, project_id)))
        _matchers.move_to_end(key)
        while len(_matchers) > _PROJECTS:
            _matchers.popitem(last=False)
        return known[1]


def words_of(pattern: str) -> list[str]:
    """The words of a rule's string, cut as those of a document; at once where none is special."""
    if pattern.isascii() and pattern.replace(" ", "").isalnum():
        return pattern.split(" ")
    return [pattern[token.start : token.end] for token in tokenize(pattern)]


def _phrases(stored: Iterable[StoredRule], kind: str) -> Iterator[tuple[int, list[str]]]:
    for rule in stored:
        if rule.kind == kind:
            yield rule.id, words_of(rule.pattern.lower() if kind == "lower" else rule.pattern)


def _token_patterns(stored: Iterable[StoredRule]) -> _Finder | None:
    """What matches the patterns of tokens; None without any, or without spaCy."""
    patterns = [(rule.id, json.loads(rule.pattern)) for rule in stored if rule.kind == "tokens"]
    if not patterns:
        return None
    try:
        from core.integrations.token_patterns import TokenPatterns
    except ImportError:
        LOG.warning("spaCy is not installed: %d rules of tokens match nothing", len(patterns))
        return None
    return TokenPatterns(patterns)
