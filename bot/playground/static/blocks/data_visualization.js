// data_visualization: a title, the drawing, its legend, and the numbers for those who cannot see it.

import { areaChart, barChart, lineChart } from "../charts.js";
import { pieChart } from "../pie.js";
import { h, uid } from "../dom.js";

const CHARTS = { pie: pieChart, bar: barChart, area: areaChart, line: lineChart };

export function dataVisualization(block) {
  const chart = block.chart ?? {};
  const draw = CHARTS[chart.type];
  const id = uid("chart");
  if (!draw) return h("div", { class: "block-error", role: "note" }, `Unknown chart: ${chart.type}`);
  const names = chart.type === "pie" ? chart.segments.map((segment) => segment.label) : chart.series.map((series) => series.name);
  return h("figure", { class: `chart chart-${chart.type}`, "aria-labelledby": id },
    h("figcaption", { id, class: "chart-title" }, block.title),
    h("div", { class: "chart-body" }, draw(chart, block.title), legend(names, chart)),
    numbers(chart));
}

function legend(names, chart) {
  if (chart.type !== "pie" && names.length < 2) return null;
  const total = chart.type === "pie" ? chart.segments.reduce((sum, segment) => sum + segment.value, 0) : 0;
  return h("ul", { class: "legend" }, names.map((name, at) => h("li",
    h("span", { class: `key series-${at % 12}`, "aria-hidden": "true" }), h("span", name),
    total > 0 && h("span", { class: "legend-value" }, `${chart.segments[at].value} (${Math.round((chart.segments[at].value / total) * 100)}%)`))));
}

// The same values as a table, kept for screen readers.
function numbers(chart) {
  const rows = chart.type === "pie"
    ? chart.segments.map((segment) => [segment.label, segment.value])
    : chart.axis_config.categories.map((category) => [category, ...chart.series.map((series) => series.data.find((point) => point.label === category)?.value ?? "")]);
  const head = chart.type === "pie" ? ["", "Value"] : ["", ...chart.series.map((series) => series.name)];
  return h("table", { class: "visually-hidden" },
    h("thead", h("tr", head.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", rows.map(([label, ...values]) => h("tr", h("th", { scope: "row" }, label), values.map((value) => h("td", String(value)))))));
}
