import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodePng } from "../../../../test/support/png.ts";
import { Canvas } from "./canvas.ts";
import { hexColor } from "./color.ts";
import { coverageOf } from "./coverage.ts";
import { fitText, textWidth } from "./font.ts";
import { circle, rectangle, stroke } from "./path.ts";
import { encodePng } from "./png.ts";

test("a picture comes back from its file", async () => {
  const canvas = new Canvas(37, 11);
  canvas.rectangle(3, 2, 10, 5, hexColor("#123456"));
  canvas.line(
    [
      [0, 0],
      [37, 11],
    ],
    2,
    hexColor("#f80"),
  );
  const { width, height, pixels } = decodePng(await encodePng(canvas));
  assert.deepEqual([width, height], [37, 11]);
  assert.deepEqual(pixels, canvas.pixels);
});

describe("the area that shapes cover", () => {
  const bounds = { left: 0, top: 0, right: 100, bottom: 100 };
  const sum = (polygons: Parameters<typeof coverageOf>[0], within = bounds) =>
    coverageOf(polygons, within)?.values.reduce((a, b) => a + b, 0) ?? 0;
  const hole = [10, 10, 10, 30, 30, 30, 30, 10];
  const cases: readonly [what: string, area: number, expected: number][] = [
    ["whole pixels", sum([rectangle(10, 10, 20, 5)]), 100],
    ["parts of pixels", sum([rectangle(10.25, 10.5, 0.5, 3)]), 1.5],
    ["a triangle", sum([[10, 10, 60, 10, 10, 35]]), 625],
    ["a circle", sum([circle([50, 50], 20)]), Math.PI * 400],
    ["a hole", sum([rectangle(0, 0, 40, 40), hole]), 1200],
    ["what is outside", sum([rectangle(-50, -50, 60, 60)]), 100],
    ["nothing", sum([rectangle(200, 10, 20, 5)]), 0],
    ["a part of the picture", sum([rectangle(0, 0, 100, 100)], { left: 20, top: 30, right: 40, bottom: 35 }), 100],
    [
      "a line",
      sum(
        stroke(
          [
            [10, 50],
            [90, 50],
          ],
          3,
        ),
      ),
      240,
    ],
  ];
  for (const [what, area, expected] of cases) {
    test(what, () => assert.ok(Math.abs(area - expected) <= expected * 0.015, `${area}, not ${expected}`));
  }
});

test("texts are cut to their room", () => {
  const text = "CPUUtilization of the service";
  assert.equal(fitText(text, 11, 1000), text);
  const cut = fitText(text, 11, 80);
  assert.match(cut, /^CPUUtil.*…$/);
  assert.ok(textWidth(cut, 11) <= 80);
  assert.equal(fitText(text, 11, 3), "");
  assert.ok(textWidth("漢", 11) > 0, "what the font does not have is a box");
});
