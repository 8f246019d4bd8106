"""Sweeps: what they are, how they are steered, and what their winner is worth.

Import from its modules; only the conductor loads those that need NumPy, Optuna or cmaes.
"""
