"""What every run says of itself, and where its figures go."""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def circumstances():
    """Where and when figures were measured."""
    return {
        "processor": processor_name(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "date": time.strftime("%Y-%m-%d"),
        "commit": commit(),
    }


def processor_name():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return value.strip()
    return "unknown"


def commit():
    words = ["git", "-C", str(HERE), "describe", "--always", "--dirty"]
    return subprocess.run(words, capture_output=True, text=True).stdout.strip()


def progress(line):
    print(line, file=sys.stderr, flush=True)
    return line.strip()


def write(path, figures):
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(figures, indent=2) + "\n")


def ratio(ours, theirs):
    """How many times as fast as `theirs` `ours` is, from seconds round by round."""
    ratios = [their / our for our, their in zip(ours, theirs)]
    return {"median": statistics.median(ratios), "least": min(ratios), "most": max(ratios)}
