"""An errand: a function that needs NumPy and is soon done, called for the conductor by a process that has it."""

from multiprocessing.connection import Connection

__all__ = ["run"]


def run(channel: int) -> None:
    """Call the function that comes through the descriptor with its arguments, and send back what it answers.

    What it raises ends the process: the conductor calls the function itself then, and meets the error at its place.
    """
    with Connection(channel) as conductor:
        function, arguments = conductor.recv()
        conductor.send(function(*arguments))
