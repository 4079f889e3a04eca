import { readFileSync } from "node:fs";
import type { Polygon } from "./path.ts";

/**
 * The outlines of Roboto's letters (`codegen/roboto.py`), in units of 1/1024 of the size: the advance, and contours as
 * in SVG (`M` move, `L` line, `Q` quadratic curve), y upwards from the baseline.
 */
interface Font {
  readonly unitsPerEm: number;
  readonly glyphs: Readonly<Record<string, readonly [advance: number, outline: string]>>;
}

let loaded: Font | undefined;

/** It is read when something is written for the first time. */
function font(): Font {
  loaded ??= readFont();
  return loaded;
}

function readFont(): Font {
  return JSON.parse(readFileSync(new URL(import.meta.resolve("#generated/fonts/roboto.json")), "utf8")) as Font;
}

/** The height of capitals, as a part of the size. */
export const capHeight = 0.711;

/** In pixels. */
export function textWidth(text: string, size: number): number {
  return [...text].reduce((sum, letter) => sum + glyphOf(letter)[0], 0) * (size / font().unitsPerEm);
}

/** As much of a text as has room, with an ellipsis where it is cut. */
export function fitText(text: string, size: number, room: number): string {
  if (textWidth(text, size) <= room) return text;
  const letters = [...text];
  while (letters.length > 0 && textWidth(`${letters.join("")}…`, size) > room) letters.pop();
  return letters.length === 0 ? "" : `${letters.join("").trimEnd()}…`;
}

/** The outlines of a text that begins at `x` on the baseline `y`. */
export function textOutlines(text: string, x: number, y: number, size: number): Polygon[] {
  const scale = size / font().unitsPerEm;
  let at = x;
  return [...text].flatMap((letter) => {
    const [advance, outline] = glyphOf(letter);
    const shape = contoursOf(outline).map((contour) =>
      contour.map((value, i) => (i % 2 === 0 ? at + value * scale : y - value * scale)),
    );
    at += advance * scale;
    return shape;
  });
}

/** What the font does not have is a box. */
const missing = [560, "M80 0L480 0L480 700L80 700M140 60L140 640L420 640L420 60"] as const;

function glyphOf(letter: string): readonly [number, string] {
  const { glyphs } = font();
  return Object.hasOwn(glyphs, letter) ? glyphs[letter]! : missing;
}

const curveSteps = 4;

/** Contours with their curves as lines. */
function contoursOf(outline: string): number[][] {
  return outline
    .split("M")
    .slice(1)
    .map((contour) => {
      const points: number[] = [];
      for (const [, kind, numbers] of `L${contour}`.matchAll(/([LQ])([^LQ]*)/g)) {
        const values = numbers!.split(" ").map(Number);
        if (kind === "L") points.push(...values);
        else addCurve(points, values as [number, number, number, number]);
      }
      return points;
    });
}

function addCurve(points: number[], [cx, cy, x, y]: readonly [number, number, number, number]): void {
  const [x0, y0] = points.slice(-2) as [number, number];
  for (let step = 1; step <= curveSteps; step++) {
    const t = step / curveSteps;
    const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
    points.push(a * x0 + b * cx + c * x, a * y0 + b * cy + c * y);
  }
}
