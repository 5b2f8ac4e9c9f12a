"""Made-up findings of a doctor: some entities are said in two places."""

from __future__ import annotations

import random

from core.discontinuous.records import FragmentedEntity, FragmentedExample, Fragments

_SIDES = ("left", "right", "upper", "lower")
_PARTS = ("hip", "knee", "arm", "toe")
_SIGNS = ("pain", "ache")
_STATES = ("weak", "stiff")


def detector(generator: random.Random) -> FragmentedExample:
    """One of four kinds of sentences; the last two look alike, but only one is joined."""
    side, other = generator.sample(_SIDES, 2)
    part, second = generator.sample(_PARTS, 2)
    sign, state = generator.choice(_SIGNS), generator.choice(_STATES)
    opening = generator.choice(("she said", "he met", "there"))
    lead = len(opening.split())
    kinds: tuple[tuple[str, tuple[Fragments, ...]], ...] = (
        (f"{side} {part} {sign} .", (((0, 3),),)),
        (f"the {part} is {state} .", (((1, 2), (3, 4)),)),
        (f"{side} and {other} {part} {sign} .", (((0, 1), (3, 5)), ((2, 5),))),
        (f"{side} {part} {sign} and {other} {second} {sign}", (((0, 3),), ((4, 7),))),
    )
    text, entities = generator.choice(kinds)
    return FragmentedExample(
        tuple(f"{opening} {text}".split()),
        tuple(
            FragmentedEntity(tuple((start + lead, end + lead) for start, end in entity), "Problem")
            for entity in entities
        ),
    )


def findings(count: int, seed: int) -> list[FragmentedExample]:
    generator = random.Random(seed)
    return [detector(generator) for _ in range(count)]
