"""What seeded customers come with and what they are told: the material of dialogues, by language (scenes.yaml)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """One reason to call: what the customer says, what the agent finds, what is asked on and answered."""

    name: str
    problems: Lines
    findings: Lines
    questions: Lines
    answers: Lines


@dataclass(frozen=True, slots=True)
class Manners:
    """How one language's agents and customers speak around the matter; ``bad`` lines break a rule each."""

    greetings: Lines
    bad_greetings: Lines
    sorry: Lines
    checks: Lines
    identities: Lines
    waits: Lines
    bad_waits: Lines
    rude: Lines
    promises: Lines
    leaks: Lines
    angry: Lines
    thanks: Lines
    more: Lines
    nothing: Lines
    goodbyes: Lines
    bad_goodbyes: Lines
    session: str
    scenes: tuple[Scene, ...]


_told: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
MANNERS = TypeAdapter(dict[str, Manners]).validate_python(_told["manners"])
SURNAMES: str = _told["names"]["surnames"]
GIVEN: str = _told["names"]["given"]
NAMES_EN: list[str] = _told["names"]["en"]
PRODUCTS: dict[str, list[str]] = _told["products"]
CITIES: dict[str, list[str]] = _told["cities"]
