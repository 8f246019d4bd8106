"""Search, the pure part: spaces, samplers, pruning, ranking, and what a winner is worth. Nothing here trains.

Import from its modules; the spaces and presets never import NumPy.
"""
