"""The errors a person can cause or meet. Each message is one sentence: the value, what is allowed, what to do.

TunedeckError
├── UsageError            wrong use or bad input: nothing was changed
│   ├── HyperparameterError   one hyperparameter's value is refused; names the field
│   └── DataError             a data source cannot be used as it is
├── NotFoundError         the named session, experiment or file does not exist
└── WorkError             the work itself failed
"""

__all__ = ["DataError", "HyperparameterError", "NotFoundError", "TunedeckError", "UsageError", "WorkError"]


class TunedeckError(Exception):
    """Any failure with a sentence meant for the person."""


class UsageError(TunedeckError):
    """What was asked for is not allowed; nothing was changed."""


class HyperparameterError(UsageError):
    """The value of one hyperparameter is refused. `name` is the hyperparameter."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class DataError(UsageError):
    """A data source is missing something, is damaged or does not fit."""


class NotFoundError(TunedeckError):
    """What was named does not exist."""


class WorkError(TunedeckError):
    """The request was right, the work failed."""
