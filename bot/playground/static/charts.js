// Bars, areas and lines on two axes, drawn as SVG.

import { svg } from "./dom.js";

const WIDTH = 560;
const HEIGHT = 260;
const TOP = 12;
const RIGHT = 12;

// Round steps of 1, 2, 2.5 or 5 times a power of ten that cover the values, zero always included.
export function ticks(low, high, wanted = 5) {
  const bottom = Math.min(0, low);
  const top = high > bottom ? Math.max(0, high) : bottom + 1;
  const rough = (top - bottom) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((each) => each >= rough - 1e-9);
  const from = Math.floor(bottom / step + 1e-9) * step;
  const count = Math.ceil((top - from) / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, at) => Number((from + at * step).toPrecision(10)));
}

function number(value) {
  return Math.abs(value) >= 10_000 ? new Intl.NumberFormat(undefined, { notation: "compact" }).format(value) : value.toLocaleString();
}

class Plane {
  constructor(chart) {
    const { categories, x_label: xLabel, y_label: yLabel } = chart.axis_config;
    this.categories = categories;
    this.series = chart.series.map((series) => ({
      name: series.name,
      values: categories.map((category) => series.data.find((point) => point.label === category)?.value ?? null),
    }));
    const all = this.series.flatMap((series) => series.values).filter((value) => value !== null);
    this.ticks = ticks(Math.min(0, ...all), Math.max(0, ...all));
    const longest = Math.max(...this.ticks.map((tick) => number(tick).length));
    this.left = 14 + longest * 7 + (yLabel ? 18 : 0);
    this.slanted = this.#labelsCollide();
    this.bottom = HEIGHT - (this.slanted ? 62 : 26) - (xLabel ? 18 : 0);
    this.xLabel = xLabel;
    this.yLabel = yLabel;
  }

  get band() {
    return (WIDTH - this.left - RIGHT) / this.categories.length;
  }

  #labelsCollide() {
    const longest = Math.max(...this.categories.map((category) => category.length));
    return longest * 6.6 + 6 > this.band;
  }

  x(at) {
    return this.left + this.band * (at + 0.5);
  }

  y(value) {
    const low = this.ticks[0];
    const high = this.ticks.at(-1);
    return this.bottom - ((value - low) / (high - low)) * (this.bottom - TOP);
  }

  axes() {
    const lines = this.ticks.map((tick) => svg("g",
      svg("line", { class: tick === 0 ? "axis" : "grid", x1: this.left, x2: WIDTH - RIGHT, y1: this.y(tick), y2: this.y(tick) }),
      svg("text", { class: "tick", x: this.left - 7, y: this.y(tick) + 4, "text-anchor": "end" }, number(tick))));
    const labels = this.categories.map((category, at) => this.slanted
      ? svg("text", { class: "tick", "text-anchor": "end", transform: `translate(${this.x(at) + 4} ${this.bottom + 14}) rotate(-35)` }, shorten(category, 14))
      : svg("text", { class: "tick", "text-anchor": "middle", x: this.x(at), y: this.bottom + 18 }, category));
    const middle = (TOP + this.bottom) / 2;
    return [
      ...lines, ...labels,
      this.xLabel && svg("text", { class: "axis-label", "text-anchor": "middle", x: (this.left + WIDTH - RIGHT) / 2, y: HEIGHT - 4 }, this.xLabel),
      this.yLabel && svg("text", { class: "axis-label", "text-anchor": "middle", transform: `translate(13 ${middle}) rotate(-90)` }, this.yLabel),
    ];
  }

  tip(series, at) {
    return svg("title", `${series.name}, ${this.categories[at]}: ${series.values[at]}`);
  }

  draw(kind, title, marks) {
    return svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "plot", role: "img", "aria-label": `${kind} chart: ${title}` }, this.axes(), marks);
  }

  points(series) {
    return series.values.map((value, at) => (value === null ? null : [this.x(at), this.y(value), at])).filter(Boolean);
  }

  dots(series, index) {
    return this.points(series).map(([x, y, at]) => svg("circle", { class: `dot series-${index % 12}`, cx: x, cy: y, r: 3.2 }, this.tip(series, at)));
  }
}

function shorten(text, most) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

export function barChart(chart, title) {
  const plane = new Plane(chart);
  const group = plane.band * 0.72;
  const wide = Math.min(group / plane.series.length, 46);
  const zero = plane.y(0);
  const bars = plane.series.flatMap((series, index) => series.values.map((value, at) => {
    if (value === null) return null;
    const x = plane.x(at) - (wide * plane.series.length) / 2 + wide * index;
    const y = plane.y(value);
    return svg("rect", { class: `bar series-${index % 12}`, x: x + 0.5, y: Math.min(y, zero), width: Math.max(1, wide - 1), height: Math.max(0.5, Math.abs(zero - y)), rx: 2 }, plane.tip(series, at));
  }));
  return plane.draw("Bar", title, bars);
}

function path(points) {
  return points.map(([x, y], at) => `${at ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join(" ");
}

export function lineChart(chart, title) {
  const plane = new Plane(chart);
  const marks = plane.series.map((series, index) => svg("g", svg("path", { class: `stroke series-${index % 12}`, d: path(plane.points(series)) }), plane.dots(series, index)));
  return plane.draw("Line", title, marks);
}

export function areaChart(chart, title) {
  const plane = new Plane(chart);
  const zero = plane.y(0).toFixed(1);
  const marks = plane.series.map((series, index) => {
    const points = plane.points(series);
    if (!points.length) return null;
    const outline = path(points);
    const closed = `${outline} L${points.at(-1)[0].toFixed(1)} ${zero} L${points[0][0].toFixed(1)} ${zero} Z`;
    return svg("g", svg("path", { class: `area series-${index % 12}`, d: closed }), svg("path", { class: `stroke series-${index % 12}`, d: outline }), plane.dots(series, index));
  });
  return plane.draw("Area", title, marks);
}
