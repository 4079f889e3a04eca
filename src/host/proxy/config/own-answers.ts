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

/** When the target's answer came: what tells answers of targets from the node's own, which have no such time. */
export const answeredLine = 'http-after-response set-var-fmt(txn.answered) "%Tr"';
/** The condition for an answer of the node itself, behind that line. */
export const isOwn = "{ var(txn.answered) -m str -- -1 }";

/** Once the answer's status is what the client gets. */
export const statusCountLines = statuses.map((status) =>
  countLine("http-after-response", status, `{ status ${status} } ${isOwn}`),
);
