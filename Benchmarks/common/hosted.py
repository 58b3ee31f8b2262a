"""Engines in processes of their own, which sleep while the others work: one JSON request a line, a line of JSON back."""

import json
import os
import subprocess
import sys
from pathlib import Path

# What engines and the libraries in them are told, beside being kept on one processor.
ONE_THREAD = {
    name: "1"
    for name in (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMBA_NUM_THREADS",
        "RAYON_NUM_THREADS",
        "TOKIO_WORKER_THREADS",
        "LANCE_CPU_THREADS",
    )
}
QUIET = {"ANONYMIZED_TELEMETRY": "False", "LANCEDB_CONFIG_DIR": "/nonexistent", "DO_NOT_TRACK": "1"}


class Failure(Exception):
    """An engine said that it cannot, or ended."""


class Hosted:
    """The other end of a process that runs `serve`."""

    def __init__(self, title, log):
        self.title, self.log = title, log
        self.process = None

    def start(self, script, arguments, processor):
        """Starts Python on `script`; its last argument is the processor that it is to keep to, `-` for any."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("OPENBLAS_")} | QUIET
        environment |= ONE_THREAD if processor != "-" else {}
        self.process = subprocess.Popen(
            [sys.executable, script, *(str(argument) for argument in arguments), str(processor)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=open(self.log, "a"),
            text=True,
            env=environment,
        )

    def ask(self, verb, **arguments):
        try:
            self.process.stdin.write(json.dumps({"verb": verb} | arguments) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise Failure(f"{self.title} ended with {self.process.wait()} at '{verb}'")
        answer = json.loads(line)
        if "error" in answer:
            raise Failure(f"{self.title}: {answer['error']}")
        return answer

    def close(self):
        if self.process:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass
            self.process.wait()
            self.process = None


def serve(make_host):
    """Answers requests by the methods of what `make_host` makes of the arguments, until standard input ends."""
    *arguments, processor = sys.argv[1:]
    # Engines print, too: what they say goes to the log.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    if processor != "-":
        os.sched_setaffinity(0, {int(processor)})
    host = make_host(*arguments)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(host, request.pop("verb"))(**request)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


def resident_bytes():
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def byte_count(folder):
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
