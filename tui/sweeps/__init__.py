"""The search as a screen shows it: what was typed, who leads, which figures are drawn. Pure; no widgets."""
