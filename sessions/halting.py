"""What a fit that ended without a result shows by its curve. Reads the fit's folder, changes nothing in it."""

from collections.abc import Callable

from sessions.fits.fit_folder import FitFolder, FitResult
from sessions.folding import with_figures, with_fit_state, with_result
from sessions.records import Curve, Experiment, SessionInfo, State

__all__ = ["halted"]


def halted(folder: FitFolder, info: SessionInfo, number: int, words: str) -> Callable[[Experiment], Experiment]:
    """The change that marks fit `number`, whose folder this is, as interrupted for the reason in `words`.

    It gives the fit and its experiment the epochs, best figures, time and verdict of the curve as it is now.
    """
    from sessions.fits.curve import read_curve
    from sessions.judging import Rows, judge

    spec = folder.read_spec()
    curve = Curve() if spec is None else read_curve(folder.curve_path, spec.layers)
    about = Rows.of_fit(spec, info)

    def change(present: Experiment) -> Experiment:
        without = with_fit_state(present, number, State.INTERRUPTED, words)
        if spec is None or not curve.epoch:
            return without
        fit = next(with_figures(each, curve) for each in without.fits if each.number == number)
        is_complete = curve.complete and len(curve) == fit.epochs + 1
        verdict = judge(curve, present.hyperparameters_now, about, is_over=True)
        return with_result(without, FitResult(spec.uid, fit, verdict, spec.n_parameters, is_complete))

    return change
