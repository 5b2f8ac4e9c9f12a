"""The paper's results (Shen et al., ACL 2023), for comparison. F1 in per cent."""

from __future__ import annotations

from typing import NamedTuple


class Reported(NamedTuple):
    """One model on one corpus; None where the paper has no figure."""

    model: str
    precision: float | None
    recall: float | None
    f1: float


TABLE1: dict[str, tuple[Reported, ...]] = {
    "ace04": (
        Reported("LinearedCRF, Straková et al. 2019", None, None, 81.48),
        Reported("Pyramid, Wang et al. 2020", 86.08, 86.48, 86.28),
        Reported("Seq2seq, Straková et al. 2019", None, None, 84.40),
        Reported("BARTNER, Yan et al. 2021b", 87.27, 86.41, 86.84),
        Reported("Seq2Set, Tan et al. 2021", 88.46, 86.10, 87.26),
        Reported("UIE, Lu et al. 2022", None, None, 86.89),
        Reported("Biaffine, Yu et al. 2020", 87.30, 86.00, 86.70),
        Reported("MRC, Li et al. 2020", 85.05, 86.32, 85.98),
        Reported("Locate&label, Shen et al. 2021", 87.44, 87.38, 87.41),
        Reported("SpanGraph, Wan et al. 2022", 86.70, 85.93, 86.31),
        Reported("LLCP, Lou et al. 2022", 87.39, 88.40, 87.90),
        Reported("BoundarySmooth, Zhu and Li 2022", 88.43, 87.53, 87.98),
        Reported("Triffine, Yuan et al. 2022b", 87.13, 87.68, 87.40),
        Reported("Word2Word, Li et al. 2022a", 87.33, 87.71, 87.52),
        Reported("DiffusionNER", 88.11, 88.66, 88.39),
    ),
    "ace05": (
        Reported("LinearedCRF, Straková et al. 2019", None, None, 80.82),
        Reported("CascadedCRF, Ju et al. 2018", 74.20, 70.30, 72.20),
        Reported("Pyramid, Wang et al. 2020", 83.95, 85.39, 84.66),
        Reported("Seq2seq, Straková et al. 2019", None, None, 84.33),
        Reported("BARTNER, Yan et al. 2021b", 83.16, 86.38, 84.74),
        Reported("Seq2Set, Tan et al. 2021", 87.48, 86.63, 87.05),
        Reported("UIE, Lu et al. 2022", None, None, 85.78),
        Reported("Biaffine, Yu et al. 2020", 85.20, 85.60, 85.40),
        Reported("MRC, Li et al. 2020", 87.16, 86.59, 86.88),
        Reported("Locate&label, Shen et al. 2021", 86.09, 87.27, 86.67),
        Reported("SpanGraph, Wan et al. 2022", 84.37, 85.87, 85.11),
        Reported("LLCP, Lou et al. 2022", 85.97, 87.87, 86.91),
        Reported("BoundarySmooth, Zhu and Li 2022", 86.25, 88.07, 87.15),
        Reported("Triffine, Yuan et al. 2022b", 86.70, 86.94, 86.82),
        Reported("Word2Word, Li et al. 2022a", 85.03, 88.62, 86.79),
        Reported("DiffusionNER", 86.15, 87.72, 86.93),
    ),
    "genia": (
        Reported("LinearedCRF, Straková et al. 2019", None, None, 77.80),
        Reported("CascadedCRF, Ju et al. 2018", 78.50, 71.30, 74.70),
        Reported("Pyramid, Wang et al. 2020", 79.45, 78.94, 79.19),
        Reported("Seq2seq, Straková et al. 2019", None, None, 78.31),
        Reported("BARTNER, Yan et al. 2021b", 78.87, 79.60, 79.23),
        Reported("Seq2Set, Tan et al. 2021", 82.31, 78.66, 80.44),
        Reported("Biaffine, Yu et al. 2020", 81.80, 79.30, 80.50),
        Reported("MRC, Li et al. 2020", 81.14, 76.82, 78.92),
        Reported("Locate&label, Shen et al. 2021", 80.19, 80.89, 80.54),
        Reported("SpanGraph, Wan et al. 2022", 77.92, 80.74, 79.30),
        Reported("Triffine, Yuan et al. 2022b", 80.42, 82.06, 81.23),
        Reported("Word2Word, Li et al. 2022a", 83.10, 79.76, 81.39),
        Reported("DiffusionNER", 82.10, 80.97, 81.53),
    ),
}

