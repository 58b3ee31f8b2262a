"""Where the library is looked for, and what is said when it is not there."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from quiver import _library

PACKAGE = pathlib.Path(_library.__file__).parent


class LoadingTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.package = self.folder / "tree/Python/quiver"
        shutil.copytree(
            PACKAGE, self.package, ignore=shutil.ignore_patterns("*.so.0", "__pycache__")
        )

    def load(self, library: str | None = None) -> str:
        """Where a process that has only the copied package finds the library, or what it says."""
        environment = {k: v for k, v in os.environ.items() if k != "QUIVER_LIBRARY"}
        environment["PYTHONPATH"] = str(self.package.parent)
        if library is not None:
            environment["QUIVER_LIBRARY"] = library
        program = "import quiver; print(quiver._library.library.place)"
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        return (done.stdout if done.returncode == 0 else done.stderr).strip()

    def test_what_the_environment_names_comes_first(self):
        place = self.folder / "elsewhere.so"
        shutil.copy(loaded(), place)
        shutil.copy(loaded(), self.package / _library.FILE_NAME)
        self.assertEqual(self.load(str(place)), str(place))
        self.assertIn("no libquiver.so.0 at /missing.so", self.load("/missing.so"))

    def test_beside_the_package(self):
        place = self.package / _library.FILE_NAME
        shutil.copy(loaded(), place)
        self.assertEqual(self.load(), str(place.resolve()))

    def test_in_the_source_tree(self):
        built = self.folder / "tree/.build/static" / _library.FILE_NAME
        built.parent.mkdir(parents=True)
        shutil.copy(loaded(), built)
        # A system that has it comes before.
        self.assertIn(self.load(), [str(built.resolve()), _library.FILE_NAME])

    def test_nowhere(self):
        said = self.load()
        if said != _library.FILE_NAME:
            self.assertIn("ImportError: no libquiver.so.0 at", said)
            self.assertIn("make static", said)

    def test_what_is_no_library(self):
        place = self.folder / "text.so"
        place.write_text("no library")
        self.assertIn("cannot be loaded", self.load(str(place)))

    def test_another_library(self):
        self.assertIn("is older than this package: it lacks qv_open", self.load("libc.so.6"))


def loaded() -> str:
    return _library.library.place


if __name__ == "__main__":
    unittest.main()
