"""Lighthouse on the main screens of a demo: ``make lighthouse``. Some: ``python -m tests.lighthouse list clicks``.

Lighthouse is no part of the product: its npm package is installed in this folder, by this command alone. Each screen
is judged as Lighthouse's desktop and as its phone (a quarter of the processor, a slow network). A screen that is too
slow is asked again, for the machine may have been busy: the best of three counts. The reports stay in
.cache/lighthouse.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import sync_playwright

from app.base import vendor
from tests.bed import demo
from tests.bed.chromium import ARGUMENTS, chromium
from tests.lighthouse import clicks

HERE = Path(__file__).parent
PROGRAM = HERE / "node_modules" / "lighthouse" / "cli" / "index.js"
REPORTS = demo.ROOT / ".cache" / "lighthouse"
#: What each kind of mark must reach.
LEAST = {"performance": 0.9, "accessibility": 0.95, "best-practices": 0.95}
DEVICES = {"desktop": ["--preset=desktop"], "phone": []}
TRIES = 3
PATIENCE_SECONDS = 180
ASKED = [
    "--quiet",
    "--output=json",
    f"--only-categories={','.join(LEAST)}",
    "--no-enable-error-reporting",
    f"--chrome-flags={' '.join(['--headless=new', *ARGUMENTS])}",
]


class Screen(NamedTuple):
    name: str
    address: str
    cookie: str = ""


def install() -> None:
    """Bring Lighthouse into this folder, once per version asked for."""
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]["lighthouse"]
    present = PROGRAM.parents[1] / "package.json"
    if present.exists() and json.loads(present.read_text())["version"] == wanted:
        return
    subprocess.run([*vendor.tool("npm"), "ci", "--ignore-scripts", "--omit=dev"], cwd=HERE, check=True)


def screens(address: str) -> Iterator[Screen]:
    """Yield the screens to be judged; all but the door with the cookie of the demo's administrator."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        admin = demo.Photographer(browser, address, "admin", target=REPORTS)
        record = admin.first("/customers/").split("?")[0]
        cookie = "; ".join(f"{one['name']}={one['value']}" for one in admin.page.context.cookies())
        browser.close()
    yield Screen("sign-in", f"{address}/login/")
    for name, path in {
        "home": "/",
        "list": "/customers/",
        "work-list": "/today/",
        "calendar": "/calendar/",
        "pool": "/pool/",
        "record": record,
        "form": f"{record}/edit",
        "history": f"{record}/history",
        "settings": "/settings/",
    }.items():
        yield Screen(name, f"{address}{path}", cookie)


def judge(screen: Screen, device: str) -> dict[str, Any]:
    """Return Lighthouse's report on a screen, which is kept too: also of a run that broke off, which says why."""
    report = REPORTS / f"{screen.name}-{device}.json"
    carried = [f"--extra-headers={json.dumps({'Cookie': screen.cookie})}"] if screen.cookie else []
    command = [*vendor.tool("node"), str(PROGRAM), screen.address, *ASKED, *DEVICES[device], *carried]
    known = os.environ | {"CHROME_PATH": chromium()}
    report.unlink(missing_ok=True)
    subprocess.run([*command, f"--output-path={report}"], check=False, env=known, timeout=PATIENCE_SECONDS)
    return json.loads(report.read_text())


def best_of(screen: Screen, device: str) -> dict[str, Any]:
    """Return the report with the highest mark for performance: of one try, if that is good enough."""
    tried: list[dict[str, Any]] = []
    while len(tried) < TRIES:
        tried.append(judge(screen, device))
        if not missed(tried[-1]):
            break
    best = max(tried, key=lambda one: marks(one)["performance"])
    (REPORTS / f"{screen.name}-{device}.json").write_text(json.dumps(best))
    return best


def marks(report: dict[str, Any]) -> dict[str, float]:
    return {name: report["categories"][name]["score"] or 0 for name in LEAST}


def missed(report: dict[str, Any]) -> list[str]:
    """Return the kinds of mark that are too low, or a report's own complaint."""
    if report.get("runtimeError"):
        return [report["runtimeError"]["message"]]
    return [name for name, mark in marks(report).items() if mark < LEAST[name]]


def row(screen: Screen, device: str, report: dict[str, Any]) -> str:
    """Return the line of the table: marks, time to the largest part, and what travelled."""
    counted = {one["resourceType"]: one for one in report["audits"]["resource-summary"]["details"]["items"]}
    kilobytes = counted["total"]["transferSize"] / 1000
    files = " | ".join(str(counted[kind]["requestCount"]) for kind in ("script", "stylesheet"))
    hundredths = " | ".join(f"{mark * 100:.0f}" for mark in marks(report).values())
    shown = report["audits"]["largest-contentful-paint"]["numericValue"] / 1000
    return f"| {screen.name} | {device} | {hundredths} | {shown:.1f} s | {kilobytes:.0f} KB | {files} |"


HEAD = (
    "| screen | as | performance | accessibility | best practices | largest part shown | bytes | scripts | styles |\n"
    "|---|---|---|---|---|---|---|---|---|\n"
)


def reasons(report: dict[str, Any]) -> list[str]:
    """Return what Lighthouse found in the kinds of mark that are too low."""
    audits = [one for name in missed(report) for one in report["categories"].get(name, {}).get("auditRefs", [])]
    found = [report["audits"][one["id"]] for one in audits if one["weight"]]
    return [
        f"    {one['id']}: {one['title']} {one.get('displayValue', '')}" for one in found if (one["score"] or 0) < 1
    ]


def told(address: str) -> Iterator[str]:
    """Measure the clicks, write their table, and yield what waits too long."""
    sys.stdout.write("\n| click | first change, ms | all of it, ms | at worst |\n|---|---|---|---|\n")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for name, first, whole, worst in clicks.measured(browser, address):
            sys.stdout.write(f"| {name} | {first:.0f} | {whole:.0f} | {worst:.0f} |\n")
            sys.stdout.flush()
            if first > clicks.FIRST or whole > clicks.WHOLE:
                yield f"{name}: {first:.0f} ms to the first change, {whole:.0f} ms to all of it"
        browser.close()


def main() -> None:
    """Judge all screens and the clicks, or what is named; fail where a mark is too low or a wait too long."""
    install()
    REPORTS.mkdir(parents=True, exist_ok=True)
    failed = []
    sys.stdout.write(HEAD)
    named = sys.argv[1:]
    with demo.served() as address:
        for screen in [one for one in screens(address) if one.name in named or not named]:
            for device in DEVICES:
                report = best_of(screen, device)
                sys.stdout.write(row(screen, device, report) + "\n")
                sys.stdout.flush()
                if missed(report):
                    failed += [f"{screen.name} as {device}: {', '.join(missed(report))}", *reasons(report)]
        failed += told(address) if "clicks" in named or not named else []
    sys.exit("\n".join(["Too low or too slow:", *failed]) if failed else None)


if __name__ == "__main__":
    main()
