"""What a session says: progress while it runs, tables, notes and bars for people, JSON for programs."""

import json
import sys


def table(header, rows):
    """Columns of text: the first to the left, the others to the right."""
    cells = [[str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    lines = []
    for row in cells:
        rest = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        lines.append("  ".join([row[0].ljust(widths[0]), *rest]).rstrip())
    return "\n".join(lines)


def markdown(header, rows):
    """The same for a page."""
    lines = [header, ["---"] + ["--:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


class Report:
    def __init__(self, out=sys.stdout, as_markdown=False):
        self.out = out
        self.as_markdown = as_markdown
        self.tables = []
        self.notes = []
        self.bars = []
        self.in_progress = False

    def say(self, text):
        self.end_progress()
        print(text, file=self.out, flush=True)

    def progress(self, text):
        """One line that is overwritten on a terminal, and nothing elsewhere."""
        if self.out.isatty():
            self.out.write(f"\r\x1b[K{text}"[:100])
            self.out.flush()
            self.in_progress = True

    def end_progress(self):
        if self.in_progress:
            self.out.write("\r\x1b[K")
            self.in_progress = False

    def title(self, text):
        self.say(f"\n{'## ' if self.as_markdown else ''}{text}\n")

    def table(self, title, header, rows):
        self.tables.append({"title": title, "header": header, "rows": rows})
        self.say(f"{title}\n")
        self.say((markdown if self.as_markdown else table)(header, rows) + "\n")

    def note(self, text):
        self.notes.append(text)
        self.say(f"note: {text}")

    def bar(self, bar):
        self.bars.append(bar)
        self.say(f"{'- ' if self.as_markdown else ''}{bar}")

    def failed(self):
        return [bar for bar in self.bars if not bar.passed]


def to_json(about, report, runs):
    bars = [{"what": bar.what, "at_most" if bar.at_most else "at_least": bar.limit,
             "median": bar.measured.median, "low": bar.measured.low, "high": bar.measured.high,
             "passed": bar.passed} for bar in report.bars]
    return json.dumps({**about, "bars": bars, "notes": report.notes, "tables": report.tables,
                       "runs": runs}, indent=1) + "\n"
