"""Operators that are answered for a whole batch at once. Every other operator is asked of the interpreter."""

from collections.abc import Mapping

from qa_engine.checkers.operators.asks_again import AsksAgain
from qa_engine.checkers.operators.clash import Clash
from qa_engine.checkers.operators.contradiction import Contradiction
from qa_engine.checkers.operators.distance import Distance
from qa_engine.checkers.operators.does import Does
from qa_engine.checkers.operators.duration import Duration
from qa_engine.checkers.operators.echo import Echo
from qa_engine.checkers.operators.emotion import Emotion
from qa_engine.checkers.operators.form import Form as FormOf
from qa_engine.checkers.operators.interruption import Interruption
from qa_engine.checkers.operators.last_word import LastWord
from qa_engine.checkers.operators.leaves_open import LeavesOpen
from qa_engine.checkers.operators.loudness import Loudness
from qa_engine.checkers.operators.metadata import Metadata
from qa_engine.checkers.operators.not_says import NotSays
from qa_engine.checkers.operators.pitch import Pitch
from qa_engine.checkers.operators.rate import Rate
from qa_engine.checkers.operators.repetition import Repetition
from qa_engine.checkers.operators.response_time import ResponseTime
from qa_engine.checkers.operators.says import Says
from qa_engine.checkers.operators.sequence import Sequence
from qa_engine.checkers.operators.silence import Silence
from qa_engine.checkers.operators.speech_time import SpeechTime
from qa_engine.checkers.operators.talk_ratio import TalkRatio
from qa_engine.checkers.operators.turn_count import TurnCount
from qa_engine.checkers.operators.turn_length import TurnLength
from qa_engine.rubric.operator import Operator
from qa_engine.scoring.bulk.forms import acts, asking, facts, feeling, guarded, likeness, order, voice, waits, words
from qa_engine.scoring.bulk.sheet import Form, Forms

_FORMS: Mapping[type[Operator], Form] = {
    AsksAgain: asking.asks_again,
    Clash: guarded.clash,
    Contradiction: guarded.contradiction,
    Distance: order.distance,
    Does: acts.does,
    Duration: facts.duration,
    Echo: likeness.echo,
    Emotion: feeling.emotion,
    FormOf: facts.form,
    Interruption: voice.interruption,
    LastWord: facts.last_word,
    LeavesOpen: guarded.leaves_open,
    Loudness: voice.loudness,
    Metadata: facts.metadata,
    NotSays: words.not_says,
    Pitch: voice.pitch,
    Rate: voice.rate,
    Repetition: likeness.repetition,
    ResponseTime: waits.response_time,
    Says: words.says,
    Sequence: order.sequence,
    Silence: voice.silence,
    SpeechTime: voice.speech_time,
    TalkRatio: voice.talk_ratio,
    TurnCount: facts.turn_count,
    TurnLength: likeness.turn_length,
}
"""By the operator's class; a class derived from one of these has no form of its own until it is written here."""

FORMS = Forms(placed=_FORMS, quick={**_FORMS, NotSays: words.not_said, Says: words.said})

__all__ = ["FORMS"]
