"""What `pip install .` installs: core's folders as the package `spanneal`; see pyproject.toml."""

from setuptools import find_packages, setup

setup(
    packages=[
        "spanneal",
        *(f"spanneal.{name}" for name in find_packages("core")),
        "spanneal.bundled_model",
    ],
    package_dir={"spanneal": "core", "spanneal.bundled_model": "assets/models/default"},
)
