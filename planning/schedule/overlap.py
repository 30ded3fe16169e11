"""When a step may start on the pieces of the step before, while that one still runs."""

from __future__ import annotations

from planning.schedule.floor import Floor

TRANSFERS = 24  # transfer lots looked at for one step; more are taken together, which is always feasible


def overlapped_start(floor: Floor, way: int, start: int, setup: int, overtime: bool, next_overtime: bool) -> int:
    """The earliest minute at which the step after `way`'s starts without running out of pieces.

    Transfer lot k of the next step is begun (k - 1) transfer quantities into its processing and needs k of them
    out of this step, which runs from `start`, changeover of `setup` minutes first. So for all k
    worked(start of next) >= worked(out of k) - processing ahead of k, in time worked on the next step's station;
    with `next_overtime` whether or not that step uses overtime.
    """
    outs = _handed_over(floor, way, start, setup, overtime)
    following = floor.next[floor.step[way]]
    lines = floor.problem.stations.lines
    ready = outs[0][0]
    for other in range(floor.first_way[following], floor.first_way[following + 1]):
        line, process = lines[floor.station[other]], floor.process[other]
        for extra in (False, True) if next_overtime else (False,):
            begin = max(line.worked(out, extra) - int(process * ahead) for out, ahead in outs)
            if begin > 0:
                ready = max(ready, line.reached(begin, extra))
    return ready


def _handed_over(floor: Floor, way: int, start: int, setup: int, overtime: bool) -> list[tuple[int, float]]:
    """Per transfer lot the minute it is handed over, and the share of the next step's pieces ahead of it.

    Pieces that work handed over earlier are not counted on.
    """
    step = floor.step[way]
    line = floor.problem.stations.lines[floor.station[way]]
    good = floor.good[step]
    pieces = max(good, floor.started[floor.next[step]])
    lots = int(pieces / floor.transfer[step]) + 1
    size = floor.transfer[step] * -(-lots // TRANSFERS)
    worked, process = line.worked(start, overtime) + setup, floor.process[way]
    result: list[tuple[int, float]] = []
    ahead = 0.0
    while ahead < pieces - 1e-9:
        share = min((ahead + size) / good, 1.0)
        minutes = process if share == 1.0 else -int(-process * share // 1)
        result.append((line.reached(worked + minutes, overtime) + floor.wait[step], ahead / pieces))
        ahead += size
    return result
