"""Names that one of our libraries, or the tool, takes from the core must be marked POINTSMAN_EXPORT, or a shared build,
which hides all others, does not link. Found out here without one: from a static build and the headers.

    crossings.py SOURCE_FOLDER NM CORE_LIBRARY LIBRARY_OR_OBJECT…
"""
import pathlib
import re
import subprocess
import sys

source, nm, core, *others = sys.argv[1:]


def symbols(kind, files):
    """By mangled name: what one can read."""
    found = {}
    for demangle in ([], ["-C"]):
        listed = subprocess.run([nm, *demangle, kind, *files], capture_output=True, text=True, check=True).stdout
        for at, line in enumerate(line for line in listed.splitlines() if re.search(r" [A-Za-z] ", line)):
            found.setdefault(at, []).append(re.split(r" [A-Za-z] ", line, maxsplit=1)[1])
    return dict(found.values())


def names(readable):
    """pointsman::v0::Router::Select(…) const -> {Router, Select}: either may be what is marked."""
    path = re.sub(r"\[abi:\w+\]|<.*?>|^(vtable|typeinfo( name)?) for ", "", readable).split("(")[0]
    return set(path.removeprefix("pointsman::v0::").split("::"))


defined = symbols("--defined-only", [core])
wanted = {mangled: readable for mangled, readable in symbols("--undefined-only", others).items()
          if mangled in defined and "pointsman::v0::" in readable}
headers = [path.read_text() for folder in ("include", "src") for path in pathlib.Path(source, folder).rglob("*.h")]
# A class is named next; a function last before its parameters.
exported = {word for text in headers for word in re.findall(r"(?:class|struct) POINTSMAN_EXPORT (\w+)", text) +
            re.findall(r"POINTSMAN_EXPORT [^;{()]*?(\w+)\(", text)}
hidden = sorted(readable for readable in wanted.values() if not names(readable) & exported)
if not wanted:
    sys.exit("no name crosses: nothing was looked at")
if hidden:
    sys.exit("declare with POINTSMAN_EXPORT:\n" + "\n".join(hidden))
print(f"{len(wanted)} names cross, all of them exported")
