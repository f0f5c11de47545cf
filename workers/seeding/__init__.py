"""Fills a database with very many synthetic interactions, judged for real, for measuring and for looking around."""

from workers.seeding.plan import Plan
from workers.seeding.run import seed

__all__ = ["Plan", "seed"]
