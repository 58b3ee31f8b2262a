"""One build of FAISS in a process of its own, which sleeps while the others work."""

import json
import os
import pathlib
import subprocess


class Failure(Exception):
    """A contender said that it cannot, or ended."""


class Contender:
    """Answers one request a line with a line of JSON. Starts when it is first asked, anew if it ended."""

    def __init__(self, name, command, core_type=None):
        self.environment = {
            key: value
            for key, value in os.environ.items()
            if key not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "QUIVER_SIMD", "OMP_NUM_THREADS")
        }
        if core_type:
            self.environment["OPENBLAS_CORETYPE"] = core_type
        self.name = name
        self.command = [str(word) for word in command]
        self.process = None
        # What a call costs the contender's own driver and is no part of the search, in seconds.
        self.overhead = 0.0

    def ask(self, *words):
        if self.process is None:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env=self.environment,
            )
        request = " ".join(str(word) for word in words)
        try:
            self.process.stdin.write(request + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            status = self.process.wait()
            self.process = None
            raise Failure(f"{self.name} ended with {status} at '{request}'")
        answer = json.loads(line)
        if "error" in answer:
            raise Failure(f"{self.name}: {answer['error']}")
        return answer

    def close(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait()
            self.process = None


def processor():
    """The processor's name and the best kernels that an old OpenBLAS, which does not know it, could run on it."""
    name, flags = "unknown", []
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            name = value.strip()
        if key.strip() == "flags":
            flags = value.split()
    return name, "SkylakeX" if "avx512f" in flags else "Haswell"
