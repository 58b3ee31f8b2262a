"""The processes of the engines."""

from pathlib import Path

from hosted import Hosted

HERE = Path(__file__).resolve().parent


class Contender(Hosted):
    """One engine, or one variant of it."""

    def __init__(self, name, variant, folder, vectors, log):
        super().__init__(f"{name} ({variant})" if variant else name, log)
        self.name, self.variant = name, variant
        # Variants that differ in how they are opened share what was built.
        built = variant.partition("-")[0]
        self.folder = Path(folder) / (f"{name}-{built}" if built else name)
        self.vectors = vectors

    def start(self, processor):
        super().start(HERE / "host.py", [self.name, self.variant, self.folder, self.vectors], processor)
