import { invalid } from "./handler.ts";

const longestName = 32;

/** Refuses what can't be the name of a load balancer or a target group. */
export function checkName(kind: "load balancer" | "target group", name: string): void {
  const what = kind === "load balancer" ? "Load balancer" : "Target group";
  if (name === "") throw invalid(`${what} name '' cannot be empty`);
  if (name.length > longestName) {
    throw invalid(`${what} name '${name}' cannot be longer than '${longestName}' characters`);
  }
  if (!/^[A-Za-z0-9-]+$/.test(name)) {
    throw invalid(`${what} name '${name}' can only contain characters that are alphanumeric characters or hyphens(-)`);
  }
  if (name.startsWith("-") || name.endsWith("-")) throw invalid(`${what} name '${name}' cannot begin or end with '-'`);
  if (kind === "load balancer" && name.startsWith("internal-")) {
    throw invalid(`${what} name '${name}' cannot begin with 'internal-'`);
  }
}
