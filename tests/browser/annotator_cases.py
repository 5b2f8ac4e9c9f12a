"""The documents that the span annotator's demo shows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from storage.label_colours import COLOURS
from tests.long_text import long_text

NASTY = "<img src=x onerror=alert(1)></span><script>alert(1)</script>&lt;b&gt;"
LABELS = [
    {"name": "PER", "color": "#e4572e", "key": "1", "description": "People"},
    {"name": "ORG", "color": "#2e86ab", "key": "2", "description": "Organisations"},
    {"name": "LOC", "color": "#3b8e5a", "key": "3", "description": "Places"},
    {"name": "MISC", "color": "#9b6bdf", "key": "4", "description": "Other names"},
]
MANY = [
    {
        "name": f"{'A rather long label' if n == 7 else 'LABEL'} {n}",
        "color": LABELS[n % 4]["color"],
        "key": "1234567890befjklnopquvyz;,.=-'"[n],
        "description": "",
    }
    for n in range(30)
]
TEN_KEYS = "1234567890"


def labels_called(names: list[str]) -> list[dict[str, Any]]:
    """Labels as a project makes them: the first ten with keys, each with a colour."""
    keys = [*TEN_KEYS, *[None] * len(names)]
    return [
        {"name": name, "color": COLOURS[n % len(COLOURS)], "key": keys[n], "description": ""}
        for n, name in enumerate(names)
    ]


THIRTY = labels_called(
    [*("PER", "ORG", "LOC", "MISC"), *(f"LABEL_NUMBER_{n:02}" for n in range(1, 27))]
)
SIXTY = labels_called(
    [
        *("Person", "Organisation", "Place", "Other"),
        *(f"bio:{name}" for name in ("gene", "protein", "cell", "species", "tissue", "organ")),
        *(f"chem.{name}" for name in ("drug", "dose", "salt", "acid", "ion", "solvent")),
        *(f"law-{n:02}" for n in range(1, 21)),
        *(f"event/{'a rather long kind of event ' * (n == 7)}{n}" for n in range(1, 25)),
    ]
)
PLAIN = "President Olena Kovalenko visited New York University Hospital on Monday."
SCRIPTS = (
    "👩‍🔬 Dr. Zoë Müller 🚀 joined NASA.\n"
    "מרי קירי נולדה בוורשה ועבדה בפריז.\n"
    "東京大学の山田太郎は国連で演説した。\n"
    "Марія Примаченко народилася в Болотні 🇺🇦.\n"
    "The e\u0301lite of Zu\u0308rich met عبد الله in Cairo."
)
LONG = "\n".join(f"Line {n}: {PLAIN}" for n in range(400))
WRAPPED = f"{PLAIN} " * 12
ENDS_PLAIN = f"{PLAIN} {'Nobody had expected it. ' * 12}\n\nNobody answered.\n\nShe wrote."
PARAGRAPHS = f"{PLAIN}\n\nAda Lovelace stayed.\n \n\n\nShe wrote from Oslo.\nNobody answered."
REPEATED = (
    "Ada met Olena. Then Olena wrote to Ada, and Olena’s brother read it to Olenas. "
    "Olena laughed; OLENA did not, and Olena went home."
)
WORDS = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar "
    "papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu one two three four five"
)
PROBLEM = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


@dataclass(frozen=True, slots=True)
class Case:
    text: str
    spans: list[dict[str, Any]] = field(default_factory=list)
    labels: list[dict[str, Any]] = field(default_factory=lambda: LABELS)
    hints: list[dict[str, Any]] = field(default_factory=list)
    comment: str = ""
    skip_reason: str = ""
    can_ask: bool = False
    held_out: bool = False
    hotkeys: dict[str, str] = field(default_factory=dict)
    parts: int = 0
    """In how many parts a model reads it; each edit brings one. 0: it is read already."""

    def state(self, edits: int) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        """The spans of the parts that are read after so many edits, and what is said of it."""
        if edits + 1 >= self.parts:
            return self.spans, None
        end = len(self.text) * (edits + 1) // self.parts
        unread = [[end, len(self.text)]]
        reading = {"read": edits + 1, "sentences": self.parts, "unread": unread, "stopped": False}
        return [span for span in self.spans if span["end"] <= end], reading


def result(text: str, *wanted: tuple[str, str, float]) -> list[dict[str, Any]]:
    """Suggestions over the first occurrence of each string."""
    return [
        {
            "id": f"m{n}",
            "start": text.index(words),
            "end": text.index(words) + len(words),
            "label": label,
            "status": "suggested",
            "score": score,
            "source": "model",
            "confidence": {"left": 0.98, "right": 0.71, "type": score, "since": 2, "support": 0.3},
        }
        for n, (words, label, score) in enumerate(wanted)
    ]


def crowd(words: int, spans: int, per_line: int) -> Case:
    """A document of so many words with nested spans all over, for measuring."""
    item = PLAIN.split()
    lines = [
        " ".join(item[n % len(item)] for n in range(at, min(at + per_line, words)))
        for at in range(0, words, per_line)
    ]
    text = "\n".join(lines)
    starts: list[int] = []
    at = text.find("New York")
    while at >= 0:
        starts += [at, at]
        at = text.find("New York", at + 1)
    chosen = starts[:: max(1, len(starts) // spans)][:spans]
    made = [
        {
            **result(text, ("New York", "LOC", 0.5))[0],
            "id": f"m{n}",
            "start": start,
            "end": start + (8 if n % 2 else 19),
            "label": "LOC" if n % 2 else "ORG",
        }
        for n, start in enumerate(chosen)
    ]
    return Case(text, made)


def marked(text: str, labels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A suggestion for each of the first words, each of another label."""
    wanted = [
        (word, label["name"], round(0.95 - 0.03 * (n * 7 % 30), 3))
        for n, (word, label) in enumerate(zip(text.split(), labels, strict=False))
    ]
    return result(text, *wanted)


