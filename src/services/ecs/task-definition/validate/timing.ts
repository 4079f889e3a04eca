import { eachContainer, listed, type Rule, within } from "./rule.ts";

/** Field of a health check -> its bounds; all but `retries` are seconds. */
const healthCheckBounds = {
  interval: [5, 300],
  timeout: [2, 60],
  retries: [1, 10],
  startPeriod: [0, 300],
} as const;
const maxIgnoredExitCodes = 50;

const healthCheck = eachContainer(function* ({ name, healthCheck }) {
  if (healthCheck === undefined) return;
  const [form, ...words] = listed(healthCheck.command);
  if ((form !== "CMD" && form !== "CMD-SHELL") || words.length === 0) {
    yield `Invalid 'healthCheck' setting for container '${name}'. The command must start with CMD or CMD-SHELL.`;
  }
  for (const field of ["interval", "timeout", "retries", "startPeriod"] as const) {
    const [lowest, highest] = healthCheckBounds[field];
    if (!within(healthCheck[field], lowest, highest)) {
      yield `Invalid 'healthCheck' setting for container '${name}'. ${field} must be between ${lowest} and ${highest}.`;
    }
  }
});

const timeouts = eachContainer(function* ({ name, startTimeout, stopTimeout }) {
  for (const [field, seconds] of Object.entries({ startTimeout, stopTimeout })) {
    if (!within(seconds, 2, Number.MAX_SAFE_INTEGER)) {
      yield `Invalid '${field}' setting for container '${name}'. It must be at least 2 seconds.`;
    }
  }
});

const restartPolicy = eachContainer(function* ({ name, restartPolicy }) {
  if (restartPolicy === undefined) return;
  if (!within(restartPolicy.restartAttemptPeriod, 60, 1800)) {
    yield `The 'restartAttemptPeriod' setting for container '${name}' must be between 60 and 1800.`;
  }
  if (listed(restartPolicy.ignoredExitCodes).length > maxIgnoredExitCodes) {
    yield `The 'ignoredExitCodes' setting for container '${name}' must have at most ${maxIgnoredExitCodes} exit codes.`;
  }
});

export const timingRules: readonly Rule[] = [healthCheck, timeouts, restartPolicy];
