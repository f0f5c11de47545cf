"""What was measured of voices and timing, for a whole batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from qa_engine.checkers.operators.interruption import Interruption
from qa_engine.checkers.operators.loudness import Loudness
from qa_engine.checkers.operators.pitch import Pitch
from qa_engine.checkers.operators.rate import Rate
from qa_engine.checkers.operators.silence import Silence
from qa_engine.checkers.operators.speech_time import SpeechTime
from qa_engine.checkers.operators.talk_ratio import TalkRatio
from qa_engine.rubric.operator import Operator
from qa_engine.scoring.bulk.answers import Found
from qa_engine.scoring.bulk.forms.plain import answered, coded, compared, counted, owners, speaker, within
from qa_engine.scoring.bulk.lines import Bools, Floats
from qa_engine.scoring.bulk.rounding import rounded

if TYPE_CHECKING:
    from qa_engine.scoring.bulk.sheet import Sheet

_TURNS, _SILENCES, _OVERLAPS = "/signals/turns", "/signals/silences", "/signals/overlaps"


def rate(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    asked = cast(Rate, operator)
    speech = speaker(sheet, asked.who, "speech_s")
    value = rounded(speaker(sheet, asked.who, f"rate_{asked.unit}_per_min"), 0)
    return compared(asked, np.where(speech >= asked.min_speech_s, value, np.nan))


def talk_ratio(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    asked = cast(TalkRatio, operator)
    return compared(asked, rounded(speaker(sheet, asked.who, "talk_ratio"), 2))


def speech_time(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    asked = cast(SpeechTime, operator)
    heard = np.zeros(sheet.cases, bool)
    heard[owners(sheet, "/signals/speakers.keys")[coded(sheet, "/signals/speakers.keys[]", asked.who)]] = True
    seconds = np.where(heard, speaker(sheet, asked.who, "speech_s"), 0.0)
    return compared(asked, rounded(np.where(sheet.lines.acoustic, seconds, np.nan), 1))


def silence(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    asked = cast(Silence, operator)

    def column(name: str) -> Floats:
        found: Floats = sheet.columns.array(f"{_SILENCES}[]/{name}")
        return found

    fits = column("end") - column("start") > asked.longer_than
    for name, wanted in (("announced", asked.announced), ("hold", asked.hold)):
        if wanted is not None:
            fits &= (column(name) == 1) == wanted
    if asked.due is not None:
        fits &= coded(sheet, f"{_SILENCES}[]/due", asked.due)
    if asked.inner:
        fits &= ~np.isnan(column("before")) & ~np.isnan(column("after"))
    unmeasured = ~(sheet.lines.acoustic & (sheet.columns.array("/signals/timed") == 1))
    return answered(counted(sheet, _SILENCES, fits) >= asked.times, unknown=unmeasured, placed=True)


def interruption(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    asked = cast(Interruption, operator)

    def column(name: str) -> Floats:
        found: Floats = sheet.columns.array(f"{_OVERLAPS}[]/{name}")
        return found

    fits = coded(sheet, f"{_OVERLAPS}[]/by", asked.by) & (column("back_channel") == 0)
    fits &= (column("end") - column("start") >= asked.min_seconds) & (column("content_chars") >= asked.min_chars)
    if asked.floor:
        fits &= column("took_floor") == 1
    unmeasured = ~sheet.lines.acoustic | np.isnan(sheet.columns.array("/signals/overlap_s"))
    factor = sheet.lines.factor(asked.by)
    return answered(counted(sheet, _OVERLAPS, fits) >= asked.times, factor, unknown=unmeasured, placed=True)


def loudness(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    asked = cast(Loudness, operator)
    if asked.measure == "spread":
        return compared(asked, speaker(sheet, asked.who, "loudness_sd_db"))
    if asked.measure == "jump":
        return _turns(sheet, asked, "loudness_jump_db", share=0)
    return _measured(sheet, asked, "loudness_dbfs")


def pitch(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    asked = cast(Pitch, operator)
    if asked.measure == "spread" and not asked.share:
        return compared(asked, speaker(sheet, asked.who, "pitch_sd_semitones"))
    if asked.measure == "spread":
        return _turns(sheet, asked, "pitch_sd_semitones", share=asked.share)
    return _measured(sheet, asked, "pitch_hz")


def _turns(sheet: Sheet, asked: Loudness | Pitch, field: str, *, share: float) -> Found:
    """True where enough turns are within the limits; unknown where none was measured."""
    values = sheet.columns.array(f"{_TURNS}[]/{field}")
    long = _long(sheet, asked, values)
    measured = counted(sheet, _TURNS, long)
    fits = counted(sheet, _TURNS, long & within(asked, values))
    return answered(fits >= np.maximum(asked.times, share * measured), unknown=measured == 0, placed=True)


def _measured(sheet: Sheet, asked: Loudness | Pitch, field: str) -> Found:
    """Unknown where no turn was measured; of all others only the interpreter can tell."""
    none = counted(sheet, _TURNS, _long(sheet, asked, sheet.columns.array(f"{_TURNS}[]/{field}"))) == 0
    found = answered(none, unknown=none)
    return Found(found.truth, found.confidence, found.places, ~none)


def _long(sheet: Sheet, asked: Loudness | Pitch, values: Floats) -> Bools:
    """Turns of that side whose value was measured in speech long enough: as ``voice.turns_with`` takes them."""
    lines = sheet.lines
    turn = lines.batch.columns.array("/transcript/turns[]/index")[lines.turn]
    wide = 1 << 32
    spots = lines.case * wide + turn.astype(np.int64)
    order = np.argsort(spots, kind="stable")
    wanted = owners(sheet, _TURNS) * wide + sheet.columns.codes(f"{_TURNS}[]/turn")
    at = np.searchsorted(spots[order], wanted, side="right") - 1
    real = at >= 0
    real[real] = spots[order][at[real]] == wanted[real]
    of_side = real.copy()
    of_side[real] = lines.lane(asked.who)[order[at[real]]]
    speech = np.nan_to_num(sheet.columns.array(f"{_TURNS}[]/speech_s"))
    return of_side & ~np.isnan(values) & (speech >= asked.min_speech_s)
