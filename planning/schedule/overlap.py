"""When a step may start on the pieces of the step before, while that one still runs.

Transfer lot k of the next step is begun (k - 1) transfer quantities into its processing and needs k of them out of the
step before, and waited. So for all k
    worked(start of next) >= worked(out of k) - processing ahead of k, in time worked on the next step's station,
and the next step does not start before the first is out. Its changeover is not counted on to pass the time.
"""

from __future__ import annotations

from planning.schedule.floor import Floor

TRANSFERS = 24  # transfer lots looked at for one step; more are taken together, which is always feasible
Lots = list[tuple[int, float]]  # per transfer lot a minute, and the share of the next step's pieces ahead of it


def overlapped_start(floor: Floor, way: int, start: int, setup: int, overtime: bool, next_overtime: bool) -> int:
    """The earliest minute at which the step after `way`'s starts, by any of its ways, without running out of pieces.

    `way` runs from `start`, changeover of `setup` minutes first; with `next_overtime` the minute holds whether or not
    the next step uses overtime.
    """
    following = floor.next[floor.step[way]]
    return max(
        next_start(floor, way, start, setup, overtime, other, extra)
        for other in range(floor.first_way[following], floor.first_way[following + 1])
        for extra in ((False, True) if next_overtime else (False,))
    )


def next_start(floor: Floor, way: int, start: int, setup: int, overtime: bool, other: int, next_overtime: bool) -> int:
    """The earliest minute at which `other`, a way of the step after `way`'s, starts without running out of pieces."""
    line = floor.problem.stations.lines[floor.station[way]]
    same_hours = line is floor.problem.stations.lines[floor.station[other]] and overtime == next_overtime
    if same_hours and not floor.wait[floor.step[way]]:
        return line.reached(line.worked(start, overtime) + setup + _lag(floor, way, other), overtime)
    return _taken_up(floor, other, _handed_over(floor, way, start, setup, overtime), next_overtime)


def _lag(floor: Floor, way: int, other: int) -> int:
    """Working minutes from the begin of processing by `way` to the start of `other` where both work the same hours."""
    lag = floor.lags.get((way, other))
    if lag is None:
        process = floor.process[other]
        lag = max(minutes - int(process * ahead) for minutes, ahead in _transfer_lots(floor, way))
        floor.lags[way, other] = lag
    return lag


def _handed_over(floor: Floor, way: int, start: int, setup: int, overtime: bool) -> Lots:
    """The minutes at which the transfer lots of `way` are out, and have waited, where it runs from `start`."""
    step = floor.step[way]
    line, wait = floor.problem.stations.lines[floor.station[way]], floor.wait[step]
    worked = line.worked(start, overtime) + setup
    return [(line.reached(worked + minutes, overtime) + wait, ahead) for minutes, ahead in _transfer_lots(floor, way)]


def _taken_up(floor: Floor, way: int, outs: Lots, overtime: bool) -> int:
    """The earliest minute at which `way` starts without running out of the pieces that are there at `outs`."""
    line, process = floor.problem.stations.lines[floor.station[way]], floor.process[way]
    begin = max(line.worked(out, overtime) - int(process * ahead) for out, ahead in outs)
    return max(outs[0][0], line.reached(begin, overtime)) if begin > 0 else outs[0][0]


def wanted(floor: Floor, way: int, start: int, overtime: bool) -> list[int]:
    """The latest minutes at which the step before has its transfer lots made, where `way` runs from `start`."""
    line, process = floor.problem.stations.lines[floor.station[way]], floor.process[way]
    before = floor.step[way] - 1
    worked, wait = line.worked(start, overtime), floor.wait[before]
    later = [ahead for _, ahead in _transfer_lots(floor, floor.first_way[before])[1:]]
    return [
        start - wait,
        *(line.begin(line.reached(worked + int(process * ahead), overtime), overtime) - wait for ahead in later),
    ]


def latest_processing(floor: Floor, way: int, minutes: list[int], overtime: bool) -> int:
    """The working minute of its station at which `way` begins to process, at the latest, to be out at `minutes`."""
    line = floor.problem.stations.lines[floor.station[way]]
    made = _transfer_lots(floor, way)
    return min(line.worked(out, overtime) - process for out, (process, _) in zip(minutes, made, strict=True))


def _transfer_lots(floor: Floor, way: int) -> Lots:
    """Per transfer lot the minutes of processing that make it, and the share of the next step's pieces ahead of it.

    Pieces that work handed over earlier are not counted on.
    """
    known = floor.transfer_lots.get(way)
    if known is not None:
        return known
    step, process = floor.step[way], floor.process[way]
    good = floor.good[step]
    pieces = max(good, floor.started[floor.next[step]])
    lots = int(pieces / floor.transfer[step]) + 1
    size = floor.transfer[step] * -(-lots // TRANSFERS)
    result: Lots = []
    ahead = 0.0
    while ahead < pieces - 1e-9:
        share = min((ahead + size) / good, 1.0)
        result.append((process if share == 1.0 else -int(-process * share // 1), ahead / pieces))
        ahead += size
    floor.transfer_lots[way] = result
    return result
