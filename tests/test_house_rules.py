"""The house rules that no linter knows. Each rule names its offenders, and is shown an offence it must catch."""

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PYTHON_FOLDERS = ("wrldbldr", "workshop", "tests")
FILE_LINES = 400
FUNCTION_LINES = 50
NOTES_TO_OURSELVES = re.compile("|".join([r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", r"\bXX" + r"X\b"]))
ADDRESS = re.compile(r"https?:|git\+|file:|(?<![\w@.-])/\w+/")
DIGEST = re.compile(r"sha\d+-[\w+/=]+")  # base64 has slashes too
ROUTE_METHODS = {"get", "post", "put", "patch", "delete", "head", "options", "api_route", "websocket"}
ROOMS_WITH_A_BROWSER = (
    "wrldbldr/serving.py",
    "wrldbldr/pages/",
    "wrldbldr/components/",
    "wrldbldr/state/",
    "wrldbldr/wrldbldr.py",
)
QUERY_WORDS = {"select", "insert", "update", "delete", "func", "Session", "AsyncSession", "create_engine", "col"}
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock")

Function = ast.FunctionDef | ast.AsyncFunctionDef
Rule = Callable[[str, str], list[str]]


def functions(source: str) -> Iterator[Function]:
    """Every function in `source`, nested ones and methods included."""
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, Function))


def imports(source: str) -> Iterator[tuple[str, str]]:
    """Every import in `source` as (module, name); the name is empty for a plain import."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def long_files(path: str, source: str) -> list[str]:
    """A file fits in a head."""
    lines = len(source.splitlines())
    return [f"{path} has {lines} lines"] if lines >= FILE_LINES else []


def long_functions(path: str, source: str) -> list[str]:
    """A function fits on a screen."""
    lengths = ((function, (function.end_lineno or 0) - function.lineno + 1) for function in functions(source))
    return [f"{path}: {function.name} has {lines} lines" for function, lines in lengths if lines >= FUNCTION_LINES]


def undocumented_modules(path: str, source: str) -> list[str]:
    """A module says in one line why it exists."""
    return [f"{path} has no docstring"] if source.strip() and not ast.get_docstring(ast.parse(source)) else []


def notes_to_ourselves(path: str, source: str) -> list[str]:
    """What is left to do is done, or not worth a note."""
    return [f"{path}: {line.strip()}" for line in source.splitlines() if NOTES_TO_OURSELVES.search(line)]


def async_routes_that_never_wait(path: str, source: str) -> list[str]:
    """One event loop carries every push to every browser: work that does not wait belongs in a plain `def`."""
    return [
        f"{path}: {function.name} is async and never awaits"
        for function in functions(source)
        if path.startswith("wrldbldr/api/")
        and isinstance(function, ast.AsyncFunctionDef)
        and any(_is_route(decorator) for decorator in function.decorator_list)
        and not any(isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith) for node in ast.walk(function))
    ]


def _is_route(decorator: ast.expr) -> bool:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(target, ast.Attribute) and target.attr in ROUTE_METHODS


def queries_in_the_domain(path: str, source: str) -> list[str]:
    """The domain describes its tables; asking them is the business of db."""
    return [
        f"{path} imports {module}.{name}"
        for module, name in imports(source)
        if path.startswith("wrldbldr/domain/")
        and module.split(".")[0] in {"sqlalchemy", "sqlmodel"}
        and (name in QUERY_WORDS or module.startswith(("sqlalchemy.orm", "sqlalchemy.ext.asyncio")))
    ]


def parts_of_reflex_below_the_browser(path: str, source: str) -> list[str]:
    """The import contracts name `reflex`; its parts (reflex_base, reflex_components_core ...) are kept up here."""
    return [
        f"{path} imports {module}"
        for module, _ in imports(source)
        if path.startswith("wrldbldr/") and not path.startswith(ROOMS_WITH_A_BROWSER) and module.startswith("reflex")
    ]


RULES: dict[Rule, tuple[str, str]] = {  # each with a file that breaks it
    long_files: ("wrldbldr/long.py", "x = 1\n" * FILE_LINES),
    long_functions: ("wrldbldr/long.py", "async def long():\n" + "    x = 1\n" * FUNCTION_LINES),
    undocumented_modules: ("wrldbldr/silent.py", "x = 1\n"),
    notes_to_ourselves: ("wrldbldr/later.py", "x = 1  # TO" + "DO: two\n"),
    async_routes_that_never_wait: ("wrldbldr/api/r.py", "@router.get('/x')\nasync def x():\n    return 1\n"),
    queries_in_the_domain: ("wrldbldr/domain/q.py", "from sqlmodel import select\n"),
    parts_of_reflex_below_the_browser: ("wrldbldr/services/s.py", "import reflex_base.event\n"),
}


def python_files() -> list[Path]:
    return [
        ROOT / "rxconfig.py",
        *(path for folder in PYTHON_FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))),
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_file_breaks_the_rule(rule: Rule) -> None:
    found = [
        offence for path in python_files() for offence in rule(path.relative_to(ROOT).as_posix(), path.read_text())
    ]

    assert not found, "\n".join([f"{rule.__doc__}", *found])


@pytest.mark.parametrize(("rule", "offence"), RULES.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_the_rule_catches_its_offence(rule: Rule, offence: tuple[str, str]) -> None:
    assert len(rule(*offence)) == 1


def project() -> dict[str, list[str]]:
    """The direct dependencies of each lock file."""
    data = tomllib.loads((ROOT / "pyproject.toml").read_text())
    run, groups = data["project"]["dependencies"], data["dependency-groups"]
    return dict(zip(LOCKS, [run, [*run, *groups["dev"]], groups["installer"]], strict=True))


def pins(lock: str) -> dict[str, str]:
    """The version of each package in a lock file. A package may be pinned once per platform; they must agree."""
    lines = re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / lock).read_text(), flags=re.MULTILINE)
    return {canonicalize_name(name): version for name, version in lines}


def test_every_dependency_has_its_reason_beside_it() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    wanted = {dependency for dependencies in project().values() for dependency in dependencies}

    explained = {match[1] for line in lines if (match := re.match(r'\s+"([^"]+)",\s+# \S+', line))}

    assert wanted - explained == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_direct_dependency_is_locked_to_a_version_it_allows(lock: str) -> None:
    locked = pins(lock)

    for requirement in map(Requirement, project()[lock]):
        version = locked.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not in {lock}: run `make lock`"
        assert requirement.specifier.contains(version, prereleases=True), f"{lock} has {requirement.name} {version}"


def test_the_tests_run_on_the_versions_the_app_runs_on() -> None:
    run, dev = pins(LOCKS[0]), pins(LOCKS[1])

    assert run.items() - dev.items() == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_hash(lock: str) -> None:
    entries = re.split(r"\n(?=[\w-]+==)", (ROOT / lock).read_text())[1:]

    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def locked_files() -> list[Path]:
    return [*(ROOT / lock for lock in LOCKS), *(ROOT / "reflex.lock").glob("*")]


@pytest.mark.parametrize("path", locked_files(), ids=lambda path: path.name)
def test_a_lock_file_names_no_address_and_no_folder(path: Path) -> None:
    assert [line for line in path.read_text().splitlines() if ADDRESS.search(DIGEST.sub("", line))] == []


@pytest.mark.parametrize("line", ["--find-links /opt/wheels/", '"resolved": "https://example.org/x.tgz"', "file:x.whl"])
def test_addresses_and_folders_are_recognised(line: str) -> None:
    assert ADDRESS.search(line)
