"""The one door to everything that is kept: who asks is told with every read, and what is not theirs is not there."""

from __future__ import annotations

from sqlalchemy import text

from qa_engine.settings import Settings
from qa_engine.storage import events
from qa_engine.storage.alert_channel_changes import AlertChannelChanges
from qa_engine.storage.alert_channels import AlertChannels
from qa_engine.storage.alert_escalation import AlertEscalation
from qa_engine.storage.alert_events import AlertEvents
from qa_engine.storage.alert_figures import AlertMeasures
from qa_engine.storage.alert_sends import AlertSends
from qa_engine.storage.alert_strategies import AlertStrategies
from qa_engine.storage.alert_tries import AlertTries
from qa_engine.storage.alerts import Alerts
from qa_engine.storage.audit import Audit
from qa_engine.storage.blobs import Blobs, open_blobs
from qa_engine.storage.daybook import Daybook
from qa_engine.storage.db import Database
from qa_engine.storage.earlier import Earlier
from qa_engine.storage.figures import Measures
from qa_engine.storage.idempotency import Idempotency
from qa_engine.storage.incidents import Incidents
from qa_engine.storage.intake import Intake
from qa_engine.storage.interactions import Interactions
from qa_engine.storage.jobs import Jobs
from qa_engine.storage.keys import Keys
from qa_engine.storage.letters import Letters
from qa_engine.storage.migrate import migrate
from qa_engine.storage.open_chats import OpenChats
from qa_engine.storage.outbox import Outbox
from qa_engine.storage.oversight import Oversight
from qa_engine.storage.pruning import Pruning
from qa_engine.storage.quota import Quota
from qa_engine.storage.rescoring import Rescoring
from qa_engine.storage.results import Results
from qa_engine.storage.rubric_lives import RubricLives
from qa_engine.storage.rubric_trials import RubricTrials
from qa_engine.storage.rubrics import Rubrics
from qa_engine.storage.scorecards import Scorecards
from qa_engine.storage.snippets import Snippets
from qa_engine.storage.strains import Strains
from qa_engine.storage.users import Users
from qa_engine.storage.webhooks import Webhooks


class Store(
    Intake,
    OpenChats,
    Interactions,
    Results,
    Strains,
    Scorecards,
    Rescoring,
    Snippets,
    Rubrics,
    RubricLives,
    RubricTrials,
    Keys,
    Users,
    Idempotency,
    Audit,
    Measures,
    Daybook,
    Earlier,
    Oversight,
    Pruning,
    Webhooks,
    Letters,
    Alerts,
    AlertEvents,
    AlertStrategies,
    AlertChannels,
    AlertChannelChanges,
    AlertSends,
    AlertTries,
    AlertEscalation,
    AlertMeasures,
    Incidents,
):
    """Thread-safe; one a process. Raises only errors of ``qa_engine.errors``; NotFound also for what is not yours.

    ``jobs`` and ``outbox`` are the workers' side; ``blobs`` holds sound; ``quota`` tells whether more may come in.
    """

    def __init__(self, settings: Settings, db: Database, blobs: Blobs) -> None:
        self.settings, self.db, self.blobs = settings, db, blobs
        self.jobs = Jobs(db, lease_s=settings.lease_s, max_attempts=settings.max_attempts, stopped=events.tell_stopped)
        self.outbox = Outbox(db)
        self.quota = Quota(
            db, blobs, max_waiting=settings.max_waiting, min_free_mb=settings.min_free_mb, home=settings.home
        )

    @classmethod
    def open(cls, settings: Settings, *, schema: str | None = None) -> Store:
        """Connect, bring the tables up to date, make the folders. Raises BadSetting when that cannot be done.

        ``schema`` is a PostgreSQL schema to live in.
        """
        db = Database(settings.database, schema=schema)
        migrate(db)
        return cls(settings, db, open_blobs(settings.blobs))

    def close(self) -> None:
        self.db.close()

    def ping(self) -> None:
        """One round trip to the database and a look at the blob store; raises QAEngineError when either is away."""
        with self.db.read() as connection:
            connection.execute(text("SELECT 1"))
        self.blobs.ping()
