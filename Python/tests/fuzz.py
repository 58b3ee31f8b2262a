"""Random calls with hostile arguments: Quiver errors and TypeErrors are answers, others are bugs.

Good and hostile values are mixed at random, so that calls often get deep before they are refused.
Objects are closed, dropped and used after it, on several threads. Ends with status 1 for an
exception of another kind, a hit or document that cannot be, a leak of handles or of memory, a call
that hangs, or a store that is not sound in the end; a crash ends it by itself. The first line has
the seed; what threads do to one another is not repeated by it.

usage: fuzz.py [--seconds N] [--seed N] [--threads N]
"""

import argparse
import faulthandler
import gc
import os
import pathlib
import random
import tempfile
import threading
import time
import traceback

import quiver
from fuzzer import Fuzzer, Shared

# The allocator's arenas and NumPy's caches fill up first.
WARM_UP_SHARE = 0.25
MEMORY_BOUND = 96 << 20
HANDLE_BOUND = 200
HANG_SECONDS = 120


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--threads", type=int, default=3)
    arguments = parser.parse_args()
    print(
        f"fuzz: seed {arguments.seed}, {arguments.seconds:g} s, {arguments.threads} threads",
        flush=True,
    )
    faulthandler.enable()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # relative paths are among the arguments
        return fuzz(pathlib.Path(folder), arguments)


def fuzz(folder: pathlib.Path, arguments: argparse.Namespace) -> int:
    shared = Shared(folder / "store")
    begin = time.monotonic()
    end = begin + arguments.seconds
    fuzzers = [Fuzzer(arguments.seed + number, shared) for number in range(arguments.threads)]

    def work(fuzzer: Fuzzer) -> None:
        try:
            fuzzer.run(end)
        except BaseException:
            shared.failures.append(f"{fuzzer.doing}\n{traceback.format_exc()}")

    threads = [threading.Thread(target=work, args=[f], daemon=True) for f in fuzzers]
    for thread in threads:
        thread.start()
    before = None
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.1)
        now = time.monotonic()
        if before is None and now - begin > arguments.seconds * WARM_UP_SHARE:
            before = anonymous_byte_count()
        if any(now - start > HANG_SECONDS for start in list(shared.started.values())):
            faulthandler.dump_traceback()
            shared.failures.append(f"a call takes more than {HANG_SECONDS} s")
            break
    if not shared.failures:
        check_the_end(shared, before or anonymous_byte_count())
    for call, outcomes in sorted(shared.counts.items()):
        print(
            f"  {call.removeprefix('call_'):18}",
            ", ".join(f"{k} {v}" for k, v in sorted(outcomes.items())),
        )
    for failure in shared.failures:
        print(f"FAILED: {failure}")
    total = sum(sum(outcomes.values()) for outcomes in shared.counts.values())
    print(f"fuzz: {total:,} calls, {len(shared.failures)} failures, seed {arguments.seed}")
    return 1 if shared.failures else 0


def check_the_end(shared: Shared, before: int) -> None:
    shared.collections.clear()
    gc.collect()
    with shared.current.create_collection("the last", 3) as collection:
        slot = collection._handle & 0xFFFF_FFFF
        if slot > HANDLE_BOUND:
            shared.failures.append(f"handles leak: with one open the next is number {slot}")
    after = anonymous_byte_count()
    print(
        f"  memory {before >> 20} MiB after the warm-up, {after >> 20} MiB at the end; "
        f"handle number {slot}"
    )
    if after - before > MEMORY_BOUND:
        shared.failures.append(f"memory grew by {(after - before) >> 20} MiB")
    shared.current.close()
    report = quiver.verify(shared.path)
    print(f"  the store is sound: {report.document_count} documents in {report.file_count} files")


def anonymous_byte_count() -> int:
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no RssAnon in /proc/self/status")


if __name__ == "__main__":
    raise SystemExit(main())
