"""Puts bugs into a copy of the sources, one at a time, and demands that the test which is named for it goes red.

    python3 mutants.py --check               each bug still fits today's sources, and its test is there
    python3 mutants.py [--build DIR] [NAME…]  builds and runs them (./dev mutants)

A bug is a file NAME.mutant in this folder:

    bug:  what is wrong, in a sentence
    file: src/select/draw.h
    test: at_once_test AtOnce.AWordOfTheSliverIsRejectedAndTheNextOneTaken
    --- right
    the lines as they are; they stand in the file exactly once
    --- wrong
    the lines with the bug

`test` is an executable and a test of it, or "sh SCRIPT ARGUMENT…". The working tree is only read.
"""

import argparse
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COPIED = ("CMakeLists.txt", "LICENSE", "cmake", "examples", "include", "src", "tests")
SECONDS_FOR_A_TEST = 120


@dataclasses.dataclass
class Mutant:
    name: str
    bug: str
    file: str
    test: list
    right: str
    wrong: str

    @staticmethod
    def read(path):
        text = path.read_text(encoding="utf-8")
        head, _, rest = text.partition("--- right\n")
        right, _, wrong = rest.partition("--- wrong\n")
        fields = dict(re.findall(r"^(\w+):\s+(.*)$", head, re.M))
        if set(fields) != {"bug", "file", "test"} or not right or "--- wrong\n" not in text:
            raise SystemExit(f"{path}: write bug:, file:, test:, then --- right and --- wrong")
        return Mutant(path.stem, fields["bug"], fields["file"], fields["test"].split(), right, wrong)

    def problem(self, root):
        """Why it does not fit, or an empty text."""
        path = root / self.file
        if not path.is_file():
            return f"{self.file} is not there"
        found = path.read_text(encoding="utf-8").count(self.right)
        if found != 1:
            return f"its lines stand in {self.file} {found} times instead of once"
        if self.right == self.wrong:
            return "it changes nothing"
        if self.test[0] == "sh":
            return "" if (root / self.test[1]).is_file() else f"{self.test[1]} is not there"
        source = root / "tests" / f"{self.test[0]}.cc"
        suite, _, test = self.test[1].partition(".")
        pattern = rf"TEST(_F|_P)?\(\s*{suite},\s*{test}\)"
        if not source.is_file() or not re.search(pattern, source.read_text(encoding="utf-8")):
            return f"there is no {self.test[1]} in tests/{self.test[0]}.cc"
        return ""


