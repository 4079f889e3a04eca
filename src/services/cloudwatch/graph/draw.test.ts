import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Canvas } from "../drawing/canvas.ts";
import { type Color, hexColor, paletteColor } from "../drawing/color.ts";
import { drawPicture as drawing } from "./draw.ts";
import type { DrawnSeries, Picture } from "./picture.ts";

const blue = paletteColor(0);
const orange = paletteColor(1);
const start = 1_777_000_000;
const minutes = Array.from({ length: 60 }, (_, i) => start + i * 60);

function series(values: readonly number[], more: Partial<DrawnSeries> = {}): DrawnSeries {
  const times = minutes.slice(0, values.length);
  return { label: "load", color: blue, side: "left", times, values, periodSeconds: 60, unit: "Percent", ...more };
}

function picture(drawn: readonly DrawnSeries[], more: Partial<Picture> = {}): Picture {
  const axes = { left: { min: 0, max: 100, showUnits: true }, right: { showUnits: true } };
  return {
    ...{ width: 600, height: 400, view: "timeSeries", stacked: false, sparkline: false, fullPrecision: false },
    ...{ legend: "bottom", axes, horizontal: [], vertical: [], start, end: start + 3600, zoneMinutes: 0 },
    ...{ series: drawn, ...more },
  };
}

/** To the end. */
function drawPicture(of: Picture): Canvas {
  const steps = drawing(of);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

function at({ pixels, width }: Canvas, x: number, y: number): Color {
  const [red, green, blue] = pixels.subarray((y * width + x) * 3);
  return [red!, green!, blue!];
}

const near = (a: Color, b: Color, by = 40) => a.every((value, i) => Math.abs(value - b[i]!) <= by);

/** Where a color is in a column of pixels: the first and the last row. */
function rowsOf(canvas: Canvas, x: number, color: Color, by = 40): [number, number] | undefined {
  const rows = Array.from({ length: canvas.height }, (_, y) => y).filter((y) => near(at(canvas, x, y), color, by));
  return rows.length === 0 ? undefined : [rows[0]!, rows.at(-1)!];
}

/** How many pixels of a part are not white: ink. */
function ink(canvas: Canvas, left: number, top: number, right: number, bottom: number): number {
  let count = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) if (at(canvas, x, y).some((value) => value < 200)) count++;
  }
  return count;
}

describe("a graph over time", () => {
  // With fixed ends of the axis the plot lies between its highest and its lowest line.
  const full = drawPicture(picture([series(minutes.map(() => 100))]));
  const zero = drawPicture(picture([series(minutes.map(() => 0))]));
  const top = rowsOf(full, 300, blue)![0];
  const bottom = rowsOf(zero, 300, blue)![0];

  test("its line passes where the data is", () => {
    assert.ok(bottom - top > 250, `${top} to ${bottom}`);
    const canvas = drawPicture(picture([series(minutes.map((_time, i) => (i * 100) / 60))]));
    for (const x of [100, 200, 300, 400, 500]) {
      const [from, to] = rowsOf(canvas, x, blue, 90)!;
      const left = 40;
      const right = 588;
      const expected = bottom - ((x - left) / (right - left)) * (bottom - top);
      assert.ok(Math.abs((from + to) / 2 - expected) < 4, `${x}: ${from} to ${to}, expected ${expected}`);
      assert.ok(to - from < 6, "it is thin");
    }
  });

  test("where there is no data is no line, and a point alone is a dot", () => {
    const times = [minutes[0]!, minutes[1]!, minutes[30]!, minutes[58]!, minutes[59]!];
    const canvas = drawPicture(picture([series([50, 50, 50, 50, 50], { times })]));
    assert.equal(rowsOf(canvas, 200, blue), undefined);
    const columns = Array.from({ length: 100 }, (_, i) => 264 + i).filter((x) => rowsOf(canvas, x, blue));
    assert.ok(columns.length >= 3 && columns.length <= 6, `a dot of ${columns.length} columns`);
  });

  test("what is beyond the axis is cut off", () => {
    const canvas = drawPicture(picture([series(minutes.map((_time, i) => (i % 2 ? 500 : -500)))]));
    for (let x = 60; x < 580; x++) {
      const [from, to] = rowsOf(canvas, x, blue) ?? [top, bottom];
      assert.ok(from >= top - 3 && to <= bottom + 3 && to < 345, `${x}: ${from} to ${to}`);
    }
  });

  test("areas lie upon each other", () => {
    const low = series(minutes.map(() => 30));
    const high = series(
      minutes.map(() => 30),
      { color: orange },
    );
    const canvas = drawPicture(picture([low, high], { stacked: true }));
    const y = (value: number) => Math.round(bottom - (value / 100) * (bottom - top));
    assert.ok(near(at(canvas, 300, y(10)), [133, 180, 213], 12), `${at(canvas, 300, y(10))}`);
    assert.ok(near(at(canvas, 300, y(45)), [255, 185, 122], 12), `${at(canvas, 300, y(45))}`);
    assert.ok(near(at(canvas, 300, y(90)), [255, 255, 255]), "above them is nothing");
    assert.ok(near(at(canvas, 300, y(60)), orange, 60));
  });

  test("title, unit, times and legend are written", () => {
    const plain = drawPicture(picture([series([])], { legend: "hidden" }));
    const written = drawPicture(picture([series(minutes.map(() => 50))], { title: "A title of a graph" }));
    assert.equal(ink(plain, 0, 0, 600, 12), 0);
    assert.ok(ink(written, 12, 12, 150, 30) > 150, "title");
    assert.equal(ink(written, 200, 12, 600, 30), 0);
    assert.ok(ink(written, 12, 34, 60, 50) > 40, "unit");
    assert.ok(ink(written, 12, 50, 38, 350) > 100, "values");
    assert.ok(ink(written, 40, 350, 588, 368) > 100, "times");
    assert.ok(ink(written, 30, 370, 60, 390) > 20, "legend");
    assert.ok(ink(plain, 240, 150, 360, 220) > 100, "that there is no data");
  });

  test("a threshold is drawn, what is above it is shaded", () => {
    const line = { value: 75, side: "left", fill: "above", color: hexColor("#d62728"), label: "scale out" } as const;
    const canvas = drawPicture(picture([series(minutes.map(() => 10))], { horizontal: [line] }));
    const y = Math.round(bottom - 0.75 * (bottom - top));
    assert.ok(rowsOf(canvas, 42, line.color, 90) !== undefined);
    const shade = at(canvas, 300, y - 30);
    assert.ok(shade[0] > 240 && shade[1] < 240 && shade[2] < 240, `${shade}`);
    assert.deepEqual(at(canvas, 300, y + 30), [255, 255, 255]);
  });
});

