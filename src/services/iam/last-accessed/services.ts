import { readFileSync } from "node:fs";
import { globMatcher } from "../policy/glob.ts";
import type { Statement } from "../policy/index.ts";
import { policyIn } from "../policy/validate.ts";

let names: ReadonlyMap<string, string> | undefined;

/** What AWS's services are called, by the prefixes of their actions; see codegen/service-authorization.ts. */
export function serviceNames(): ReadonlyMap<string, string> {
  names ??= new Map(
    Object.entries(
      JSON.parse(readFileSync(new URL(import.meta.resolve("#generated/iam/service-names.json")), "utf8")) as Record<
        string,
        string
      >,
    ),
  );
  return names;
}

/** Whether a policy's text allows at least some action of a service. A text that cannot be read allows nothing. */
export function grantsAccess(text: string): (serviceNamespace: string) => boolean {
  const document = policyIn(text);
  const tests = (document?.statements ?? []).filter(({ effect }) => effect === "Allow").map(statementTest);
  return (serviceNamespace) => tests.some((grants) => grants(serviceNamespace));
}

function statementTest({ action, notAction }: Statement): (serviceNamespace: string) => boolean {
  if (action !== undefined) {
    const tests = action.map((pattern) => globMatcher(vendorOf(pattern)));
    return (serviceNamespace) => tests.some((matches) => matches(serviceNamespace));
  }
  // All that is not named: of a service nothing is left only where all of it is.
  const tests = (notAction ?? [])
    .filter((pattern) => pattern === "*" || pattern.endsWith(":*"))
    .map((pattern) => globMatcher(vendorOf(pattern)));
  return (serviceNamespace) => !tests.some((matches) => matches(serviceNamespace));
}

/** `ecs` of `ecs:RunTask`; `*` stands for every service. */
function vendorOf(pattern: string): string {
  return pattern.split(":")[0]!.toLowerCase();
}
