"""What is said after the findings: the summary line, counts by rule, and the reasons for not judging."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from lambdalint.findings import Severity

if TYPE_CHECKING:
    from lambdalint.findings import Finding
    from lambdalint.results import Reach, RunResult

STATISTICS_FORMATS = ("text", "concise", "json")


def summary(result: RunResult) -> str:
    """``Found 3 errors, 1 warning.``, or ``All checks passed!`` where something was checked, or nothing."""
    if result.findings:
        counts = Counter(finding.severity for finding in result.findings)
        parts = [_count(counts[severity], severity) for severity in Severity if counts[severity]]
        return f"Found {', '.join(parts)}.\n"
    return "All checks passed!\n" if result.files and not result.problems else ""


def _count(number: int, severity: Severity) -> str:
    plural = "s" if number != 1 and severity is not Severity.ADVICE else ""
    return f"{number} {severity.value}{plural}"


def statistics(result: RunResult, output_format: str) -> str:
    """Counts by rule, the most frequent first, as a table or as JSON."""
    first: dict[str, Finding] = {}
    for finding in result.findings:
        first.setdefault(finding.code, finding)
    counts = Counter(finding.code for finding in result.findings)
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    if output_format == "json":
        rows = [
            {"code": c, "name": first[c].name, "severity": first[c].severity.value, "count": number}
            for c, number in ranked
        ]
        import json

        return json.dumps(rows, indent=2) + "\n"
    width = len(str(ranked[0][1])) if ranked else 0
    return "".join(f"{number:>{width}}\t{code}\t{first[code].name}\n" for code, number in ranked)


def unknowns(reach: Reach) -> str:
    """How many layers were followed to their result, and why the others were not, by frequency."""
    every = _share(reach.followed, reach.layers, " layers")
    known = f"where the rank of the input is known, {_share(reach.ranked_followed, reach.ranked)}"
    if not reach.ranked:
        known = "the rank of the input is known nowhere"
    lines = [f"Followed to the result: {every}; {known}.\n" if reach.layers else "No layers to follow.\n"]
    ranked = sorted(reach.reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    if ranked:
        width = len(str(ranked[0][1]))
        lines.append("Not followed, and why:\n")
        lines += [f"{number:>{width}}  {reason}\n" for reason, number in ranked]
    return "".join(lines)


def _share(part: int, whole: int, what: str = "") -> str:
    return f"{part} of {whole}{what}" + (f" ({100 * part / whole:.1f} %)" if whole else "")