class Workshop:
    """The copy, its build, and what is done there."""

    def __init__(self, folder, jobs):
        self.copy = folder
        self.build = folder / "build" / "test"
        self.jobs = str(jobs)
        # One cache for this copy and the working tree, where ccache is used.
        self.env = dict(os.environ, CCACHE_BASEDIR=str(folder), CCACHE_NOHASHDIR="1")

    def sync(self):
        """Makes the copy what the working tree is; leaves files alone that did not change, so that little is built."""
        for name in COPIED:
            source, target = ROOT / name, self.copy / name
            files = [source] if source.is_file() else [p for p in source.rglob("*") if p.is_file()]
            wanted = {target if source.is_file() else target / p.relative_to(source): p for p in files}
            for there in [] if source.is_file() else list(target.rglob("*")):
                if there.is_file() and there not in wanted:
                    there.unlink()
            for there, here in wanted.items():
                if not there.is_file() or there.read_bytes() != here.read_bytes():
                    there.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(here, there)

    def configure(self):
        command = ["cmake", "-S", str(self.copy), "-B", str(self.build), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
                   "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O2 -g1 -DNDEBUG", "-DPOINTSMAN_WERROR=ON", "-DPOINTSMAN_BENCHMARKS=OFF", "-DCMAKE_VERIFY_INTERFACE_HEADER_SETS=ON"]
        if shutil.which("ccache"):
            command.append("-DCMAKE_CXX_COMPILER_LAUNCHER=ccache")
        self.must(command)

    def must(self, command):
        ran = subprocess.run(command, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if ran.returncode != 0:
            raise SystemExit(ran.stdout + "\nfailed: " + " ".join(command))

    def compile(self, targets):
        ran = subprocess.run(["ninja", "-j", self.jobs, "-C", str(self.build), *targets], env=self.env,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return "" if ran.returncode == 0 else ran.stdout

    def run(self, test):
        """"green", "red", "hangs" or "no such test"."""
        if test[0] == "sh":
            command = test
        else:
            name = test[1]
            command = [str(self.build / "tests" / test[0]), f"--gtest_filter={name}:*/{name}/*"]
        try:
            ran = subprocess.run(command, cwd=self.copy, env=self.env, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True, errors="replace", timeout=SECONDS_FOR_A_TEST)
        except subprocess.TimeoutExpired:
            return "hangs"
        if ran.returncode != 0:
            return "red"
        return "no such test" if "PASSED  ] 0 tests" in ran.stdout else "green"


def try_out(workshop, mutant):
    """What came of it; "red" is what is wanted."""
    path = workshop.copy / mutant.file
    original = path.read_text(encoding="utf-8")
    path.write_text(original.replace(mutant.right, mutant.wrong), encoding="utf-8")
    try:
        errors = "" if mutant.test[0] == "sh" else workshop.compile([mutant.test[0]])
        if errors:
            print(errors)
            return "does not compile"
        return workshop.run(mutant.test)
    finally:
        path.write_text(original, encoding="utf-8")


def check(mutants):
    bad = [f"{m.name}: {problem}" for m in mutants if (problem := m.problem(ROOT))]
    print("\n".join(bad) if bad else f"{len(mutants)} bugs fit the sources")
    return 1 if bad else 0


def run(mutants, folder, jobs):
    began = time.monotonic()
    workshop = Workshop(folder.resolve(), jobs)
    workshop.sync()
    workshop.configure()
    targets = sorted({m.test[0] for m in mutants if m.test[0] != "sh"})
    print(f"building {len(targets)} tests as they are in {folder}", flush=True)
    if targets and (errors := workshop.compile(targets)):
        raise SystemExit(errors)
    for test in sorted({tuple(m.test) for m in mutants}):
        if (colour := workshop.run(list(test))) != "green":
            raise SystemExit(f"{' '.join(test)} is {colour} without any bug")
    built = time.monotonic() - began
    noticed = 0
    for mutant in mutants:
        start = time.monotonic()
        colour = try_out(workshop, mutant)
        is_noticed = colour in ("red", "hangs")
        noticed += is_noticed
        print(f"{'noticed ' if is_noticed else 'SURVIVED'}  {time.monotonic() - start:5.0f} s  {mutant.name:44}"
              f"  {' '.join(mutant.test)}{'' if colour == 'red' else '  (' + colour + ')'}", flush=True)
    print(f"{noticed} of {len(mutants)} bugs noticed; {built:.0f} s to build and see the tests green, "
          f"{time.monotonic() - began - built:.0f} s for the bugs")
    return 0 if noticed == len(mutants) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "mutants")
    parser.add_argument("--jobs", default=os.environ.get("POINTSMAN_JOBS", os.cpu_count()))
    parser.add_argument("names", nargs="*")
    given = parser.parse_args()
    mutants = sorted((Mutant.read(p) for p in HERE.glob("*.mutant")), key=lambda m: (m.file, m.name))
    unknown = set(given.names) - {m.name for m in mutants}
    if unknown:
        raise SystemExit(f"no such bug: {', '.join(sorted(unknown))}")
    if given.names:
        mutants = [m for m in mutants if m.name in given.names]
    failed = check(mutants)
    return failed if failed or given.check else run(mutants, given.build, given.jobs)


if __name__ == "__main__":
    sys.exit(main())
