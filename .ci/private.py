"""Refuse tracked files that name a package registry, a path of somebody's machine, or where a package came from."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: What must not stand in a file → why. Written in pieces, so that this file passes its own check.
FORBIDDEN = {
    re.compile(
        r"(?:index|extra-index)-" + r"url|find-" + r"links|registry" + r"\s*=\s*http"
    ): "names a package registry",
    re.compile(
        r"https?://[\w.-]*(?:pypi|npmjs|nexus|artifactory|registry|mirror)" + r"[\w.-]*/"
    ): "names a package registry",
    re.compile(r"(?<![\w./$}~-])/(?:work|root|home|Users)" + r"/[\w.-]"): "names a path of one machine",
    re.compile(r"(?<![\w./$}~-])/tmp" + r"/[\w.-]"): "names a path of one machine",
}
LOCK_FORBIDDEN = re.compile(r'"resolved"' + r"\s*:")
LOCKS = ("package-lock.json", "yarn.lock", "pnpm-lock.yaml")


def problems() -> list[str]:
    """Return one line per place in a tracked file that must not be there."""
    named = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)  # noqa: S607 - fixed words
    return [found for name in named.stdout.split("\0") if name for found in _in_file(ROOT / name)]


def _in_file(path: Path) -> list[str]:
    if not path.is_file():
        return []
    content = path.read_bytes()
    if b"\0" in content[:4096]:
        return []
    rules = FORBIDDEN | ({LOCK_FORBIDDEN: "says where a package came from"} if path.name in LOCKS else {})
    return [
        f"{path.relative_to(ROOT)}:{number}: {why}: {line.strip()[:80]}"
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1)
        for words, why in rules.items()
        if words.search(line)
    ]


if __name__ == "__main__":
    found = problems()
    sys.stdout.writelines(line + "\n" for line in found)
    sys.exit(1 if found else 0)