TABLE2: dict[str, tuple[Reported, ...]] = {
    "conll03": (
        Reported("Lu et al. 2022", None, None, 92.99),
        Reported("Shen et al. 2021", 92.13, 93.73, 92.94),
        Reported("Li et al. 2020, reproduced", 92.33, 94.61, 93.04),
        Reported("Yan et al. 2021b", 92.56, 93.56, 93.05),
        Reported("Li et al. 2022a, reproduced", 92.71, 93.44, 93.07),
        Reported("DiffusionNER", 92.99, 92.56, 92.78),
    ),
    "ontonotes": (
        Reported("Yan et al. 2019", None, None, 89.78),
        Reported("Yan et al. 2021b", 89.62, 90.92, 90.27),
        Reported("Li et al. 2020, reproduced", 90.14, 89.95, 90.02),
        Reported("Li et al. 2022a, reproduced", 90.03, 90.97, 90.50),
        Reported("DiffusionNER", 90.31, 91.02, 90.66),
    ),
    "msra": (
        Reported("Yan et al. 2019", None, None, 92.74),
        Reported("Shen et al. 2021", 92.20, 90.72, 91.46),
        Reported("Li et al. 2020, reproduced", 91.98, 93.29, 92.63),
        Reported("Li et al. 2022a, reproduced", 94.88, 95.06, 94.97),
        Reported("DiffusionNER", 95.71, 94.11, 94.91),
    ),
}


class Speed(NamedTuple):
    """A line of table 3: on ACE04, one GeForce RTX 3090."""

    model: str
    steps: int | None
    parameters: int
    f1: float
    sentences_per_second: float
    speed_up: float


TABLE3: tuple[Speed, ...] = (
    Speed("Lu et al. 2022", None, 849_000_000, 86.89, 1.98, 1.00),
    Speed("Yan et al. 2021a", None, 408_000_000, 86.84, 13.75, 6.94),
    Speed("DiffusionNER", 1, 381_000_000, 88.40, 82.44, 41.64),
    Speed("DiffusionNER", 5, 381_000_000, 88.53, 57.08, 28.83),
    Speed("DiffusionNER", 10, 381_000_000, 88.57, 37.10, 18.74),
)

Pair = tuple[float, float]
"""F1 on ACE04 and on CoNLL03."""

TABLE4: dict[str, Pair] = {
    "RoBERTa-Large": (88.99, 92.89),
    "BERT-Large": (88.39, 92.78),
    "BERT-Base": (86.93, 92.02),
    "default": (88.39, 92.78),
    "w/o self-attention": (87.94, 92.25),
    "w/o cross-attention": (87.22, 91.40),
    "w/o span encoder": (87.09, 91.63),
}

TABLE5: dict[tuple[str, int], Pair] = {
    ("cosine", 1000): (88.39, 91.56),
    ("cosine", 1500): (87.49, 92.04),
    ("cosine", 2000): (88.33, 91.79),
    ("linear", 1000): (88.38, 92.78),
    ("linear", 1500): (87.83, 92.87),
    ("linear", 2000): (88.17, 92.56),
}

TABLE6: dict[tuple[str, int], Pair] = {
    ("repetition", 60): (88.15, 92.66),
    ("repetition", 120): (88.49, 92.54),
    ("repetition", 150): (88.19, 92.71),
    ("random", 60): (88.46, 92.78),
    ("random", 120): (88.53, 92.79),
    ("random", 150): (88.11, 92.60),
}
