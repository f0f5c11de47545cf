"""Metadata names that rules and the pipeline understand; anything else is kept and can be used in rules by name."""

from __future__ import annotations

KNOWN: dict[str, str] = {
    "agent_channel": "channel of the agent in a two-channel recording: 0 (left) or 1 (right)",
    "authenticated": "true when the channel itself identified the customer (logged-in shop, verified caller)",
    "hung_up_by": "who ended the call: agent or customer",
    "begins_in_middle": "true when the record continues an earlier one",
    "ends_in_middle": "true when the record was cut before its end",
    "industry": "retail, telecom, bank, travel, utilities, software ...",
    "queue": "skill group or queue that took the call",
    "rating": "the customer's own rating after the contact",
}

EARLIER_CONTACTS = "earlier_contacts"
"""Days before this contact of each earlier one of the same customer, newest first; written when it is judged."""
