"""The environment decides where things are kept; nothing set gives a working default."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.settings import ROOT, Settings


def test_an_empty_environment_keeps_everything_below_the_checkout() -> None:
    settings = Settings.from_environment({})

    assert settings.data == ROOT / "data"
    assert settings.database == f"sqlite:///{ROOT}/data/spanneal.db"
    assert settings.jobs == f"sqlite:///{ROOT}/data/jobs.db"
    assert settings.model == ROOT / "assets" / "models" / "default"
    assert settings.person == "annotator"


def test_the_data_folder_moves_both_databases(tmp_path: Path) -> None:
    settings = Settings.from_environment({"SPANNEAL_DATA": str(tmp_path)})

    assert settings.database == f"sqlite:///{tmp_path}/spanneal.db"
    assert settings.jobs == f"sqlite:///{tmp_path}/jobs.db"


def test_each_variable_is_read(tmp_path: Path) -> None:
    settings = Settings.from_environment(
        {
            "SPANNEAL_DATA": str(tmp_path / "data"),
            "SPANNEAL_DATABASE": "postgresql+psycopg://db/spanneal",
            "SPANNEAL_MODEL": str(tmp_path / "model"),
            "SPANNEAL_PERSON": "Zoë",
            "SPANNEAL_JOBS": "postgresql://db/jobs",
        }
    )

    assert settings == Settings(
        data=tmp_path / "data",
        database="postgresql+psycopg://db/spanneal",
        model=tmp_path / "model",
        person="Zoë",
        jobs="postgresql://db/jobs",
    )


def test_a_blank_variable_counts_as_unset() -> None:
    blank = {"SPANNEAL_DATA": "", "SPANNEAL_DATABASE": " ", "SPANNEAL_PERSON": "\t"}

    assert Settings.from_environment(blank) == Settings.from_environment({})


def test_relative_paths_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    settings = Settings.from_environment({"SPANNEAL_DATA": "kept", "SPANNEAL_MODEL": "~/model"})

    assert settings.data == tmp_path / "kept"
    assert settings.database == f"sqlite:///{tmp_path}/kept/spanneal.db"
    assert settings.model == Path.home().resolve() / "model"


@pytest.mark.parametrize("name", ["SPANNEAL_DATABASE", "SPANNEAL_JOBS"])
def test_a_file_name_is_refused_as_a_database_url(name: str) -> None:
    with pytest.raises(ValueError, match=rf"{name} must be an SQLAlchemy URL, got 'notes\.db'"):
        Settings.from_environment({name: "notes.db"})


@pytest.mark.parametrize("url", ["mysql://me:secret@db/notes", "postgres://me:secret@db/notes"])
def test_a_database_of_another_kind_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(
        ValueError, match=r"sqlite:// or postgresql\+psycopg://, got \w+://"
    ) as error:
        Settings.from_environment({"SPANNEAL_DATABASE": url})
    assert "secret" not in str(error.value)


def test_the_process_environment_is_read_when_none_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SPANNEAL_PERSON", "Imke")

    assert Settings.from_environment().person == "Imke"


def test_webhooks_lead_to_public_addresses_unless_the_server_says_private() -> None:
    assert Settings.from_environment({}).webhooks == "public"
    assert Settings.from_environment({"SPANNEAL_WEBHOOKS": "private"}).webhooks == "private"
    with pytest.raises(ValueError, match="SPANNEAL_WEBHOOKS must be public or private, got 'all'"):
        Settings.from_environment({"SPANNEAL_WEBHOOKS": "all"})


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("SPANNEAL_AUHT", "SPANNEAL_AUTH"),
        ("SPANNEAL_DATABSE", "SPANNEAL_DATABASE"),
        ("SPANNEAL_DATABASE_URL", "SPANNEAL_DATABASE"),
        ("SPANNEAL_WEBHOOK", "SPANNEAL_WEBHOOKS"),
        ("SPANNEAL_METRIC_TOKEN", "SPANNEAL_METRICS_TOKEN"),
    ],
)
def test_a_misspelt_variable_is_refused_with_the_one_that_was_meant(
    misspelt: str, meant: str
) -> None:
    with pytest.raises(ValueError, match=rf"{misspelt} is not .* did you mean {meant}\?"):
        Settings.from_environment({misspelt: "accounts"})


@pytest.mark.parametrize(
    "name",
    [
        *("SPANNEAL_PORT", "SPANNEAL_SERVICE_HOST", "SPANNEAL_PORT_8501_TCP_ADDR"),
        *("SPANNEAL_DATABASE_PORT", "SPANNEAL_DATABASE_SERVICE_HOST", "SPANNEAL_DATA_PORT"),
    ],
)
def test_what_kubernetes_sets_for_services_of_such_names_is_left_alone(name: str) -> None:
    assert Settings.from_environment({name: "tcp://10.0.0.1:80"}) == Settings.from_environment({})


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="SPANNEAL_JOBS is a database in memory"):
        Settings.from_environment({"SPANNEAL_JOBS": url})


@pytest.mark.parametrize(
    ("url", "match"),
    [
        ("postgresql+psycopg://me:secret@db:port/notes", "SPANNEAL_DATABASE cannot be read"),
        ("postgresql+asyncpg://me:secret@db/notes", "psycopg or none, got postgresql.asyncpg://"),
        ("sqlite+aiosqlite:////notes.db", "got sqlite.aiosqlite://; write sqlite://"),
    ],
)
def test_a_url_that_leads_nowhere_is_refused_without_its_password(url: str, match: str) -> None:
    with pytest.raises(ValueError, match=match) as error:
        Settings.from_environment({"SPANNEAL_DATABASE": url})
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("person", ["Ada\nLovelace", "A" * 201, "\x1b[31mAda"])
def test_what_is_no_name_of_a_person_is_refused(person: str) -> None:
    with pytest.raises(ValueError, match="SPANNEAL_PERSON must be one line of at most 200"):
        Settings.from_environment({"SPANNEAL_PERSON": person})
