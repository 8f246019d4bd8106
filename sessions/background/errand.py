"""An errand: a function that needs NumPy and is soon done, called for the conductor by a process that has it."""

from multiprocessing.connection import Connection

__all__ = ["run"]


def run(channel: int) -> None:
    """Call the function that comes through the channel with its arguments, and send back what it answers or raises."""
    with Connection(channel) as line:
        function, arguments = line.recv()
        try:
            answer, fault = function(*arguments), None
        except Exception as error:  # raised again where it was asked for
            answer, fault = None, error
        line.send((answer, fault))
