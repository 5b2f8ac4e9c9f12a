"""What `import core`, or `import spanneal` once installed, offers."""

from __future__ import annotations

import subprocess
import sys

import pytest

import core
from core.inference.pipeline import Pipeline
from core.modeling.model import DiffusionNER
from core.types import Entity, Prediction, SamplerSettings


def test_the_public_names_are_those_of_their_modules() -> None:
    public = {name: getattr(core, name) for name in core.__all__}

    assert public == {
        "DiffusionNER": DiffusionNER,
        "Entity": Entity,
        "Pipeline": Pipeline,
        "Prediction": Prediction,
        "SamplerSettings": SamplerSettings,
        "__version__": core.__version__,
    }
    assert set(core.__all__) <= set(dir(core))


def test_a_name_that_is_none_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'core' has no attribute 'Pipelines'"):
        core.Pipelines  # noqa: B018


def test_importing_it_loads_neither_torch_nor_transformers() -> None:
    code = (
        "import sys, core; from core import Entity, SamplerSettings; core.__version__; "
        "print({'torch', 'transformers', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
