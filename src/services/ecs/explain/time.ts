/** How long, for people: `40 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. Milliseconds; less than a second is `0 s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return "0 s";
  return parts
    .slice(first, first + 2)
    .flatMap(([count, unit]) => (count > 0 ? [`${count} ${unit}`] : []))
    .join(" ");
}

/** A time that is still to come, seen from `now`: `14:03:02 UTC, in 12 s`; of another day with its date. */
export function time(at: number, now: number): string {
  return `${clock(at, now)}, in ${duration(at - now)}`;
}

/** `14:03:02 UTC`, or with the date when that is not today. */
export function clock(at: number, now: number): string {
  const [day, hour] = new Date(at).toISOString().split("T");
  const today = new Date(now).toISOString().split("T")[0];
  return `${day === today ? "" : `${day} `}${hour!.slice(0, 8)} UTC`;
}

/** `1 task`, `2 tasks`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** The first few of many, so that no sentence grows without end. */
export function some(items: readonly string[], most = 5): string {
  const more = items.length - most;
  return more <= 0 ? items.join(", ") : `${items.slice(0, most).join(", ")} and ${more} more`;
}
