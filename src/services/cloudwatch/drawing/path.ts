/** A closed outline: x and y in turn, in pixels from the top left. */
export type Polygon = readonly number[];

/** A point in pixels from the top left. */
export type Place = readonly [x: number, y: number];

export function rectangle(x: number, y: number, width: number, height: number): Polygon {
  return [x, y, x + width, y, x + width, y + height, x, y + height];
}

export function circle([x, y]: Place, radius: number): Polygon {
  const corners = Math.max(8, Math.ceil(radius * 6));
  return Array.from({ length: corners }, (_, i) => (i / corners) * 2 * Math.PI).flatMap((angle) => [
    x + radius * Math.cos(angle),
    y + radius * Math.sin(angle),
  ]);
}

/** A part of a ring, or with `inner` 0 of a disc, clockwise between two angles in radians; 0 is upwards. */
export function sector([x, y]: Place, radii: { inner: number; outer: number }, from: number, to: number): Polygon {
  const steps = Math.max(2, Math.ceil(((to - from) * radii.outer) / 2));
  const at = (radius: number, angle: number) => [x + radius * Math.sin(angle), y - radius * Math.cos(angle)];
  const angles = Array.from({ length: steps + 1 }, (_, i) => from + ((to - from) * i) / steps);
  const rim = angles.flatMap((angle) => at(radii.outer, angle));
  return radii.inner === 0
    ? [...rim, x, y]
    : [...rim, ...angles.toReversed().flatMap((angle) => at(radii.inner, angle))];
}

/** Stretches that meet in a smaller angle than this leave no gap between them to be filled. */
const straight = 0.2;

/** The outlines of a line through places: one a stretch, and discs where it turns. They all run the same way round. */
export function stroke(places: readonly Place[], width: number): Polygon[] {
  const half = width / 2;
  const outlines: Polygon[] = [];
  for (const [i, place] of places.entries()) {
    if (i > 0) outlines.push(...stretch(places[i - 1]!, place, half));
    if (i > 0 && i < places.length - 1 && turn(places[i - 1]!, place, places[i + 1]!) > straight) {
      outlines.push(circle(place, half));
    }
  }
  return outlines;
}

/** The angle between the directions before and after a place, in radians. */
function turn([x0, y0]: Place, [x1, y1]: Place, [x2, y2]: Place): number {
  const [ax, ay, bx, by] = [x1 - x0, y1 - y0, x2 - x1, y2 - y1];
  return Math.abs(Math.atan2(ax * by - ay * bx, ax * bx + ay * by));
}

function stretch([x0, y0]: Place, [x1, y1]: Place, half: number): Polygon[] {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length === 0) return [];
  const [dx, dy] = [((y1 - y0) / length) * half, ((x0 - x1) / length) * half];
  return [[x0 + dx, y0 + dy, x1 + dx, y1 + dy, x1 - dx, y1 - dy, x0 - dx, y0 - dy]];
}
