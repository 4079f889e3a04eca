import { type Color, white } from "./color.ts";
import { type Bounds, coverageOf } from "./coverage.ts";
import { capHeight, textOutlines, textWidth } from "./font.ts";
import { type Place, type Polygon, rectangle, stroke } from "./path.ts";

export interface TextStyle {
  readonly size: number;
  readonly color: Color;
  /** Where the text is about its place; by default it begins there. */
  readonly align?: "start" | "middle" | "end";
  /** Heavier strokes. */
  readonly bold?: boolean;
}

/** The fewer, the less is looked at around a line, and the more often. */
const placesAtOnce = 48;

/** A picture that is drawn on, from the back to the front. It begins white. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each pixel, row by row. */
  readonly pixels: Uint8Array;
  private bounds: Bounds;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height * 3).fill(white[0]);
    this.bounds = { left: 0, top: 0, right: width, bottom: height };
  }

  /** Fills polygons, as one shape, with a color; `opacity` is 0 to 1. */
  fill(polygons: readonly Polygon[], color: Color, opacity = 1): void {
    const shape = coverageOf(polygons, this.bounds);
    if (shape === undefined) return;
    const { left, top, width, height, stride, values } = shape;
    const { pixels } = this;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const covered = values[row * stride + column]!;
        // Less than that is what sums of fractions leave behind.
        if (covered < 1e-4) continue;
        const part = covered * opacity;
        const at = ((top + row) * this.width + left + column) * 3;
        for (let i = 0; i < 3; i++) pixels[at + i] = Math.round(pixels[at + i]! * (1 - part) + color[i]! * part);
      }
    }
  }

  /** From now on what is drawn is cut off at these bounds; gives what takes them away again. */
  clip({ left, top, right, bottom }: Bounds): () => void {
    const whole = this.bounds;
    this.bounds = {
      left: Math.max(whole.left, Math.floor(left)),
      top: Math.max(whole.top, Math.floor(top)),
      right: Math.min(whole.right, Math.ceil(right)),
      bottom: Math.min(whole.bottom, Math.ceil(bottom)),
    };
    return () => {
      this.bounds = whole;
    };
  }

  rectangle(x: number, y: number, width: number, height: number, color: Color, opacity = 1): void {
    this.fill([rectangle(x, y, width, height)], color, opacity);
  }

  line(places: readonly Place[], width: number, color: Color, opacity = 1): void {
    // What is seen through is drawn at once, for where parts of it meet it would be thicker.
    const part = opacity < 1 ? places.length : placesAtOnce;
    for (let from = 0; from < Math.max(1, places.length - 1); from += part) {
      // One place more on both sides, so that they meet as they would in one.
      this.fill(stroke(places.slice(Math.max(0, from - 1), from + part + 1), width), color, opacity);
    }
  }

  /** Writes a text whose baseline is at `y`, which is rounded: letters stand on pixels. */
  text(text: string, x: number, y: number, { size, color, align = "start", bold = false }: TextStyle): void {
    const width = align === "start" ? 0 : textWidth(text, size);
    const start = align === "middle" ? x - width / 2 : x - width;
    this.fill(textOutlines(text, start, Math.round(y), size), color);
    if (bold) this.fill(textOutlines(text, start + size / 36, Math.round(y), size), color);
  }

  /** The same, with its capitals centered about `y`. */
  textAbout(text: string, x: number, y: number, style: TextStyle): void {
    this.text(text, x, y + (style.size * capHeight) / 2, style);
  }
}
