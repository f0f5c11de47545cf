"""Tables of rescoring: runs, their batches and differences, and the archive in compact blocks."""

from __future__ import annotations
