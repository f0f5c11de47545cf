"""Speech to turns: finds speech, packs it, recognises it, drops what nobody said, and tells who spoke."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from models.asr.guards import cut_loops, is_phantom
from models.asr.hearing import Hearing
from models.asr.language import choose_language
from models.asr.loading import load_whisper, model_label
from models.asr.options import HearingOptions
from models.asr.packing import Window, pack
from models.asr.recognizer import How, Recognizer
from models.asr.speech import find_speech, without, without_copies
from models.asr.turns import build_turns, merge_same, part_sentences
from models.asr.units import Unit, simplified, to_units
from models.asr.vocabulary import read_vocabulary
from qa_engine.domain import Interaction, Notice, Recording, Role, Span, Text, Transcript, Turn
from qa_engine.errors import BadInput
from qa_engine.ports import Progress
from qa_engine.settings import Settings
from qa_engine.signals.roles import assign_roles

STAGE = "listen"
CHINESE = ("zh", "yue")
SPEECH_SHARE = 0.05
"""Share of the stage that finding speech takes; the rest is recognition."""


class WhisperTranscriber:
    """ports.Transcriber over faster-whisper. Weights load at the first call, once, under a lock."""

    def __init__(self, settings: Settings, options: HearingOptions | None = None) -> None:
        self._settings = settings
        self._options = options or HearingOptions()
        self._recognizer = Recognizer(lambda: load_whisper(settings))
        self._hotwords = read_vocabulary(settings.vocabulary)

    @property
    def version(self) -> str:
        """Model with the SHA-256 of its weights, precision, beam, a digest of all other options, and vocabulary."""
        terms = f" words={self._hotwords.sha256[:8]}" if self._hotwords.terms else ""
        precision, beam = self._settings.asr_compute_type, self._options.decode.beam
        options = hashlib.sha256(repr(self._options).encode()).hexdigest()[:8]
        return f"whisper {model_label(self._settings)} {precision} beam={beam} options={options}{terms}"

    def warm(self) -> None:
        """Load the weights now rather than at the first call. Raises WeightsMissing."""
        self._recognizer.model  # noqa: B018 - the property loads

    def transcribe(
        self, recording: Recording, interaction: Interaction, holds: Sequence[Sequence[Span]], progress: Progress
    ) -> Transcript:
        """See ports.Transcriber. An empty transcript with a notice where nobody speaks."""
        progress(STAGE, 0.0)
        speech = self._speech(recording, holds)
        windows = [w for channel, spans in speech.items() for w in self._pack(spans, channel, recording)]
        progress(STAGE, SPEECH_SHARE)
        language = choose_language(interaction, self._settings, self._recognizer, recording, windows)
        words = self._words(recording, windows, language, progress)
        progress(STAGE, 1.0)
        return self._transcript(recording, interaction, words, language)

    def _speech(self, recording: Recording, holds: Sequence[Sequence[Span]]) -> dict[int, list[Span]]:
        """Per channel with a voice of its own, where somebody speaks."""
        options = self._options.speech
        found = {
            channel: without(
                find_speech(recording, channel, options),
                holds[channel] if channel < len(holds) else (),
                options.min_speech_s,
            )
            for channel in recording.speaker_channels
        }
        return without_copies(recording, found, options)

    def _pack(self, spans: Sequence[Span], channel: int, recording: Recording) -> list[Window]:
        return pack(spans, channel, recording.duration_s, self._options.speech.pad_s, self._options.pack)

    def _words(
        self, recording: Recording, windows: Sequence[Window], language: str, progress: Progress
    ) -> dict[int, list[Unit]]:
        """Believed words per channel."""
        prompt = self._options.decode.prompts.get(language, "")
        how = How(
            language=language,
            prompt=prompt,
            hotwords=self._hotwords.hotwords,
            beam=self._options.decode.beam,
            min_frames=self._options.decode.min_frames,
            hotword_tokens=self._options.decode.hotword_tokens,
        )

        def told(done: int) -> None:
            progress(STAGE, SPEECH_SHARE + (1 - SPEECH_SHARE) * done / len(windows))

        words: dict[int, list[Unit]] = {channel: [] for channel in recording.speaker_channels}
        for heard in Hearing(self._recognizer, recording, how, self._options).hear(windows, told):
            units = simplified(to_units(heard.words)) if language in CHINESE else to_units(heard.words)
            believed = believable(cut_loops(units, self._options.guards), prompt, self._options)
            words[heard.window.channel].extend(believed)
        return words

    def _transcript(
        self, recording: Recording, interaction: Interaction, words: Mapping[int, list[Unit]], language: str
    ) -> Transcript:
        turns, confidence, notices = self._turns(recording, interaction, words, language)
        return Transcript(
            turns=turns,
            language=language,
            role_confidence=confidence,
            duration_s=recording.duration_s,
            notices=notices,
        )

    def _turns(
        self, recording: Recording, interaction: Interaction, words: Mapping[int, list[Unit]], language: str
    ) -> tuple[tuple[Turn, ...], float, tuple[Notice, ...]]:
        """Turns, how sure their roles are, and what people should know of that."""
        options = self._options.turns
        if not any(words.values()):
            return (), 1.0, (_NOBODY,)
        if len(words) > 1:
            return build_turns(words, self._roles(recording, interaction), language, options), 1.0, ()
        ((channel, units),) = words.items()
        turns, confidence, notice = assign_roles(part_sentences(units, channel, language, options), language)
        return merge_same(turns, language, options), confidence, (notice,)

    def _roles(self, recording: Recording, interaction: Interaction) -> dict[int, Role]:
        """A channel is a speaker where two channels have a voice; else the words must tell."""
        if len(recording.speaker_channels) != 2:
            return {}
        agent = agent_channel(interaction, self._settings)
        return {c: Role.AGENT if c == agent else Role.CUSTOMER for c in recording.speaker_channels}


def agent_channel(interaction: Interaction, settings: Settings) -> int:
    """From the interaction's metadata, else from the setting. Raises BadInput for anything but 0 and 1."""
    told = interaction.metadata.get("agent_channel", settings.agent_channel)
    if str(told) not in ("0", "1"):
        raise BadInput(f"`{told}` is no channel", where="metadata.agent_channel", mend="give 0 (left) or 1 (right)")
    return int(told)


def believable(units: Sequence[Unit], prompt: str, options: HearingOptions) -> list[Unit]:
    """Words without the sentences that nobody said; sentences end at marks and pauses."""
    kept: list[Unit] = []
    for sentence in _sentences(units, options.turns.comma_gap_s):
        if not is_phantom(sentence, prompt, options.guards):
            kept.extend(sentence)
    return kept


def _sentences(units: Sequence[Unit], gap_s: float) -> list[list[Unit]]:
    sentences: list[list[Unit]] = [[]]
    for unit in units:
        if sentences[-1] and (sentences[-1][-1].mark or unit.start - sentences[-1][-1].end >= gap_s):
            sentences.append([])
        sentences[-1].append(unit)
    return [sentence for sentence in sentences if sentence]


_NOBODY = Notice("no_speech", Text("录音中没有听到人说话。", "Nobody is heard speaking in this recording."))
