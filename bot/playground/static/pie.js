// The round chart.

import { svg } from "./dom.js";

const RADIUS = 90;
const HOLE = 52;

function point(angle, radius) {
  return `${(100 + radius * Math.sin(angle)).toFixed(2)} ${(100 - radius * Math.cos(angle)).toFixed(2)}`;
}

function slice(from, to) {
  const large = to - from > Math.PI ? 1 : 0;
  return `M${point(from, RADIUS)} A${RADIUS} ${RADIUS} 0 ${large} 1 ${point(to, RADIUS)} L${point(to, HOLE)} A${HOLE} ${HOLE} 0 ${large} 0 ${point(from, HOLE)} Z`;
}

export function pieChart(chart, title) {
  const total = chart.segments.reduce((sum, segment) => sum + Math.max(0, segment.value), 0);
  let angle = 0;
  const slices = chart.segments.map((segment, at) => {
    const share = total ? Math.max(0, segment.value) / total : 0;
    const from = angle;
    // A full circle cannot be one arc: stop a hair before it closes.
    angle += Math.min(share * 2 * Math.PI, 2 * Math.PI - 0.0001);
    return svg("path", { d: slice(from, angle), class: `slice series-${at % 12}` }, svg("title", `${segment.label}: ${segment.value} (${Math.round(share * 100)}%)`));
  });
  const rounded = Math.round(total * 100) / 100;
  return svg("svg", { viewBox: "0 0 200 200", class: "pie", role: "img", "aria-label": `Pie chart: ${title}` },
    slices, svg("text", { x: 100, y: 106, class: "pie-total", "text-anchor": "middle" }, rounded.toLocaleString()));
}
