"""Builds the package, with libquiver.so.0 inside where it is at hand: named by QUIVER_LIBRARY, or
as `make static` leaves it in the source tree. Without it the package looks for the system's when it
runs.
"""

import os
import pathlib
import shutil

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

FILE_NAME = "libquiver.so.0"
HERE = pathlib.Path(__file__).resolve().parent
TREE = HERE.parent
NAMED = os.environ.get("QUIVER_LIBRARY")
LIBRARY = pathlib.Path(NAMED) if NAMED else TREE / ".build/static" / FILE_NAME


class BuildWithLibrary(build_py):
    def run(self) -> None:
        # A module that is gone from the sources would still be in what an earlier build left.
        shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()
        if LIBRARY.exists():
            shutil.copyfile(LIBRARY, pathlib.Path(self.build_lib) / "quiver" / FILE_NAME)
        elif NAMED:
            raise SystemExit(f"QUIVER_LIBRARY is {NAMED}, and there is no such file")
        else:
            print(f"no {LIBRARY}: the package will look for the system's {FILE_NAME}")


class BinaryDistribution(Distribution):
    """One for a kind of machine, if the library is inside."""

    def has_ext_modules(self) -> bool:
        return LIBRARY.exists()


# In the source tree what is built goes where everything else does.
options = {}
if (TREE / "Package.swift").exists():
    built = TREE / ".build/python"
    (built / "package").mkdir(parents=True, exist_ok=True)
    options = {
        "build": {"build_base": str(built / "package")},
        "egg_info": {"egg_base": str(built)},
    }

setup(
    cmdclass={"build_py": BuildWithLibrary},
    distclass=BinaryDistribution,
    options=options,
)
