#!/usr/bin/env python3
"""Draws an SVG from `simulator --traffic`: attempts per second of each channel over time, a panel for each contender.

    build/bench/benchmarks/simulator --traffic --scenario outage --contender gateway --contender defaults |
        benchmarks/simulator/plot.py >outage.svg

Colours follow the reader's light or dark scheme. Needs Python 3.8, no more.
"""
import html
import json
import math
import sys

WIDTH, PANEL, GAP = 860, 150, 42
LEFT, RIGHT, TOP = 46, 92, 74

STYLE = """
  text { font: 12px system-ui, sans-serif; fill: var(--text); }
  .title { font-size: 15px; font-weight: 600; } .panel { font-weight: 600; } .faint { fill: var(--faint); font-size: 11px; }
  .grid { stroke: var(--grid); } .trouble { fill: var(--trouble); } .back { fill: var(--back); }
  polyline { fill: none; stroke-width: 1.5; stroke-linejoin: round; }
  svg { --back: #ffffff; --text: #24292f; --faint: #57606a; --grid: #e4e7eb; --trouble: #fdecea;
        --c1: #c92a2a; --c2: #0b7285; --c3: #5f3dc4; --c4: #9a6700; --c5: #6b7280; }
  @media (prefers-color-scheme: dark) {
    svg { --back: #0d1117; --text: #e6edf3; --faint: #9198a1; --grid: #262c36; --trouble: #2d1719;
          --c1: #ff7b72; --c2: #39c5cf; --c3: #a98bf5; --c4: #d9a441; --c5: #9aa4b2; }
  }
"""


def window(data):
    """Seconds over which means are taken: a quarter of an hour in steps of 5, longer runs in steps of 10."""
    return 5 if data["lasts"] <= 900 else 10


def smooth(seconds, channel, over):
    """Means over `over` seconds, at the middle of each."""
    return [(start + over / 2, sum(s[channel] for s in seconds[start:start + over]) / over)
            for start in range(0, len(seconds) - over + 1, over)]


def spans(seconds):
    """Runs of consecutive seconds, as (begin, end)."""
    out = []
    for second in seconds:
        if out and out[-1][1] == second:
            out[-1][1] = second + 1
        else:
            out.append([second, second + 1])
    return out


def spread(wanted, apart):
    """Heights for labels: the lowest where it belongs, the others no lower and not upon each other."""
    order = sorted(range(len(wanted)), key=lambda i: -wanted[i])
    placed = list(wanted)
    for below, above in zip(order, order[1:]):
        placed[above] = min(placed[above], placed[below] - apart)
    return placed


def panel_svg(name, seconds, data, top, most):
    """One contender: axes, shade, a line and a label for each channel."""
    lasts = data["lasts"]
    bottom = top + PANEL

    def px(second):
        return LEFT + second / lasts * (WIDTH - LEFT - RIGHT)

    def py(rate):
        return bottom - rate / most * PANEL

    out = [f'<rect class="trouble" x="{px(a):.1f}" y="{top}" width="{px(b) - px(a):.1f}" height="{PANEL}"/>'
           for a, b in spans(data["trouble"])]
    step = most / 4
    for i in range(5):
        out.append(f'<path class="grid" d="M{LEFT} {py(i * step):.1f}H{WIDTH - RIGHT}"/>'
                   f'<text class="faint" x="{LEFT - 6}" y="{py(i * step) + 4:.1f}" text-anchor="end">{i * step:.0f}</text>')
    minutes = 5 if lasts > 900 else 1
    for minute in range(0, int(lasts // 60) + 1, minutes):
        out.append(f'<text class="faint" x="{px(60 * minute):.1f}" y="{bottom + 15}" text-anchor="middle">'
                   f'{minute} min</text>')
    out.append(f'<text class="panel" x="{LEFT}" y="{top - 8}">{html.escape(name)}</text>')
    lines = [smooth(seconds[:int(lasts)], c, window(data)) for c in range(len(seconds[0]))]
    labels = spread([py(line[-1][1]) + 4 for line in lines], 13)
    for c, line in reversed(list(enumerate(lines))):
        points = " ".join(f"{px(x):.1f},{py(y):.1f}" for x, y in line)
        colour = f"var(--c{c % 5 + 1})"
        out.append(f'<polyline points="{points}" style="stroke: {colour}"/>'
                   f'<text x="{WIDTH - RIGHT + 6}" y="{labels[c]:.1f}" style="fill: {colour}">channel {c + 1}</text>')
    return "\n".join(out)


def main():
    if len(sys.argv) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    data = json.load(sys.stdin)
    contenders = data["contenders"]
    peak = max(rate for seconds in contenders.values() for c in range(len(seconds[0]))
               for _, rate in smooth(seconds, c, window(data)))
    most = 20 * math.ceil(peak / 20)
    height = TOP + len(contenders) * (PANEL + GAP)
    panels = [panel_svg(name, seconds, data, TOP + i * (PANEL + GAP), most)
              for i, (name, seconds) in enumerate(contenders.items())]
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}">\n<style>{STYLE}</style>\n'
          f'<rect class="back" width="{WIDTH}" height="{height}"/>\n'
          f'<text class="title" x="{LEFT}" y="24">{html.escape(data["scenario"])}: {html.escape(data["what"])}</text>\n'
          f'<text class="faint" x="{LEFT}" y="42">attempts per second at each channel, means over {window(data)} s; '
          f'shaded: trouble</text>\n' + "\n".join(panels) + "\n</svg>")
    return 0


if __name__ == "__main__":
    sys.exit(main())
