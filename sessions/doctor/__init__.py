"""What is wrong with a session, the terminal or the machine, in plain words, and mending it. Trains nothing."""

from sessions.doctor.checking import examine_session
from sessions.doctor.findings import Finding, Severity
from sessions.doctor.machine import examine_logout, examine_machine, examine_terminal
from sessions.doctor.repairing import repair_session

__all__ = [
    "Finding",
    "Severity",
    "examine_logout",
    "examine_machine",
    "examine_session",
    "examine_terminal",
    "repair_session",
]
