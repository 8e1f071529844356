"""Measure the HTML map in a real browser, as a page of Markdown.

    python benchmarks/bench_map.py > benchmarks/map.md       # every size
    python benchmarks/bench_map.py 100000 20                 # one size: homes, rules

Writes made-up towns, opens their maps from disk in headless Chromium without a network, and tells
the size of the file, when something is drawn, when the page is ready, long tasks, how long it takes
to switch rules, and the frames while the map is dragged. The size, the time until it is ready and
the frames at 100,000 homes and 20 rules are what the project promises: under 20 MB, within 3 s.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import runpy
import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from siting.render import write_map

TOWN = Path(__file__).resolve().parent.parent / "tests" / "map_town.py"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZES = ((1_500, 20), (100_000, 20), (1_000_000, 20))
FRAMES = "await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))"
LONG_TASKS = """
window.longTasks = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.longTasks.push(Math.round(entry.duration));
}).observe({type: "longtask", buffered: true});
"""
# The areas are drawn before the homes are read.
DRAWN = """async () => {
  while (!(window.siting && siting.store.ground)) await new Promise((r) => setTimeout(r, 2));
  FRAMES;
  return Math.round(performance.now());
}""".replace("FRAMES", FRAMES)
READY = """async () => {
  await siting.ready;
  FRAMES;
  return Math.round(performance.now());
}""".replace("FRAMES", FRAMES)
COMPLETE = "async () => { while (!siting.complete) await new Promise((r) => setTimeout(r, 5)); }"
SWITCH = """async () => {
  const times = [];
  for (let k = 0; k < Math.min(6, siting.store.rules.length); k += 1) {
    const start = performance.now();
    if (!document.getElementById("rule-" + k)) document.getElementById("rules-more").click();
    document.getElementById("rule-" + k).click();
    FRAMES;
    times.push(Math.round(performance.now() - start));
  }
  return times;
}""".replace("FRAMES", FRAMES)
COUNT_FRAMES = """() => {
  window.frames_ms = []; window.counting = true; window.longTasks.length = 0;
  let last = performance.now();
  (function frame() {
    const now = performance.now();
    window.frames_ms.push(now - last);
    last = now;
    if (window.counting) requestAnimationFrame(frame);
  })();
}"""


def main(sizes) -> None:
    path = next(found for name in BROWSERS if (found := shutil.which(name)))
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        heading(browser.version)
        columns = [measure(browser, homes, rules, Path(folder)) for homes, rules in sizes]
        browser.close()
    names = [f"{homes:,} homes, {rules} rules" for homes, rules in sizes]
    print("| | " + " | ".join(names) + " |")
    print("|---|" + "---:|" * len(columns))
    for row in columns[0]:
        print(f"| {row} | " + " | ".join(column[row] for column in columns) + " |")


def heading(version) -> None:
    today = dt.datetime.now(tz=dt.UTC).strftime("%d %B %Y").lstrip("0")
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    print("# The HTML map in a browser\n\n```")
    print("python benchmarks/bench_map.py > benchmarks/map.md\n```\n")
    print(
        "Made-up towns with a river, 300 communities and streets. The file lies on the disk, all\n"
        "networks are cut, the window is 1440 by 900. Promised: 100,000 homes and 20 rules in\n"
        "under 20 MB, ready within 3 s, dragged without stalls; 1,000,000 homes open with areas\n"
        "and groups first.\n"
    )
    print(
        f"Machine: {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python "
        f"{platform.python_version()}, Chromium {version} without a graphics card; {today}; "
        f"load {os.getloadavg()[0]:.1f} at the start.\n"
    )


def measure(browser, homes, rules, folder) -> dict[str, str]:
    """Open the map of one town and return its figures in words."""
    path = folder / "map.html"
    town = runpy.run_path(str(TOWN))["town"](homes, rules, n_areas=300, half=12_000.0)
    began = time.perf_counter()
    write_map(town, path)
    told = {
        "file": f"{path.stat().st_size / 1e6:.1f} MB",
        "written in": f"{time.perf_counter() - began:.1f} s",
    }
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_offline(True)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.add_init_script(LONG_TASKS)
    page.goto(path.as_uri(), wait_until="commit")
    told["areas drawn after"] = f"{page.evaluate(DRAWN):,} ms"
    told["ready after (the rule on the map read and drawn)"] = f"{page.evaluate(READY):,} ms"
    told["drawn at first as"] = page.evaluate("siting.drawn().mode").replace("clusters", "groups")
    page.evaluate(COMPLETE)
    told["all rules read after"] = f"{page.evaluate('Math.round(performance.now())'):,} ms"
    told["long tasks until then"] = tasks(page)
    switches = page.evaluate(SWITCH)
    told["switching rules, median and longest"] = f"{median(switches):.0f}, {max(switches)} ms"
    for zoom in (None, 15):
        if zoom:
            page.evaluate(f"siting.map.setView(siting.map.getCenter(), {zoom}, {{animate: false}})")
        told |= drag(page, "the whole town" if zoom is None else f"at zoom {zoom}")
    context.close()
    return told


def tasks(page) -> str:
    """Return how many tasks were longer than 50 ms, and the longest."""
    durations = page.evaluate("longTasks")
    return f"{len(durations)}, longest {max(durations)} ms" if durations else "none"


def drag(page, where) -> dict[str, str]:
    page.evaluate(COUNT_FRAMES)
    page.mouse.move(600, 450)
    page.mouse.down()
    for step in range(60):
        page.mouse.move(600 + 12 * min(step, 60 - step), 450 + 3 * step)
        page.wait_for_timeout(16)
    page.mouse.up()
    page.wait_for_timeout(300)
    times = sorted(page.evaluate("(window.counting = false, frames_ms)"))
    late = times[int(0.95 * len(times))]
    return {
        f"dragging {where}: frames, median": f"{median(times):.1f} ms",
        f"dragging {where}: frames, 95th percentile": f"{late:.1f} ms",
        f"dragging {where}: longest frame": f"{times[-1]:.0f} ms",
        f"dragging {where}: long tasks": tasks(page),
    }


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:3]]
    main([tuple(given)] if len(given) == 2 else SIZES)
