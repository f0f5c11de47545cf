"""The documents say what is so."""

from __future__ import annotations

import re
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
