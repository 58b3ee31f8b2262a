"""Curves as SVG that needs nothing else, readable on light and dark pages."""

import html
import math

WIDTH, HEIGHT = 760, 460
LEFT, RIGHT, TOP, BOTTOM = 70, 190, 44, 50
COLOURS = ("#d1495b", "#2e86ab", "#3b8b5a", "#8f5fbf", "#c98a1b", "#5a6b7b", "#b0487f", "#1f9e9e")


def recall_against_rate(title, curves):
    """Of titles and points (recall, queries a second), the rate on a logarithmic axis; recalls below 0.7 are left out."""
    curves = [(name, [point for point in points if point[0] >= 0.7]) for name, points in curves]
    curves = [(name, points) for name, points in curves if points]
    rates = [rate for _, points in curves for _, rate in points]
    low, high = math.floor(math.log10(min(rates))), math.ceil(math.log10(max(rates)))

    def x(recall):
        return LEFT + (recall - 0.7) / 0.3 * (WIDTH - LEFT - RIGHT)

    def y(rate):
        return HEIGHT - BOTTOM - (math.log10(rate) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="24" font-size="15" fill="#222">{html.escape(title)}</text>',
    ]
    for step in range(7):
        recall = 0.7 + 0.05 * step
        parts.append(f'<line x1="{x(recall):.1f}" y1="{TOP}" x2="{x(recall):.1f}" y2="{HEIGHT - BOTTOM}" stroke="#ddd"/>')
        parts.append(f'<text x="{x(recall):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle" fill="#444">{recall:.2f}</text>')
    for power in range(low, high + 1):
        rate = 10**power
        parts.append(f'<line x1="{LEFT}" y1="{y(rate):.1f}" x2="{WIDTH - RIGHT}" y2="{y(rate):.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(rate) + 4:.1f}" text-anchor="end" fill="#444">{rate:,}</text>')
    for number, (name, points) in enumerate(curves):
        colour = COLOURS[number % len(COLOURS)]
        dash = "" if number < len(COLOURS) else ' stroke-dasharray="5 3"'
        line = " ".join(f"{x(recall):.1f},{y(rate):.1f}" for recall, rate in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        for recall, rate in points:
            parts.append(
                f'<circle cx="{x(recall):.1f}" cy="{y(rate):.1f}" r="3" fill="{colour}">'
                f"<title>{html.escape(name)}: {recall:.3f}, {rate:,.0f}/s</title></circle>"
            )
        place = TOP + 10 + 20 * number
        parts.append(f'<line x1="{WIDTH - RIGHT + 14}" y1="{place}" x2="{WIDTH - RIGHT + 38}" y2="{place}" stroke="{colour}" stroke-width="2"{dash}/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 44}" y="{place + 4}" fill="#222">{html.escape(name)}</text>')
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle" fill="#222">recall</text>')
    parts.append(f'<text x="18" y="{middle}" text-anchor="middle" fill="#222" transform="rotate(-90 18 {middle})">queries a second</text>')
    return "\n".join([*parts, "</svg>", ""])
