"""The cases of Tests/Conformance, which go through every way in."""

import sys
import unittest

from support import ROOT

sys.path.append(str(ROOT / "Tests" / "Conformance"))

import expect  # noqa: E402
import run  # noqa: E402
import way_python  # noqa: E402


class ConformanceTests(unittest.TestCase):
    def test_expected_answers_are_those_that_are_worked_out_without_quiver(self):
        self.assertEqual(expect.differences(), [])

    def test_answers_are_the_expected_ones(self):
        self.assertEqual(run.run("python", way_python.Package), [])