describe("other views", () => {
  const drawn = [series([25]), series([75], { color: orange })];

  test("a pie gives each its part", () => {
    const { pixels } = drawPicture(picture(drawn, { view: "pie" }));
    let [blues, oranges] = [0, 0];
    for (let i = 0; i < pixels.length; i += 3) {
      const color: Color = [pixels[i]!, pixels[i + 1]!, pixels[i + 2]!];
      if (near(color, blue, 3)) blues++;
      if (near(color, orange, 3)) oranges++;
    }
    assert.ok(Math.abs(oranges / blues - 3) < 0.15, `${oranges} to ${blues}`);
  });

  test("bars are as high as their values", () => {
    const canvas = drawPicture(picture(drawn, { view: "bar", legend: "hidden" }));
    const heights = [blue, orange].map((color) => {
      const rows = [];
      for (let x = 40; x < 590; x++) {
        const found = rowsOf(canvas, x, color, 3);
        if (found) rows.push(found[1] - found[0] + 1);
      }
      return Math.max(...rows);
    });
    assert.ok(Math.abs(heights[1]! / heights[0]! - 3) < 0.1, `${heights}`);
  });

  test("a number is large", () => {
    const canvas = drawPicture(picture([series([42])], { view: "singleValue", height: 200 }));
    assert.ok(ink(canvas, 12, 60, 200, 140) > 600);
  });

  test("a gauge is filled as far as its value goes", () => {
    const canvas = drawPicture(picture([series([100])], { view: "gauge" }));
    const empty = drawPicture(picture([series([0])], { view: "gauge" }));
    const count = ({ pixels }: Canvas) =>
      pixels.filter((value, i) => i % 3 === 0 && Math.abs(value - blue[0]) < 3).length;
    assert.ok(count(canvas) > 5000 && count(empty) < 50, `${count(canvas)} and ${count(empty)}`);
  });
});

test("every view is drawn at every size, with and without data", () => {
  const some = [series([1, 2, 3]), series([]), series([-1, Number.POSITIVE_INFINITY], { side: "right" })];
  for (const view of ["timeSeries", "singleValue", "gauge", "bar", "pie"] as const) {
    for (const [width, height] of [
      [1, 1],
      [30, 20],
      [20, 300],
      [300, 40],
      [2000, 30],
    ] as const) {
      for (const drawn of [some, [series([])], [series([0])]]) {
        for (const legend of ["bottom", "right"] as const) {
          const of = picture(drawn, { view, width, height, legend, title: "Ein Titel", stacked: width === 300 });
          const canvas = drawPicture(of);
          assert.equal(canvas.pixels.length, width * height * 3);
        }
      }
    }
  }
});
