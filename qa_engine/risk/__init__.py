"""Decides how likely a customer is left dissatisfied, while they still talk and afterwards, and says why."""

from qa_engine.risk.assess import assess, follow
from qa_engine.risk.domain import Cause, Reason, Risk
from qa_engine.risk.facts import Facts, facts_of
from qa_engine.risk.model import RiskModel

__all__ = ["Cause", "Facts", "Reason", "Risk", "RiskModel", "assess", "facts_of", "follow"]
