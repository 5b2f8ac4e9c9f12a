"""DiffusionNER (Shen et al., 2023): named entities denoised out of random spans.

ner = Pipeline.from_pretrained()
for entity in ner("Ms. Haag joined the Bank of China."):
    print(entity.text, entity.label)

Importing this loads no torch; the first use of a name does.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .inference.pipeline import Pipeline
    from .modeling.model import DiffusionNER
    from .types import Entity, Prediction, SamplerSettings

__all__ = ["DiffusionNER", "Entity", "Pipeline", "Prediction", "SamplerSettings", "__version__"]
__version__ = "0.1.0"

_MODULES = {
    "DiffusionNER": "modeling.model",
    "Entity": "types",
    "Pipeline": "inference.pipeline",
    "Prediction": "types",
    "SamplerSettings": "types",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
