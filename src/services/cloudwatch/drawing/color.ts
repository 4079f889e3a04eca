/** Red, green and blue, each 0 to 255. */
export type Color = readonly [number, number, number];

export const white: Color = [255, 255, 255];

/** `#1f77b4` or `#17b`. */
export function hexColor(text: string): Color {
  const digits = text.slice(1);
  const parts = digits.length === 3 ? [...digits].map((digit) => digit + digit) : digits.match(/../g)!;
  const [red, green, blue] = parts.map((part) => Number.parseInt(part, 16));
  return [red!, green!, blue!];
}

/** The colors of series in the order in which they are given out. */
const palette = [
  ...["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"],
  ...["#aec7e8", "#ffbb78", "#98df8a", "#ff9896", "#c5b0d5", "#c49c94", "#f7b6d2", "#c7c7c7", "#dbdb8d", "#9edae5"],
].map(hexColor);

export function paletteColor(position: number): Color {
  return palette[position % palette.length]!;
}
