"""What people are told about a recording that cannot be used, and about one that was used with a loss."""

from __future__ import annotations

from qa_engine.audio.decoder import RATE, Report
from qa_engine.audio.limits import Limits
from qa_engine.audio.sniff import FORMATS
from qa_engine.domain.text import Text
from qa_engine.domain.transcript import Notice
from qa_engine.errors import BadAudio

_AGAIN = "export or upload the recording again"
_CONVERT = f"convert it to {FORMATS}"
_REFUSALS = {
    "too_big": ("the file is larger than the {max_mb} MiB allowed", "send it compressed, or raise max_upload_mb"),
    "too_long": (
        "the recording holds at least {length} of sound, more than the {max_length} allowed",
        "split the recording, or raise max_audio_hours",
    ),
    "channels": ("the recording has {channels} channels, more than {max_channels}", "send one or two channels"),
    "rate": ("the recording claims an impossible sampling rate of {rate} Hz", _CONVERT),
    "no_audio": ("the file holds no sound track ({video} video tracks)", "send the call's sound"),
    "codec": ("the sound is coded as {codec}, which is not accepted here", _CONVERT),
    "unreadable": ("the file is damaged or cut off before any sound could be read", _AGAIN),
    "nothing": ("the file holds no sound: it is damaged, cut off or was never written", _AGAIN),
    "memory": ("decoding wanted more memory than is allowed", _CONVERT),
    "time": ("decoding took too long and was stopped", _CONVERT),
    "crashed": ("the decoder broke down on this file", _CONVERT),
    "system": ("decoding failed for want of room on the disk or another fault of this machine: {detail}", "try again"),
}


def refusal(report: Report, name: str, limits: Limits) -> BadAudio:
    """The error for a refused report; an unknown reason is told as damage."""
    message, mend = _REFUSALS.get(report.refused, _REFUSALS["unreadable"])
    facts: dict[str, int | float | str] = {
        "channels": 0,
        "rate": 0,
        "codec": "unknown",
        "video": 0,
        "detail": "unknown",
    }
    facts |= report.facts
    facts |= {"length": _span(float(report.facts.get("seconds", 0))), "max_length": _span(limits.max_seconds)}
    facts |= {"max_channels": limits.max_channels, "max_mb": f"{limits.max_bytes / 2**20:.3g}"}
    return BadAudio(message.format(**facts), where=name, mend=mend)


def _span(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds:.0f} s"


def losses(report: Report) -> tuple[Notice, ...]:
    """Notices for sound that was cut off, damaged or left out."""
    kept = report.samples / RATE
    found = []
    if report.cut:
        stated = report.stated_s if report.stated_s > kept + 1 else None
        found.append(Notice("truncated", _truncated(kept, stated)))
    if report.damaged > report.cut:
        zh = f"录音有 {report.damaged} 处数据损坏, 该处声音缺失"
        en = f"{report.damaged} pieces of the recording are damaged; their sound is missing"
        found.append(Notice("damaged", Text(zh, en)))
    if report.tracks > 1:
        zh = f"文件含 {report.tracks} 条音轨, 只使用第一条"
        en = f"The file holds {report.tracks} sound tracks; only the first is used"
        found.append(Notice("extra_tracks", Text(zh, en)))
    return tuple(found)


def _truncated(kept: float, stated: float | None) -> Text:
    of_zh, of_en = (f" (应为 {stated:.0f} 秒)", f" of {stated:.0f} s") if stated else ("", "")
    return Text(
        f"录音文件不完整: 只保留了前 {kept:.1f} 秒{of_zh}",
        f"The recording is cut off: only the first {kept:.1f} s{of_en} are kept",
    )
