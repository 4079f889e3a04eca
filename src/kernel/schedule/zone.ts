/**
 * Wall time in a time zone, by the tz database that Node.js carries (`Intl`). A wall time is written as the
 * milliseconds since the epoch that it would be in UTC. Pure: the same zone and time give the same answer.
 */

const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether the name is one of the tz database: `Europe/Berlin`, `UTC`. */
export function isTimeZone(name: string): boolean {
  return formatOf(name) !== undefined;
}

/** What clocks in the zone show at a moment. */
export function wallTimeAt(moment: number, zone: string): number {
  if (zone === "UTC") return moment;
  const seconds = Math.floor(moment / 1000);
  const shown = new Map(
    formatOf(zone)!
      .formatToParts(seconds * 1000)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const [year, month, day] = [shown.get("year")!, shown.get("month")! - 1, shown.get("day")!];
  const wall = Date.UTC(year, month, day, shown.get("hour")!, shown.get("minute")!, shown.get("second")!);
  return wall + (moment - seconds * 1000);
}

const dayMs = 86_400_000;

/**
 * The moment at which clocks in the zone show this time: the first one where they show it twice, undefined where they
 * never do, because they were put forward.
 */
export function momentOf(wall: number, zone: string): number | undefined {
  if (zone === "UTC") return wall;
  // Clocks are never changed twice within two days: what is in force a day before or after is in force now.
  const offsets = [wall - dayMs, wall + dayMs].map((near) => wallTimeAt(near, zone) - near);
  const moments = offsets.map((offset) => wall - offset).filter((moment) => wallTimeAt(moment, zone) === wall);
  return moments.length === 0 ? undefined : Math.min(...moments);
}

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  // `Intl` takes bare offsets too, which the tz database does not name.
  if (!/^[A-Za-z]/.test(zone)) return undefined;
  try {
    const made = new Intl.DateTimeFormat("en-US", {
      ...{ timeZone: zone, calendar: "gregory", hourCycle: "h23" },
      ...{ year: "numeric", month: "numeric", day: "numeric" },
      ...{ hour: "numeric", minute: "numeric", second: "numeric" },
    });
    formats.set(zone, made);
    return made;
  } catch {
    // A RangeError: there is no such zone.
    return undefined;
  }
}
