import type { FilterCondition } from "#generated/servicediscovery/types.ts";
import { Fault } from "#kernel/fault.ts";

interface Filter {
  readonly Name: string;
  readonly Values: readonly string[];
  readonly Condition?: FilterCondition;
}

/** What a list can be filtered by: the conditions that it knows, and the values of an item. */
export interface FilterRule<T> {
  readonly conditions: readonly FilterCondition[];
  readonly values: (item: T) => readonly string[];
}
export type FilterRules<T> = Readonly<Record<string, FilterRule<T>>>;

/** Whether an item passes all filters. Refuses filters that the list does not know, or that have wrong values. */
export function filterOf<T>(rules: FilterRules<T>, filters: readonly Filter[] = []): (item: T) => boolean {
  const tests = filters.map((filter) => testOf(rules[filter.Name], filter));
  return (item) => tests.every((test) => test(item));
}

function testOf<T>(rule: FilterRule<T> | undefined, { Name, Values, Condition }: Filter): (item: T) => boolean {
  if (rule === undefined) throw new Fault("InvalidInput", `The filter name '${Name}' isn't valid.`);
  const condition = Condition ?? rule.conditions[0]!;
  if (!rule.conditions.includes(condition)) {
    const message = `The filter condition '${condition}' isn't valid for the filter '${Name}'.`;
    throw new Fault("InvalidInput", message);
  }
  checkCount(Name, condition, Values);
  const [first = "", last = ""] = Values;
  if (condition === "BETWEEN") return between(rule, Name, first, last);
  if (condition === "BEGINS_WITH") return (item) => rule.values(item).some((value) => value.startsWith(first));
  return (item) => rule.values(item).some((value) => Values.includes(value));
}

function checkCount(name: string, condition: FilterCondition, values: readonly string[]): void {
  const wanted = condition === "BETWEEN" ? 2 : 1;
  if (condition === "IN" ? values.length > 0 : values.length === wanted) return;
  const count = condition === "IN" ? "at least one value" : wanted === 1 ? "exactly one value" : "two values";
  throw new Fault("InvalidInput", `The filter '${name}' with the condition '${condition}' takes ${count}.`);
}

/** Times in Unix date and time format, in seconds or in milliseconds as the API's own values are accurate to. */
function between<T>(rule: FilterRule<T>, name: string, first: string, last: string): (item: T) => boolean {
  const [from, to] = [timeIn(first), timeIn(last)];
  if (Number.isNaN(from) || Number.isNaN(to) || from > to) {
    const message = `The filter '${name}' takes a start date and an end date in Unix date/time format.`;
    throw new Fault("InvalidInput", message);
  }
  return (item) => rule.values(item).some((value) => Number(value) >= from && Number(value) <= to);
}

/** From this number on a time can only be meant in milliseconds: in seconds it is the year 5138. */
const millisecondsFrom = 1e11;

function timeIn(text: string): number {
  const time = text.trim() === "" ? Number.NaN : Number(text);
  return time < millisecondsFrom ? time * 1000 : time;
}

/** `RESOURCE_OWNER`: nothing is shared between accounts, so all is one's own. */
export const resourceOwner: FilterRule<unknown> = { conditions: ["EQ"], values: () => ["SELF"] };
