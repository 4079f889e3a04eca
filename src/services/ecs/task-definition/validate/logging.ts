import type { LogConfiguration } from "#generated/ecs/types.ts";
import { readAwslogsOptions } from "#kernel/awslogs-options.ts";
import { eachContainer, type Rule } from "./rule.ts";

type Options = Readonly<Record<string, string>>;

/** The log drivers of this platform; each says what is wrong with its options. */
const drivers: Readonly<Record<string, (options: Options) => string | undefined>> = {
  awslogs(options) {
    const read = readAwslogsOptions(options);
    return typeof read === "string" ? read : undefined;
  },
  // The engine keeps the output as long as the container: there is no rotation to choose.
  "json-file"(options) {
    const given = Object.keys(options);
    return given.length > 0 ? `Log driver json-file disallows options: ${given.join(", ")}` : undefined;
  },
};

/** What is wrong with a log configuration; undefined: it can be had. */
export function logProblem({ logDriver, options = {} }: LogConfiguration): string | undefined {
  const driver = Object.hasOwn(drivers, logDriver) ? drivers[logDriver] : undefined;
  if (driver !== undefined) return driver(options);
  return `Unsupported log driver '${logDriver}': this platform has [${Object.keys(drivers).join(", ")}].`;
}

const options = eachContainer(function* ({ logConfiguration }) {
  const problem = logConfiguration && logProblem(logConfiguration);
  if (problem !== undefined) yield problem;
});

export const loggingRules: readonly Rule[] = [options];
