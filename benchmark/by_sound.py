"""Decides what finding keywords by sound is worth: recall of phrases that were surely said, beside by character.

    python -m benchmark.by_sound --benign ../shared/data/crosswoz_benign_dialogues

The Chinese fixture calls are passed through 8 kHz, mu-law and white noise (simulated, no real line) and recognised. Of
every phrase that the pack ``general-zh`` or the list below holds and that a script says, it is counted whether it is
found in the recognised words of its speaker. False alarms are what by sound alone is found in polite typed dialogues,
where characters are the truth; the shortest phrase allowed by sound is raised until they are gone.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import yaml

from benchmark.asr_baseline import telephone
from models.asr import WhisperTranscriber
from qa_engine.audio.decode import decode
from qa_engine.audio.limits import Limits
from qa_engine.checkers.normal import HANZI, normalise
from qa_engine.checkers.phrases import is_pattern
from qa_engine.checkers.sound import sounds
from qa_engine.domain import Interaction, Kind, Recording, Role
from qa_engine.rubric import load_rubric
from qa_engine.settings import Settings

FIXTURES = Path(__file__).parents[1] / "fixtures"
LENGTHS = (2, 3, 4, 5)
EXTRA = """
身份证号 手机号码 银行卡号 订单号 快递单号 验证码 信用卡 违约金 手续费 服务费 套餐费 流量包 宽带 光猫 营业厅
客户经理 退款申请 工作日 到账 退换货 七天无理由 优惠券 会员 积分 挂失 冻结 解冻 实名认证 账单 欠费 停机 复机
改签 航班 酒店 延误 行李 报修 维修师傅 燃气 水表 电表 抄表 停电 消费者协会 投诉到底 主管 经理 升级处理 转接
稍等 久等了 不好意思 非常抱歉 感谢您的来电 祝您生活愉快 请问还有
"""


def phrases() -> list[str]:
    """Words of Hanzi that contact centers listen for, the longest first."""
    words = [w for entries in load_rubric("general-zh").pack.words.values() for w in entries if not is_pattern(w)]
    kept = {w for w in (*words, *EXTRA.split()) if len(w) >= min(LENGTHS) and len(HANZI.findall(w)) == len(w)}
    return sorted(kept, key=lambda w: (-len(w), w))


def noisy(recording: Recording, snr_db: float, seed: int) -> Recording:
    """White noise under every channel, so many dB below its speech."""
    rng = np.random.default_rng(seed)
    channels = []
    for index in range(recording.channels):
        sound = recording.channel(index)
        loud = sound[np.abs(sound) > 0.02 * np.max(np.abs(sound), initial=1e-9)]
        level = float(np.sqrt(np.mean(loud**2))) if len(loud) else 0.0
        mixed = sound + rng.normal(0, level * 10 ** (-snr_db / 20), len(sound))
        channels.append((np.clip(mixed, -1, 1) * 32767).astype(np.int16))
    return Recording(pcm=np.stack(channels), source_rate=8000, codec=recording.codec, container=recording.container)


def found(phrase: str, text: str) -> tuple[bool, bool]:
    """Whether the phrase is in normalised text by character, and by sound."""
    by_character = phrase in text
    return by_character, by_character or sounds(phrase) in sounds(text)


def said_and_heard(snr_db: float | None, wanted: Sequence[str]) -> Iterator[tuple[str, bool, bool]]:
    """Each phrase that one side of a script says, with whether it was found by character and by sound."""
    settings = Settings()
    transcriber = WhisperTranscriber(settings)
    for number, path in enumerate(sorted((FIXTURES / "calls").glob("zh-*.opus"))):
        script = yaml.safe_load((FIXTURES / "scripts" / "calls" / f"{path.stem}.yaml").read_text(encoding="utf-8"))
        with path.open("rb") as stream:
            recording = decode(stream, path.name, Limits.of(settings))
        if snr_db is not None:
            recording = telephone(noisy(recording, snr_db, number))
        call = Interaction(id=path.stem, kind=Kind.CALL, source=path.name, content_sha256="", language="zh")
        transcript = transcriber.transcribe(recording, call, [], lambda stage, fraction: None)
        for role in (Role.AGENT, Role.CUSTOMER):
            script_text = normalise("".join(t.get("text", "") for t in script["turns"] if t.get("role") == role.value))
            heard = normalise("\n".join(turn.text for turn in transcript.of(role)))
            for phrase in wanted:
                if phrase in script_text:
                    yield phrase, *found(phrase, heard)


def false_alarms(folder: Path, wanted: Sequence[str]) -> tuple[Counter[str], int]:
    """Of each phrase the turns where by sound it seems said and by character is not; and the number of turns."""
    alarms: Counter[str] = Counter()
    turns = 0
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            for text in _texts(json.loads(line)):
                turns += 1
                sounded = sounds(normalise(text))
                alarms.update(w for w in wanted if sounds(w) in sounded and w not in normalise(text))
    return alarms, turns


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (v for k, v in value.items() if k in ("text", "content", "utterance") and isinstance(v, str))
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--benign", type=Path, required=True, help="folder of JSON lines of polite typed dialogues")
    parser.add_argument("--snr", type=float, nargs="*", default=[20.0, 10.0, 5.0], help="dB of speech above noise")
    args = parser.parse_args()
    wanted = phrases()
    alarms, turns = false_alarms(args.benign, wanted)
    print(f"{len(wanted)} phrases; false alarms by sound in {turns} benign turns, by shortest phrase:")
    for least in LENGTHS:
        print(f"  {least} Hanzi: {sum(n for w, n in alarms.items() if len(w) >= least)}")
    for snr in (None, *args.snr):
        rows = list(said_and_heard(snr, wanted))
        name = "as recorded (8 kHz Opus)" if snr is None else f"8 kHz mu-law, {snr:g} dB SNR"
        for least in LENGTHS:
            part = [(c, s) for w, c, s in rows if len(w) >= least]
            char, sound = (sum(x) / max(1, len(part)) for x in zip(*part, strict=True))
            print(f"{name}: phrases from {least} Hanzi, n={len(part)}: by character {char:.3f}, by sound {sound:.3f}")


if __name__ == "__main__":
    main()
