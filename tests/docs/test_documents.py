"""The documents say what is so."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from qa_engine import __version__
from qa_engine.settings import Settings
from tests.docs.generate import PAGES
from workers.cli.main import app

ROOT = Path(__file__).resolve().parents[2]
PLACES = r"/work/(main|shared)|/root/|/opt/pypi|registry\.npmjs|files\.pythonhosted|pypi\.org/simple"
PROSE = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def commands() -> set[str]:
    group = get_command(app)
    names = set()
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        names.add(name)
        names |= {f"{name} {sub}" for sub in getattr(command, "commands", {})}
    return names


@pytest.mark.parametrize("path", PAGES)
def test_it_keeps_generated_pages_in_step_with_the_code(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == PAGES[path](), "run `make docs`"


def test_it_describes_every_setting() -> None:
    assert [n for n, f in Settings.model_fields.items() if not f.description] == []


def test_it_describes_every_command() -> None:
    group = get_command(app)
    assert [n for n, c in group.commands.items() if not c.help] == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("page", PROSE, ids=lambda p: str(p.relative_to(ROOT)))
def test_it_names_only_commands_and_targets_that_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    known = commands()
    for line in re.findall(r"qa-engine ([a-z][a-z ]*)", text):
        words = line.split()
        assert words[0] in known, f"{page.name}: qa-engine {line}"
        if f"{words[0]} " in " ".join(k + " " for k in known if " " in k) and len(words) > 1:
            group_commands = {k for k in known if k.startswith(words[0] + " ")}
            assert not group_commands or " ".join(words[:2]) in group_commands, f"{page.name}: qa-engine {line}"
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for target in re.findall(r"`make ([a-z-]+)", text):
        assert target in targets, f"{page.name}: make {target}"


def quoted(page: str) -> list[list[str]]:
    """The words after ``qa-engine`` in code blocks and code spans, up to a pipe, a redirection or a remark."""
    code = "\n".join(re.findall(r"```[a-z]*\n(.*?)```", page, re.DOTALL)).replace("\\\n", " ")
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", page, flags=re.DOTALL))
    lines = re.findall(r"qa-engine[ ]+([a-z][^\n|;&>)]*)", "\n".join([code, *spans]))
    return [shlex.split(line, comments=True) for line in lines]


def parses(words: list[str]) -> None:
    """Raises NoSuchOption and its kin; values are not looked at, for documents write FOLDER and N."""
    command, name = get_command(app), "qa-engine"
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        name, *words = words
        command = command.commands[name]
    command.make_parser(command.context_class(command, info_name=name)).parse_args(list(words))


@pytest.mark.parametrize("page", PROSE, ids=lambda p: str(p.relative_to(ROOT)))
def test_it_quotes_only_options_that_exist(page: Path) -> None:
    for words in quoted(page.read_text(encoding="utf-8")):
        try:
            parses(words)
        except Exception as error:
            raise AssertionError(f"{page.name}: qa-engine {' '.join(words)}: {error}") from error


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("`qa-engine backup FOLDER --verify`", [["backup", "FOLDER", "--verify"]]),
        ("```\nqa-engine work score \\\n  --processes 4 > log  # four\n```", [["work", "score", "--processes", "4"]]),
        ("```sh\nK=$(qa-engine keys create crm) && echo\n```", [["keys", "create", "crm"]]),
        ("qa-engine in prose is no command", []),
    ],
)
def test_it_finds_the_commands_of_a_page(line: str, words: list[list[str]]) -> None:
    assert quoted(line) == words


@pytest.mark.parametrize("words", [["backup", "x", "--verifi"], ["work", "score", "--processes"], ["keys", "make"]])
def test_it_tells_a_command_that_does_not_exist(words: list[str]) -> None:
    with pytest.raises(Exception, match=r"verifi|processes|make"):
        parses(words)


@pytest.mark.parametrize("page", PROSE, ids=lambda p: str(p.relative_to(ROOT)))
def test_it_links_only_to_files_that_are_there(page: Path) -> None:
    for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_it_numbers_the_decisions_without_gaps() -> None:
    numbers = [int(p.name[:4]) for p in sorted((ROOT / "docs/decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_it_names_this_version_in_the_changelog() -> None:
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_it_names_no_machine_of_ours() -> None:
    found = subprocess.run(
        ["git", "grep", "-nIE", PLACES],
        cwd=ROOT, capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    assert [line for line in found.splitlines() if "test_documents.py" not in line] == []


def test_it_gives_compose_commands_that_exist() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    ours = [s["command"] for s in services.values() if s.get("command", [""])[0] == "qa-engine"]
    assert ours
    assert all(command[1] in commands() for command in ours)
