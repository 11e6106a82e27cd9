#!/usr/bin/env python3
"""Draws an SVG from the JSON results of select_benchmark: time against channels of a route, and against threads.

    build/bench/benchmarks/select_benchmark --benchmark_filter='channels:|parallel' --benchmark_repetitions=5 \\
        --benchmark_format=json >results.json
    benchmarks/plot.py results.json "conditions, in a line" >benchmarks/select.svg

Each point is the least of the repetitions. Needs Python 3.8, no more.
"""
import json
import math
import re
import sys

SERIES = {"pointsman": "#0b7285", "ordinary": "#e67700", "gateway_algorithm": "#868e96"}
WIDTH, HEIGHT, MARGIN = 440, 300, 56


def read(path):
    """Points by panel and series: {panel: {series: {x: ns}}}."""
    with open(path, encoding="utf-8") as file:
        results = json.load(file)
    panels = {"channels of the route, in one tier": {}, "threads (each selects; time for each call of a thread)": {}}
    channels, threads = panels.values()
    for case in results["benchmarks"]:
        if case.get("run_type") != "iteration" or case.get("error_occurred"):
            continue
        name = case["name"]
        series = name.split("/")[0]
        at = re.search(r"/channels:(\d+)", name)
        if at:
            panel, x, ns = channels, int(at.group(1)), case["cpu_time"]
        elif "/parallel" in name:
            # Google Benchmark divides the time of the wall by the calls of all threads.
            panel, x, ns = threads, case["threads"], case["real_time"] * case["threads"]
        else:
            continue
        points = panel.setdefault(series, {})
        points[x] = min(ns, points.get(x, math.inf))
    return panels


def panel_svg(title, data, left):
    """One pair of logarithmic axes with all series."""
    if not data:
        return ""
    xs = sorted({x for points in data.values() for x in points})
    top = 10 ** math.ceil(math.log10(max(v for points in data.values() for v in points.values())))
    bottom = 10.0

    def px(x):
        return left + MARGIN + (math.log(x / xs[0]) / math.log(max(xs[-1] / xs[0], 2))) * (WIDTH - 2 * MARGIN)

    def py(y):
        return HEIGHT - MARGIN - math.log(max(y, bottom) / bottom) / math.log(top / bottom) * (HEIGHT - 2 * MARGIN)

    out = [f'<text x="{left + WIDTH / 2}" y="{HEIGHT - 14}" text-anchor="middle">{title}</text>']
    y = bottom
    while y <= top:
        out.append(f'<path d="M{left + MARGIN} {py(y):.1f}H{left + WIDTH - MARGIN}" stroke="#dee2e6"/>'
                   f'<text x="{left + MARGIN - 6}" y="{py(y) + 4:.1f}" text-anchor="end">{y:,.0f} ns</text>')
        y *= 10
    for x in xs:
        out.append(f'<text x="{px(x):.1f}" y="{HEIGHT - MARGIN + 16}" text-anchor="middle">{x}</text>')
    for series, colour in SERIES.items():
        points = sorted(data.get(series, {}).items())
        if not points:
            continue
        line = " ".join(f"{px(x):.1f},{py(y):.1f}" for x, y in points)
        out.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{px(x):.1f}" cy="{py(y):.1f}" r="3" fill="{colour}"/>' for x, y in points]
    return "\n".join(out)


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    panels = read(sys.argv[1])
    body = [panel_svg(title, data, i * WIDTH) for i, (title, data) in enumerate(panels.items())]
    legend = "".join(f'<text x="{MARGIN + 150 * i}" y="24" fill="{colour}" font-weight="bold">{name}</text>'
                     for i, (name, colour) in enumerate(SERIES.items()))
    conditions = sys.argv[2].replace("&", "&amp;").replace("<", "&lt;")
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {HEIGHT + 22}" font-family="sans-serif" '
          f'font-size="11" fill="#343a40">\n<rect width="100%" height="100%" fill="white"/>\n{legend}\n'
          + "\n".join(body) + f'\n<text x="{MARGIN}" y="{HEIGHT + 10}" font-size="9">{conditions}</text>\n</svg>')
    return 0


if __name__ == "__main__":
    sys.exit(main())
