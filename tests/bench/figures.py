"""What is made of the runs: medians with their spread, ratios round by round, and bars. No input or
output here."""

import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Spread:
    """Several measurements of one thing."""
    median: float
    low: float
    high: float

    @staticmethod
    def of(values):
        values = list(values)
        return Spread(statistics.median(values), min(values), max(values))


def by_round(runs, figure):
    """Round to the figure, a key of a run, of those runs that have it."""
    return {run["round"]: run[figure] for run in runs if run.get(figure) is not None}


def spread(runs, figure):
    """None when no run has it."""
    values = by_round(runs, figure).values()
    return Spread.of(values) if values else None


def ratio(runs, others, figure):
    """Of the figure in `runs` to that in `others`, each round by itself, since the machine is another
    one an hour later. None when they share no round."""
    ours, theirs = by_round(runs, figure), by_round(others, figure)
    ratios = [ours[each] / theirs[each] for each in ours if theirs.get(each)]
    return Spread.of(ratios) if ratios else None


def select(runs, **wanted):
    """Those with all of these values."""
    return [run for run in runs if all(run.get(key) == value for key, value in wanted.items())]


@dataclasses.dataclass(frozen=True)
class Bar:
    """A goal, and what was measured against it."""
    what: str
    at_most: bool  # else at least
    limit: float
    measured: Spread

    @property
    def passed(self):
        if self.at_most:
            return self.measured.median <= self.limit
        return self.measured.median >= self.limit

    def __str__(self):
        word = "at most" if self.at_most else "at least"
        return (f"{'pass' if self.passed else 'FAIL'}  {self.what}: bar {word} "
                f"{short(self.limit)}, measured {with_range(self.measured)}")


def short(value):
    """Three digits that count, or all of a large number, with commas."""
    if value is None:
        return "-"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    digits = 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:.{digits}f}"


def with_range(measured):
    """"1.08 (1.05..1.12)"; without what is in brackets when it is all the same."""
    if measured is None:
        return "-"
    median, low, high = (short(each) for each in
                         (measured.median, measured.low, measured.high))
    return median if low == high else f"{median} ({low}..{high})"
