"""What the environment says is read once, checked, and never shown."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from wrldbldr.domain.errors import WrldBldrError
from wrldbldr.settings import Settings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of whoever runs the tests leaks in."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"WRLDBLDR_{name.upper()}", raising=False)


def test_without_any_variable_everything_has_a_default() -> None:
    settings = load_settings()

    assert settings.port == 3000
    assert settings.data_dir == Path("data")
    assert settings.comfyui_url == ""
    assert settings.media_dir == Path("data/media")
    assert settings.database == f"sqlite+aiosqlite:///{Path('data/wrldbldr.sqlite3').resolve()}"


def test_every_variable_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given = {
        "PORT": "8080",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": "sqlite+aiosqlite:////var/lib/wrldbldr.sqlite3",
        "COMFYUI_URL": "http://painter:8188",
        "COMFYUI_HEADERS": '{"Authorization": "Bearer hunter2"}',
        "OWNER_NAME": "Aldwin",
        "OWNER_PASSWORD": "a lantern at sea",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"WRLDBLDR_{name}", value)

    settings = load_settings()

    assert (settings.port, settings.data_dir, settings.comfyui_url) == (8080, tmp_path, "http://painter:8188")
    assert settings.database == "sqlite+aiosqlite:////var/lib/wrldbldr.sqlite3"
    assert settings.comfyui_headers["Authorization"].get_secret_value() == "Bearer hunter2"
    assert (settings.owner_name, settings.owner_password.get_secret_value()) == ("Aldwin", "a lantern at sea")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "lighthouse"),
        ("HOSTS", "https://worlds.example.org"),
        ("HOSTS", "worlds.example.org:3000"),
        ("HOSTS", "*"),
        ("HOSTS", "a.example.org b.example.org"),
        ("COMFYUI_HEADERS", "Bearer hunter2"),
        ("COMFYUI_HEADERS", '["Bearer hunter2"]'),
        ("COMFYUI_HEADERS", '{"Authorization": {"Bearer": "hunter2"}}'),
    ],
)
def test_a_variable_that_cannot_be_used_is_named_in_a_sentence_that_does_not_repeat_secrets(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"WRLDBLDR_{name}", value)

    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert str(caught.value).startswith(f"WRLDBLDR_{name}: ")
    assert str(caught.value).endswith(".")
    assert "hunter2" not in f"{caught.value} {caught.value.__cause__}"


def test_host_names_are_separated_by_commas_and_written_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WRLDBLDR_HOSTS", " Worlds.Example.org., other.example.org ,")

    assert load_settings().hosts == ("worlds.example.org", "other.example.org")


def test_a_variable_that_is_set_to_nothing_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "COMFYUI_URL", "COMFYUI_HEADERS", "OWNER_NAME", "OWNER_PASSWORD"):
        monkeypatch.setenv(f"WRLDBLDR_{name}", "")

    assert load_settings() == Settings()
    assert load_settings().comfyui_headers == {}


def test_all_bad_variables_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WRLDBLDR_PORT", "lighthouse")
    monkeypatch.setenv("WRLDBLDR_COMFYUI_HEADERS", "[]")

    with pytest.raises(SettingsError, match=r"WRLDBLDR_PORT.*WRLDBLDR_COMFYUI_HEADERS"):
        load_settings()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"OWNER_NAME": "Aldwin"}, "WRLDBLDR_OWNER_NAME and WRLDBLDR_OWNER_PASSWORD go together"),
        ({"OWNER_NAME": "Aldwin", "OWNER_PASSWORD": "short"}, "at least 8 characters"),
        ({"DATABASE_URL": "postgresql+asyncpg://db"}, "WRLDBLDR_DATABASE_URL: only SQLite is supported"),
    ],
)
def test_what_could_not_work_later_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], sentence: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"WRLDBLDR_{name}", value)

    with pytest.raises(WrldBldrError, match=sentence):
        load_settings()


def test_settings_never_show_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WRLDBLDR_OWNER_NAME", "Aldwin")
    monkeypatch.setenv("WRLDBLDR_OWNER_NAME", "Aldwin")
    monkeypatch.setenv("WRLDBLDR_OWNER_PASSWORD", "a lantern at sea")
    monkeypatch.setenv("WRLDBLDR_COMFYUI_HEADERS", '{"Authorization": "Bearer hunter2"}')

    shown = repr(load_settings()) + load_settings().model_dump_json()

    assert "lantern" not in shown
    assert "hunter2" not in shown


def test_nobody_changes_the_settings_afterwards() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load_settings().port = 1
