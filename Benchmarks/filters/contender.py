"""The processes of the engines, which sleep while the others work."""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# What engines and the libraries in them are told, beside being kept on one processor.
ONE_THREAD = {
    name: "1"
    for name in (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "RAYON_NUM_THREADS",
        "TOKIO_WORKER_THREADS",
        "LANCE_CPU_THREADS",
    )
}
QUIET = {"ANONYMIZED_TELEMETRY": "False", "LANCEDB_CONFIG_DIR": "/nonexistent", "DO_NOT_TRACK": "1"}


class Failure(Exception):
    """A contender said that it cannot, or ended."""


class Contender:
    """One engine, or one variant of it."""

    def __init__(self, name, variant, folder, vectors, log):
        self.name, self.variant = name, variant
        # Variants that differ in how they are opened share what was built.
        built = variant.partition("-")[0]
        self.folder = Path(folder) / (f"{name}-{built}" if built else name)
        self.vectors, self.log = vectors, log
        self.process = None

    @property
    def title(self):
        return f"{self.name} ({self.variant})" if self.variant else self.name

    def start(self, processor):
        environment = {key: value for key, value in os.environ.items() if not key.startswith("OPENBLAS_")} | QUIET
        environment |= ONE_THREAD if processor != "-" else {}
        arguments = [self.name, self.variant, self.folder, self.vectors, processor]
        self.process = subprocess.Popen(
            [sys.executable, HERE / "host.py", *(str(argument) for argument in arguments)],
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