def chapters(text: str) -> Case:
    """A long document that a model reads in four parts; it is less sure of each place."""
    names = [(match.start(), match.end()) for match in re.finditer("Olena Kovalenko|Kyoto", text)]
    spans = [
        {
            **result(PLAIN, ("Olena Kovalenko", "PER", 0.9))[0],
            "id": f"m{number}",
            "start": start,
            "end": end,
            "score": round(0.99 - number / 1000, 3),
        }
        for number, (start, end) in enumerate(names)
    ]
    return Case(text, spans, parts=4)


NESTED = [
    ("Olena Kovalenko", "PER", 0.98),
    ("New York", "LOC", 0.71),
    ("New York University", "ORG", 0.83),
    ("New York University Hospital", "ORG", 0.944),
]
_HINTS = [
    {
        "start": PLAIN.index("Monday"),
        "end": PLAIN.index("Monday") + 6,
        "label": "MISC",
        "score": 0.41,
    },
    {
        "start": PLAIN.index("New York"),
        "end": PLAIN.index("New York") + 8,
        "label": "LOC",
        "score": 0.3,
    },
]
CASES: dict[str, Case] = {
    "nested": Case(PLAIN, result(PLAIN, *NESTED)),
    "next": Case("Ada Lovelace lived in London."),
    "empty": Case(PLAIN),
    "around": Case(PLAIN, result(PLAIN, *NESTED), hints=_HINTS),
    "scripts": Case(
        SCRIPTS,
        result(
            SCRIPTS, ("Zoë Müller", "PER", 0.9), ("מרי קירי", "PER", 0.8), ("عبد الله", "PER", 0.7)
        ),
    ),
    "nasty": Case(
        f"Beware of {NASTY} here.",
        result("Beware", ("Beware", NASTY, 0.5)),
        [*LABELS, {"name": NASTY, "color": "red;background:url(//x)", "key": "5"}],
        comment=NASTY,
    ),
    "long": Case(LONG, result(LONG, *NESTED)),
    "paragraphs": Case(PARAGRAPHS, result(PARAGRAPHS, *NESTED)),
    "ends_plain": Case(ENDS_PLAIN, result(ENDS_PLAIN, *NESTED)),
    "wrapped": Case(WRAPPED, result(WRAPPED, *NESTED)),
    "refusing": Case(PLAIN, result(PLAIN, *NESTED)),
    "repeated": Case(REPEATED, result(REPEATED, ("Olena", "PER", 0.9))),
    "radar": Case(PLAIN, result(PLAIN, *NESTED), hints=_HINTS, can_ask=True),
    "commented": Case(
        PLAIN, result(PLAIN, *NESTED), comment="Who is she?", skip_reason="wrong language"
    ),
    "held_out": Case(PLAIN, held_out=True),
    "many": Case(f"{PLAIN} {PROBLEM * 3}", result(PLAIN, *NESTED), MANY),
    "three": Case(PLAIN, result(PLAIN, *NESTED[:2]), LABELS[:3]),
    "thirty": Case(WORDS, marked(WORDS, THIRTY), THIRTY),
    "sixty": Case(WORDS, marked(WORDS, SIXTY), SIXTY),
    "many_lines": Case(f"{WORDS} " * 6, marked(WORDS, THIRTY), THIRTY),
    "far": Case(
        LONG,
        result(LONG, ("Line 9", "MISC", 0.9), ("Line 200", "PER", 0.5), ("Line 301", "LOC", 0.7)),
    ),
    "rebound": Case(PLAIN, result(PLAIN, *NESTED), hotkeys={"accept": "Q", "skip": "F2"[0]}),
    "short50": crowd(50, 6, 50),
    "crowded": crowd(1200, 100, 12),
    "huge": crowd(20_000, 1000, 50),
    "block": crowd(20_000, 1000, 20_000),
    "partly": chapters(long_text(20_000)),
}
