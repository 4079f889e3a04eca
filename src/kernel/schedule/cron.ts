/**
 * AWS's cron expressions: minutes, hours, day of month, month, day of week, year (EventBridge User Guide, "Setting a
 * schedule pattern"; EventBridge Scheduler User Guide, "Schedule types").
 */
export interface Cron {
  /** Ascending. */
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** 1 to 12. */
  readonly months: ReadonlySet<number>;
  readonly years: ReadonlySet<number>;
  /** Whether the day of a month is meant. */
  readonly isDay: (day: CalendarDay) => boolean;
}

export interface CalendarDay {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly daysInMonth: number;
  /** 1, Sunday, to 7. */
  readonly weekday: number;
}

export const firstYear = 1970;
export const lastYear = 2199;
const monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const dayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

interface Field {
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const fields = {
  minutes: { least: 0, most: 59 },
  hours: { least: 0, most: 23 },
  dayOfMonth: { least: 1, most: 31 },
  month: { least: 1, most: 12, names: monthNames },
  dayOfWeek: { least: 1, most: 7, names: dayNames },
  year: { least: firstYear, most: lastYear },
} satisfies Record<string, Field>;

/** Reads what is between the parentheses of `cron(...)`; undefined when it is none. */
export function parseCron(text: string): Cron | undefined {
  const parts = text.split(" ");
  if (parts.length !== 6) return undefined;
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year] = parts as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  // A day is given by one of the two fields; the other one says so.
  if ((dayOfMonth === "?") === (dayOfWeek === "?")) return undefined;
  const isDay = dayOfMonth === "?" ? weekdayRule(dayOfWeek) : monthDayRule(dayOfMonth);
  const values = [numbers(minutes, fields.minutes), numbers(hours, fields.hours)];
  const sets = [numbers(month, fields.month), numbers(year, fields.year)];
  if (isDay === undefined || [...values, ...sets].includes(undefined)) return undefined;
  return {
    ...{ minutes: values[0]!, hours: values[1]!, isDay },
    ...{ months: new Set(sets[0]!), years: new Set(sets[1]!) },
  };
}

type DayRule = Cron["isDay"];

function monthDayRule(text: string): DayRule | undefined {
  return anyOf(text, (item) => {
    if (item === "L") return ({ day, daysInMonth }) => day === daysInMonth;
    if (item === "LW") return (on) => on.day === nearestWeekday(on.daysInMonth, on);
    const near = /^(\d{1,2})W$/.exec(item);
    if (near === null) return dayIn(numbers(item, fields.dayOfMonth));
    const wanted = numberIn(near[1]!, fields.dayOfMonth);
    return wanted && ((on) => wanted <= on.daysInMonth && on.day === nearestWeekday(wanted, on));
  });
}

function weekdayRule(text: string): DayRule | undefined {
  return anyOf(text, (item) => {
    if (item === "L") return ({ weekday }) => weekday === 7;
    const last = /^(\w+)L$/.exec(item);
    const nth = /^(\w+)#([1-5])$/.exec(item);
    const wanted = numberIn((last ?? nth)?.[1] ?? "", fields.dayOfWeek);
    if (last !== null) {
      return wanted && (({ weekday, day, daysInMonth }) => weekday === wanted && day + 7 > daysInMonth);
    }
    if (nth !== null) {
      return wanted && (({ weekday, day }) => weekday === wanted && Math.ceil(day / 7) === Number(nth[2]));
    }
    const days = numbers(item, fields.dayOfWeek);
    return days && (({ weekday }) => days.includes(weekday));
  });
}

/** A day that one of the items means; undefined when an item means nothing. */
function anyOf(text: string, ruleOf: (item: string) => DayRule | undefined | 0): DayRule | undefined {
  const rules = text.split(",").map((item) => ruleOf(item.toUpperCase()) || undefined);
  if (rules.includes(undefined)) return undefined;
  return (on) => rules.some((rule) => rule!(on));
}

function dayIn(days: readonly number[] | undefined): DayRule | undefined {
  return days && (({ day }) => days.includes(day));
}

/** The day from Monday to Friday that is nearest to a day, within its month. */
function nearestWeekday(wanted: number, { weekday, day, daysInMonth }: CalendarDay): number {
  const at = (((weekday - 1 + (wanted - day)) % 7) + 7) % 7;
  if (at === 6) return wanted > 1 ? wanted - 1 : wanted + 2;
  if (at === 0) return wanted < daysInMonth ? wanted + 1 : wanted - 2;
  return wanted;
}

/** `*`, `5`, `1-5`, `0/15`, `10-30/5`, and lists of them: the numbers meant, ascending. */
function numbers(text: string, field: Field): readonly number[] | undefined {
  const found = new Set<number>();
  for (const item of text.split(",")) {
    const [, range = "", step] = /^([^/]+)(?:\/(\d+))?$/.exec(item) ?? [];
    const ends = endsOf(range, field, step !== undefined);
    const by = step === undefined ? 1 : Number(step);
    if (ends === undefined || by === 0) return undefined;
    for (let value = ends[0]; value <= ends[1]; value += by) found.add(value);
  }
  return [...found].sort((a, b) => a - b);
}

function endsOf(range: string, field: Field, hasStep: boolean): readonly [number, number] | undefined {
  if (range === "*") return [field.least, field.most];
  const [from, to, ...more] = range.split("-").map((text) => numberIn(text, field));
  if (from === undefined || more.length > 0) return undefined;
  if (!range.includes("-")) return [from, hasStep ? field.most : from];
  return to === undefined || to < from ? undefined : [from, to];
}

function numberIn(text: string, { least, most, names }: Field): number | undefined {
  const named = names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? named + least : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}
