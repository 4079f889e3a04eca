import type { OwnAnswers } from "#kernel/load-balancing.ts";

/** What is counted of the answers that do not come from targets: statuses, and fixed responses of any status. */
export const ownAnswers: readonly (keyof OwnAnswers)[] = ["500", "502", "503", "504", "fixed"];
const statuses = ownAnswers.filter((name) => name !== "fixed");

/** The variable of the process that counts them. HAProxy's own counters know classes of statuses only. */
export function ownAnswersVariable(name: keyof OwnAnswers): string {
  return `proc.own_${name}`;
}

function countLine(rule: string, name: keyof OwnAnswers, when: string): string {
  const variable = ownAnswersVariable(name);
  return `${rule} set-var(${variable}) var(${variable},0),add(1) if ${when}`;
}

/** For a fixed response that is given when this holds. */
export function fixedCountLine(when: string): string {
  return countLine("http-request", "fixed", when);
}

/** Tells answers of targets. */
export const answeredLine = "http-response set-var(txn.answered) bool(true) if { status ge 500 }";

/** Once the answer's status is what the client gets. */
export const statusCountLines = statuses.map((status) =>
  countLine("http-after-response", status, `{ status ${status} } !{ var(txn.answered) -m found }`),
);
