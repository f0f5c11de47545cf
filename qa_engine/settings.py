"""Every setting, once: name, default, unit and meaning. Environment variables carry the prefix QA_ENGINE_."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from the environment (QA_ENGINE_NAME) and from a ``.env`` file in the working folder."""

    model_config = SettingsConfigDict(env_prefix="QA_ENGINE_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(Path("var"), description="Folder for everything the embedded installation keeps.")
    database_url: str = Field("", description="SQLAlchemy URL; empty means SQLite in the home folder.")
    redis_url: str = Field("", description="Redis URL; empty means an embedded server started by `serve` and `work`.")
    blob_url: str = Field("", description="Folder or fsspec URL for audio; empty means `blobs` in the home folder.")

    asr_model: str = Field(
        "base", description="`base` is the packaged Whisper base; else any faster-whisper name or a folder."
    )
    asr_device: Literal["auto", "cpu", "cuda"] = Field("auto", description="Where recognition runs.")
    asr_compute_type: str = Field("int8", description="CTranslate2 compute type: int8, float16, float32 ...")
    asr_threads: int = Field(0, ge=0, description="CPU threads of one recogniser; 0 lets it decide.")
    language: str = Field("auto", description="Language of calls without metadata: zh, en ..., or auto to detect.")
    vocabulary: Path | None = Field(None, description="Text file of business words, one a line, to favour.")
    agent_channel: int = Field(0, ge=0, le=1, description="Channel of the agent in stereo recordings: 0 left, 1 right.")

    emotion_model: str = Field(
        "own",
        description="Emotion of words: `own` is the shipped model, `none` abstains; "
        "else any Hugging Face text-classification model (name or folder; extra hf).",
    )
    voice_emotion_model: str = Field(
        "",
        description="Emotion of voices: any Hugging Face audio-classification model (name or folder; extra hf); "
        "empty listens with none.",
    )
    voice_emotion_labels: str = Field(
        "", description="What its labels mean where that is not plain, such as LABEL_0=anger, LABEL_1=neutral."
    )
    voice_emotion_share: float = Field(
        0.2,
        gt=0,
        le=1,
        description="Most of a call's speech that it hears, 0 to 1: turns whose words or voice stand out come first; "
        "1 hears all.",
    )
    rubric: str = Field(
        "auto", description="Rubric name or file; auto takes general-zh or general-en by the transcript's language."
    )

    judge_url: str = Field(
        "", description="Base URL of an OpenAI-compatible language model for second opinions; empty asks none."
    )
    judge_model: str = Field("", description="Name of the language model, as its endpoint calls it.")
    judge_key: SecretStr | None = Field(None, description="Secret key of that endpoint, where it wants one.")
    judge_timeout_s: float = Field(60.0, gt=0, description="Longest wait for one answer of it, in seconds.")
    judge_tokens_in: int = Field(6000, gt=0, description="Most tokens of a conversation that it is shown, about.")
    judge_tokens_out: int = Field(400, gt=0, description="Most tokens of one answer of it.")

    max_upload_mb: int = Field(500, gt=0, description="Largest upload, in MiB.")
    max_audio_hours: float = Field(4.0, gt=0, description="Longest recording, in hours of decoded sound.")
    max_chat_messages: int = Field(20_000, gt=0, description="Most messages in one chat.")

    close_chats_min: float = Field(
        30.0, gt=0, description="A chat that goes on is closed after so many minutes without a message."
    )
    max_waiting: int = Field(
        200_000, ge=0, description="Intake answers 429 while a tenant has this many to do; 0 sets no limit."
    )
    uploads_per_minute: int = Field(
        6_000, ge=0, description="Uploads that one user or key may make on one API process; 0 sets no limit."
    )
    min_free_mb: int = Field(500, ge=0, description="Intake stops when a disk has less than this left, in MiB.")
    keep_jobs_days: float = Field(
        30.0, gt=0, description="Finished jobs and delivered webhook messages are forgotten after this many days."
    )

    lease_s: float = Field(30.0, gt=0, description="A worker's claim on a job, in seconds, renewed while it works.")
    heartbeat_s: float = Field(10.0, gt=0, description="How often a working worker renews its lease, in seconds.")
    reconcile_s: float = Field(5.0, gt=0, description="How often late jobs are rung again, in seconds.")
    max_attempts: int = Field(3, gt=0, description="A job that failed this often is parked for a person.")

    job_timeout_s: float = Field(180.0, gt=0, description="A job is killed after this many seconds ...")
    job_timeout_per_s: float = Field(4.0, ge=0, description="... and this many more for each second of its audio.")
    recycle_jobs: int = Field(500, gt=0, description="A worker process is replaced after this many jobs.")
    stop_s: float = Field(20.0, gt=0, description="Told to stop, a worker gives its job back after this many seconds.")
    transcribers: int = Field(1, gt=0, description="Worker processes that recognise speech under `serve`.")

    watch: str = Field("", description="Folder that `serve` watches for recordings and chats; empty watches none.")
    watch_s: float = Field(2.0, gt=0, description="How often a watched folder is looked through, in seconds.")
    watch_pattern: str = Field(
        "", description="What recordings' file names tell, such as {started_at:%Y%m%d-%H%M%S}_{agent}."
    )

    allow_loopback_http: bool = Field(
        False, description="For development: webhooks and recordings by URL may go to this machine, by http as well."
    )
    fetch_timeout_s: float = Field(1800.0, gt=0, description="Longest time for fetching one recording, in seconds.")

    console_url: str = Field(
        "", description="Where people reach the console, such as https://qa.example.com; alerts that leave link there."
    )
    smtp_host: str = Field("", description="Mail server that alerts leave by; empty sends no e-mail.")
    smtp_port: int = Field(587, gt=0, lt=65536, description="Port of the mail server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field("starttls", description="How that connection is secured.")
    smtp_user: str = Field("", description="User name at the mail server; empty logs in nowhere.")
    smtp_password: SecretStr | None = Field(None, description="Password of that user.")
    smtp_from: str = Field("", description="Sender of these e-mails; empty takes the user name.")

    host: str = Field("127.0.0.1", description="Address the API and console listen on.")
    port: int = Field(8000, gt=0, lt=65536, description="Port the API and console listen on.")
    secure_cookies: bool = Field(False, description="Mark session cookies Secure; set it wherever TLS ends before us.")
    session_hours: float = Field(12.0, gt=0, description="A console session ends after this many hours.")
    time_zone: str = Field("Asia/Shanghai", description="Time zone in which the console shows times (IANA name).")
    console_language: Literal["zh", "en"] = Field("zh", description="Language of the console before a user chooses.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged.")
    log_json: bool = Field(False, description="Log one JSON object a line instead of readable lines.")

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.home.resolve() / 'qa-engine.sqlite'}"

    @property
    def blobs(self) -> str:
        return self.blob_url or str(self.home.resolve() / "blobs")


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The process's settings, read once."""
    return Settings()
