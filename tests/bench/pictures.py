"""Draws a session's runs as SVG: throughput by server and depth, latency curves, growth."""

import os

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "herd"  # The same picture for the same figures.
matplotlib.rcParams["svg.fonttype"] = "none"
matplotlib.rcParams["font.family"] = "sans-serif"

# pylint: disable=wrong-import-position
from matplotlib import pyplot

from figures import ratio, select, short, spread

COLORS = {1: "#9ecae1", 16: "#4292c6", 64: "#084594"}
PERCENTILES = {"50": "p50_us", "90": "p90_us", "99": "p99_us", "99.9": "p999_us", "max": "max_us"}


def draw(runs, about, folder, report):
    """Those pictures for which there are runs."""
    os.makedirs(folder, exist_ok=True)
    for name, picture in {"throughput": throughput, "latency": latency, "growth": growth}.items():
        figure = picture([run for run in runs if not run.get("warm_up")])
        if figure is None:
            continue
        figure.text(0.01, 0.01, caption(about), fontsize=7, color="#666666")
        path = os.path.join(folder, f"{name}.svg")
        figure.savefig(path, metadata={"Date": None})
        pyplot.close(figure)
        report.say(f"wrote {path}")


def caption(about):
    machine = about["machine"]
    return (f"{about['date'][:10]}, {machine['processor']}, {machine['cores']} cores, "
            f"Linux {machine['kernel']}: {about['command']}")


def plain(axes):
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=0)


# --- throughput -----------------------------------------------------------------------------------

def throughput(runs):
    alone = [run for run in runs if run["bench"] in ("door", "study") and run.get("depth")
             and "x 5" not in run["system"]]
    names = by_rate(alone)
    if not names:
        return None
    figure, axes = pyplot.subplots(figsize=(9, 1.4 + 0.36 * len(names)))
    for depth in COLORS:
        draw_dots(axes, alone, names, depth)
    axes.set_yticks(range(len(names)), names)
    axes.set_xscale("log")
    axes.set_xlabel("reports a second: one server on one core, 50 connections (logarithmic)")
    axes.margins(x=0.15)
    axes.grid(axis="y", color="#dddddd")
    axes.set_axisbelow(True)
    axes.legend(title="in flight on\neach connection", loc="center left", bbox_to_anchor=(1, 0.5),
                frameon=False)
    plain(axes)
    figure.tight_layout(rect=(0, 0.03, 1, 1))
    return figure


def by_rate(runs):
    """Names, the fastest at the greatest depth last, so that it is drawn on top."""
    rates = {}
    for name in {run["system"] for run in runs}:
        measured = spread(select(runs, system=name, depth=max(COLORS)), "rate")
        if measured:
            rates[name] = measured.median
    return sorted(rates, key=rates.get)


def draw_dots(axes, runs, names, depth):
    """The median of each server, and a line over the range of its rounds."""
    for row, name in enumerate(names):
        measured = spread(select(runs, system=name, depth=depth), "rate")
        if measured is None:
            continue
        axes.plot([measured.low, measured.high], [row, row], color=COLORS[depth], linewidth=1)
        axes.plot(measured.median, row, "o", color=COLORS[depth],
                  label=str(depth) if row == 0 else None)
        if depth != 16:  # Its figure would stand on another.
            side = 1 if depth == 64 else -1
            axes.annotate(short(measured.median), (measured.high, row), (side * 6, 0),
                          textcoords="offset points", va="center", fontsize=7,
                          ha="left" if side > 0 else "right")


# --- latency --------------------------------------------------------------------------------------

def latency(runs):
    own = [run for run in runs if run["bench"] == "latency" and run.get("target_rate")]
    rates = sorted({run["target_rate"] for run in own})
    if not rates:
        return None
    figure, all_axes = pyplot.subplots(1, len(rates), figsize=(4 * len(rates), 4), sharey=True,
                                       squeeze=False)
    for axes, rate in zip(all_axes[0], rates):
        draw_curves(axes, select(own, target_rate=rate))
        axes.set_title(f"{rate:,} a second", fontsize=10)
        axes.set_xlabel("percentile")
        plain(axes)
    all_axes[0][0].set_ylabel("microseconds from the intended send to the reply")
    all_axes[0][0].legend(frameon=False, fontsize=8)
    figure.tight_layout(rect=(0, 0.04, 1, 1))
    return figure


def draw_curves(axes, runs):
    for name in dict.fromkeys(run["system"] for run in runs):
        own = select(runs, system=name)
        curve = [spread(own, key).median for key in PERCENTILES.values()]
        axes.plot(list(PERCENTILES), curve, marker="o", markersize=3, label=name)
    axes.set_yscale("log")


# --- growth ---------------------------------------------------------------------------------------

def growth(runs):
    own = select(runs, bench="growth", system="herd-server")
    floor = select(runs, bench="growth", system="floor")
    sizes = sorted({run["clients"] for run in own})
    if not sizes:
        return None
    figure, (cpu, memory) = pyplot.subplots(1, 2, figsize=(9, 3.6))
    relative = [ratio(select(own, clients=size), floor, "cpu_us").median for size in sizes]
    cpu.plot(sizes, relative, marker="o", color=COLORS[64])
    cpu.set_title("CPU of a report at depth 64, times the floor's", fontsize=10)
    memory.plot(sizes, [select(own, clients=size)[0]["bytes_per_client"] for size in sizes],
                marker="o", color=COLORS[64])
    memory.set_title("bytes for each client", fontsize=10)
    memory.set_yscale("log")
    for axes in (cpu, memory):
        axes.set_xscale("log")
        axes.set_xlabel("clients")
        plain(axes)
    cpu.set_ylim(bottom=0)
    figure.tight_layout(rect=(0, 0.05, 1, 1))
    return figure
