"""What a curve shows, in a word and a sentence with the figures it rests on, and what to try next.

Pure and cheap: no NumPy, no clock, under a millisecond for a thousand points, so that a live screen can ask at will.
"""

from engine.diagnosis.rules import ALARMS, diagnose
from engine.diagnosis.signs import Baseline, CostCurve, baseline_cost

__all__ = ["ALARMS", "Baseline", "CostCurve", "baseline_cost", "diagnose"]
