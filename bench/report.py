"""What was measured, as tables that read the same in a terminal and in a page."""

import statistics


class Contender:
    """One line of a table: `samples` are of one unit, one per round."""

    def __init__(self, name, ours=False, note=""):
        self.name, self.ours, self.note = name, ours, note
        self.samples = []

    def add(self, value):
        self.samples.append(value)

    @property
    def median(self):
        return statistics.median(self.samples)


BEST = "the best peer"


class Section:
    """A table of contenders. targets: {peer or BEST: what our figure divided by
    that peer's must reach}; limit: what our own figure must stay within."""

    def __init__(self, title, unit, targets=None, limit=None):
        self.title, self.unit, self.limit = title, unit, limit
        self.targets = targets or {}
        self.contenders, self.remarks = [], []

    def contender(self, name, ours=False, note=""):
        """The one of that name, made at its first mention."""
        for c in self.contenders:
            if c.name == name:
                return c
        self.contenders.append(Contender(name, ours, note))
        return self.contenders[-1]

    def remark(self, text):
        if text not in self.remarks:
            self.remarks.append(text)

    def text(self):
        out = [f"### {self.title}", ""]
        out += _aligned([self._head(), *map(self._row, self._measured())])
        if self.targets:
            out += ["", "Target: " + ", ".join(
                f"at least {t:g} of {p}" for p, t in self.targets.items()) + "."]
        if self.limit is not None:
            out += ["", f"Target: at most {self.limit:g} {self.unit}."]
        out += [line for r in self.remarks for line in ("", r)]
        return "\n".join(out) + "\n"

    def _measured(self):
        return [c for c in self.contenders if c.samples]

    def _head(self):
        return ["", self.unit, "lowest to highest", "of the best peer", ""]

    def _row(self, c):
        low, high = min(c.samples), max(c.samples)
        spread = f"{number(low)} to {number(high)}" if len(c.samples) > 1 else ""
        return [c.name, number(c.median), spread, self._ratio(c),
                " ".join(filter(None, [self._verdict(c), c.note]))]

    def _peer(self, name):
        """The median of a peer; None if it was not measured."""
        found = [c.median for c in self._measured()
                 if not c.ours and name in (c.name, BEST)]
        return max(found) if found else None

    def _ratio(self, c):
        best = self._peer(BEST)
        return f"{c.median / best:.2f}" if best else ""

    def _verdict(self, c):
        if not c.ours or not (self.targets or self.limit is not None):
            return ""
        peers = [(self._peer(name), t) for name, t in self.targets.items()]
        met = all(c.median >= t * p for p, t in peers if p is not None)
        if self.limit is not None:
            met = c.median <= self.limit
        return "met." if met else "**missed.**"


def number(value):
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _aligned(rows):
    widths = [max(len(r[i]) for r in rows) for i in range(len(rows[0]))]

    def line(cells):
        return "| " + " | ".join(c.ljust(w) for c, w in zip(cells, widths)) + " |"
    rule = "|" + "|".join("-" * (w + 2) for w in widths) + "|"
    return [line(rows[0]), rule, *map(line, rows[1:])]
