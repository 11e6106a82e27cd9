#!/usr/bin/env python3
"""Runs two builds of one Google Benchmark binary in turns, A B A B, and prints for each case how much B takes of A.

    benchmarks/compare.py old/select_benchmark new/select_benchmark --filter 'pointsman/small' --rounds 7

Of each case: the medians, and the median of the ratios round by round. Below 1, B is faster. Needs Python 3.8, no more.
"""
import argparse
import json
import statistics
import subprocess
import sys


def run(binary, pattern, min_time):
    """Times by case name, in nanoseconds."""
    command = [binary, "--benchmark_format=json", f"--benchmark_min_time={min_time}"]
    if pattern:
        command.append(f"--benchmark_filter={pattern}")
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    scale = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
    times = {}
    for case in json.loads(done.stdout)["benchmarks"]:
        if case.get("run_type", "iteration") != "iteration" or case.get("error_occurred"):
            continue
        which = "real_time" if case["name"].endswith("real_time") or "/real_time/" in case["name"] else "cpu_time"
        times.setdefault(case["name"], []).append(case[which] * scale[case["time_unit"]])
    return {name: statistics.median(values) for name, values in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("a")
    parser.add_argument("b")
    parser.add_argument("--filter", default="", help="cases, as a regular expression; default: all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--min-time", default="0.05", help="seconds for each case in each round")
    options = parser.parse_args()

    rounds = []
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
        order = (options.a, options.b) if number % 2 == 0 else (options.b, options.a)
        times = [run(binary, options.filter, options.min_time) for binary in order]
        rounds.append(tuple(times) if number % 2 == 0 else tuple(reversed(times)))

    print(f"{'case':<60} {'A ns':>12} {'B ns':>12} {'B/A':>7}  of the rounds")
    for name in rounds[0][0]:
        pairs = [(a[name], b[name]) for a, b in rounds if name in a and name in b]
        if not pairs:
            print(f"{name:<60} only in A")
            continue
        ratios = [b / a for a, b in pairs]
        print(f"{name:<60} {statistics.median(a for a, _ in pairs):>12.1f} {statistics.median(b for _, b in pairs):>12.1f} "
              f"{statistics.median(ratios):>7.2f}  {min(ratios):.2f} to {max(ratios):.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
