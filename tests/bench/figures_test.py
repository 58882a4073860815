#!/usr/bin/env python3
"""Tests of what is made of the runs, and of how it is said."""

import io
import json
import unittest

import report as reports
from figures import Bar, Spread, ratio, select, short, spread, with_range


def runs(system, values, **facts):
    return [{"system": system, "round": number, "rate": value, **facts}
            for number, value in enumerate(values)]


class Spreads(unittest.TestCase):
    def test_are_the_median_and_the_range(self):
        self.assertEqual(Spread.of([3, 1, 10]), Spread(3, 1, 10))
        self.assertEqual(Spread.of([4]), Spread(4, 4, 4))
        self.assertEqual(Spread.of([1, 2]), Spread(1.5, 1, 2))

    def test_leave_out_runs_without_the_figure(self):
        self.assertEqual(spread([{"round": 0, "rate": None}, {"round": 1, "rate": 5}], "rate"),
                         Spread(5, 5, 5))

    def test_of_no_runs_are_none(self):
        self.assertIsNone(spread([], "rate"))


class Ratios(unittest.TestCase):
    def test_are_taken_within_each_round(self):
        # The machine halves its speed in the second round; the ratio stays.
        self.assertEqual(ratio(runs("a", [20, 10, 22]), runs("b", [10, 5, 10]), "rate"),
                         Spread(2, 2, 2.2))

    def test_leave_out_rounds_that_one_side_lacks(self):
        self.assertEqual(ratio(runs("a", [20, 10]), runs("b", [10]), "rate"), Spread(2, 2, 2))

    def test_of_what_was_never_measured_together_are_none(self):
        self.assertIsNone(ratio(runs("a", [1]), [], "rate"))
        self.assertIsNone(ratio([], runs("a", [1]), "rate"))

    def test_leave_out_a_divisor_of_zero(self):
        self.assertEqual(ratio(runs("a", [20, 10]), runs("b", [0, 5]), "rate"), Spread(2, 2, 2))


class Selecting(unittest.TestCase):
    def test_takes_runs_with_all_the_values(self):
        all_runs = runs("a", [1], depth=1) + runs("a", [2], depth=16) + runs("b", [3], depth=1)
        self.assertEqual([run["rate"] for run in select(all_runs, system="a", depth=16)], [2])
        self.assertEqual(select(all_runs, system="c"), [])


class Bars(unittest.TestCase):
    def test_pass_when_the_median_is_within_and_at_the_limit(self):
        self.assertTrue(Bar("x", True, 1.15, Spread(1.15, 1, 2)).passed)
        self.assertTrue(Bar("x", False, 3, Spread(3, 1, 4)).passed)

    def test_fail_beyond_the_limit(self):
        self.assertFalse(Bar("x", True, 1.15, Spread(1.16, 1, 1.2)).passed)
        self.assertFalse(Bar("x", False, 3, Spread(2.9, 2, 9)).passed)

    def test_say_the_limit_and_what_was_measured(self):
        self.assertEqual(str(Bar("door", True, 1.15, Spread(1.08, 1.05, 1.12))),
                         "pass  door: bar at most 1.15, measured 1.08 (1.05..1.12)")
        self.assertEqual(str(Bar("door", False, 250000, Spread(9, 9, 9))),
                         "FAIL  door: bar at least 250,000, measured 9.00")


class Numbers(unittest.TestCase):
    def test_have_three_digits_that_count(self):
        for value, text in [(0, "0.000"), (0.1234, "0.123"), (1.234, "1.23"), (12.34, "12.3"),
                            (123.4, "123"), (1234567.8, "1,234,568"), (None, "-")]:
            self.assertEqual(short(value), text)

    def test_show_a_range_only_where_there_is_one(self):
        self.assertEqual(with_range(Spread(1, 1, 1)), "1.00")
        self.assertEqual(with_range(Spread(1, 0.999, 1.001)), "1.00 (0.999..1.00)")
        self.assertEqual(with_range(None), "-")


class Reports(unittest.TestCase):
    def test_align_columns(self):
        self.assertEqual(reports.table(["server", "req/s"], [["a", "1"], ["longer", "1,000"]]),
                         "server  req/s\na           1\nlonger  1,000")

    def test_of_a_page_are_markdown(self):
        self.assertEqual(reports.markdown(["server", "req/s"], [["a", "1"]]),
                         "| server | req/s |\n| --- | --: |\n| a | 1 |")

    def test_as_json_keep_every_run_note_and_bar(self):
        report = reports.Report(io.StringIO())
        report.note("quiet")
        report.bar(Bar("door", True, 1, Spread(2, 2, 2)))
        report.table("t", ["a"], [["b"]])
        written = json.loads(reports.to_json({"date": "today"}, report, runs("a", [1, 2])))
        self.assertEqual(written["date"], "today")
        self.assertEqual(len(written["runs"]), 2)
        self.assertEqual(written["notes"], ["quiet"])
        self.assertEqual(written["bars"], [{"what": "door", "at_most": 1, "median": 2, "low": 2,
                                            "high": 2, "passed": False}])
        self.assertEqual(written["tables"][0]["rows"], [["b"]])

    def test_show_no_progress_where_there_is_no_terminal(self):
        out = io.StringIO()
        report = reports.Report(out)
        report.progress("working")
        report.say("done")
        self.assertEqual(out.getvalue(), "done\n")

    def test_know_which_bars_failed(self):
        report = reports.Report(io.StringIO())
        report.bar(Bar("a", True, 1, Spread(2, 2, 2)))
        report.bar(Bar("b", True, 3, Spread(2, 2, 2)))
        self.assertEqual([bar.what for bar in report.failed()], ["a"])


if __name__ == "__main__":
    unittest.main()
