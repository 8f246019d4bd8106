"""Curve files: what is written is read back, whatever happens to their end."""

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from engine.records import Health, Progress
from sessions.fits.curve import CurveFollower, CurveWriter, read_curve, record_dtype
from sessions.fits.curve_format import epochs_in, record_size

LAYERS = 2


def point(epoch: int) -> Progress:
    health = Health((1e-3, 2e-3), (0.0, 0.25), (math.nan, 0.5)) if epoch else None
    return Progress(epoch, epoch * 7, 1 / (epoch + 1), math.nan, 0.5, math.nan, 0.01, 0.125, health)


def written(path: Path, epochs: int) -> None:
    writer = CurveWriter(path, LAYERS)
    for epoch in range(epochs):
        writer.append(point(epoch), epoch / 10)
    writer.close()


def test_a_curve_comes_back_as_it_was_written(tmp_path: Path) -> None:
    written(tmp_path / "curve", 600)
    curve = read_curve(tmp_path / "curve", LAYERS)
    assert curve.epoch == list(range(600))
    assert curve.iteration[599] == 599 * 7
    assert curve.train_cost == [1 / (epoch + 1) for epoch in range(600)]
    assert all(map(math.isnan, curve.validation_cost))
    assert curve.seconds[10] == 1.0
    assert curve.health[0] is None
    assert curve.health[5] is not None
    assert curve.health[5].dead == (0.0, 0.25)
    assert curve.complete


def test_a_torn_last_record_is_ignored_and_cut_off_by_the_next_writer(tmp_path: Path) -> None:
    path = tmp_path / "curve"
    written(path, 10)
    whole = path.read_bytes()
    for cut in range(1, record_dtype(LAYERS).itemsize):
        path.write_bytes(whole[:-cut])
        assert len(read_curve(path, LAYERS)) == 9
    writer = CurveWriter(path, LAYERS)
    assert writer.last_epoch == 8
    writer.append(point(9), 0.9)
    writer.close()
    assert path.read_bytes() == whole


def test_a_resumed_fit_does_not_write_a_point_twice(tmp_path: Path) -> None:
    path = tmp_path / "curve"
    written(path, 10)
    writer = CurveWriter(path, LAYERS)
    for epoch in range(5, 12):
        writer.append(point(epoch), epoch / 10)
    writer.close()
    assert read_curve(path, LAYERS).epoch == list(range(12))


def test_a_flipped_bit_ends_the_curve_there_and_is_told(tmp_path: Path) -> None:
    path = tmp_path / "curve"
    written(path, 10)
    size = record_dtype(LAYERS).itemsize
    for offset in range(size):
        raw = bytearray(path.read_bytes())
        raw[4 * size + offset] ^= 1 << (offset % 8)
        (tmp_path / "hurt").write_bytes(raw)
        curve = read_curve(tmp_path / "hurt", LAYERS)
        assert curve.epoch == list(range(4))
        assert not curve.complete


def test_a_follower_sees_what_is_appended_and_nothing_when_nothing_is_new(tmp_path: Path) -> None:
    path = tmp_path / "curve"
    follower = CurveFollower(path, LAYERS)
    assert not follower.poll()
    written(path, 3)
    assert follower.poll()
    first = follower.curve
    assert not follower.poll()
    assert follower.curve is first
    writer = CurveWriter(path, LAYERS)
    writer.append(point(3), 0.3)
    writer.close()
    assert follower.poll()
    assert follower.curve.epoch == [0, 1, 2, 3]
    assert first.epoch == [0, 1, 2]


def test_a_disk_that_is_full_for_a_while_costs_no_point(tmp_path: Path, full_disk) -> None:
    writer = CurveWriter(tmp_path / "curve", LAYERS)
    writer.append(point(0), 0.0)
    with full_disk():
        writer.append(point(1), 0.1)
        assert not writer.flush()
    writer.append(point(2), 0.2)
    writer.close()
    assert writer.is_complete
    assert read_curve(tmp_path / "curve", LAYERS).epoch == [0, 1, 2]


def test_points_that_a_full_disk_never_took_mark_the_curve_as_incomplete_also_when_it_goes_on(
    tmp_path: Path, full_disk
) -> None:
    writer = CurveWriter(tmp_path / "curve", LAYERS)
    writer.append(point(0), 0.0)
    with full_disk():
        writer.append(point(1), 0.1)
        writer.close()
    assert not writer.is_complete
    writer = CurveWriter(tmp_path / "curve", LAYERS)
    writer.last_epoch = 1
    writer.append(point(2), 0.2)
    writer.close()
    assert read_curve(tmp_path / "curve", LAYERS).epoch == [0, 2]
    assert not CurveWriter(tmp_path / "curve", LAYERS).is_complete


def test_a_point_is_in_the_file_a_quarter_of_a_second_after_it_came(tmp_path: Path) -> None:
    now = [0.0]
    writer = CurveWriter(tmp_path / "curve", LAYERS, lambda: now[0])
    seen = []
    for epoch, now[0] in enumerate((0.0, 0.1, 0.24, 0.26, 0.3, 0.6)):
        writer.append(point(epoch), now[0])
        seen.append(len(read_curve(tmp_path / "curve", LAYERS)))
    assert seen == [1, 1, 1, 4, 4, 6]


def test_points_that_come_fast_reach_the_medium_every_five_seconds(tmp_path: Path, monkeypatch) -> None:
    now, synced = [0.0], []
    monkeypatch.setattr("sessions.fits.curve.os.fsync", lambda _: synced.append(now[0]))
    writer = CurveWriter(tmp_path / "curve", LAYERS, lambda: now[0])
    for epoch in range(48_000):
        now[0] = epoch / 4000
        writer.append(point(epoch), now[0])
    assert [round(each) for each in synced] == [5, 10]


def test_each_point_has_its_own_health_also_where_that_is_beyond_the_file_s_numbers(tmp_path: Path) -> None:
    healths = [None, None, *[Health((ratio, 0.5), (0.0, 0.25), (0.5, 0.75)) for ratio in (0.5, 0.5, 1e300, 2.0)]]
    writer = CurveWriter(tmp_path / "curve", LAYERS)
    for epoch, health in enumerate(healths):
        writer.append(point(epoch)._replace(health=health), 0.0)
    writer.close()
    found = read_curve(tmp_path / "curve", LAYERS).health
    assert [each and each.update_ratio[0] for each in found] == [None, None, 0.5, 0.5, math.inf, 2.0]
    assert found[5] == healths[5]


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[], AbstractContextManager[None]]:
    """A disk that takes nothing while the context lasts."""

    def full(fd: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    @contextmanager
    def lasting() -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr("sessions.fits.curve.os.write", full)
            yield

    return lasting


def test_how_long_a_curve_is_can_be_told_by_its_size_alone(tmp_path: Path) -> None:
    for layers in range(1, 9):
        assert record_size(layers) == record_dtype(layers).itemsize
    assert epochs_in(tmp_path / "none", LAYERS) == 0
    written(tmp_path / "curve", 7)
    assert epochs_in(tmp_path / "curve", LAYERS) == read_curve(tmp_path / "curve", LAYERS).epoch[-1]
