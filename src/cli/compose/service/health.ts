import type { HealthCheck } from "#generated/ecs/types.ts";
import type { Source } from "./source.ts";

/** What ECS takes: the least and the most, in seconds but for the retries; and Compose's own default. */
const bounds = {
  interval: { least: 5, most: 300, standard: 30 },
  timeout: { least: 2, most: 60, standard: 30 },
  retries: { least: 1, most: 10, standard: 3 },
  start_period: { least: 0, most: 300, standard: 0 },
} as const;

/** `healthcheck`; numbers outside the bounds of ECS are brought to them, and a note says so. */
export function readHealthCheck(service: Source): HealthCheck | undefined {
  if (!service.has("healthcheck")) return undefined;
  const check = service.map("healthcheck");
  check.refuseOthers(["test", "disable", "start_interval", ...Object.keys(bounds)]);
  const command = testOf(check);
  if (check.flag("disable") || command === undefined) return undefined;
  if (check.has("start_interval")) check.note("start_interval", "checks come at the same interval from the start on.");
  return {
    command,
    interval: within(check, "interval"),
    timeout: within(check, "timeout"),
    retries: within(check, "retries"),
    startPeriod: within(check, "start_period"),
  };
}

function testOf(check: Source): string[] | undefined {
  const test = check.raw("test");
  if (typeof test === "string") return ["CMD-SHELL", test];
  const [form, ...words] = check.texts("test");
  if (form === "NONE") return undefined;
  if ((form === "CMD" || form === "CMD-SHELL") && words.length > 0) return [form, ...words];
  if (!check.flag("disable")) {
    check.problem(
      "test",
      "must be a text, or a list that begins with CMD, CMD-SHELL or NONE; the image's own is not used.",
    );
  }
  return undefined;
}

function within(check: Source, key: keyof typeof bounds): number {
  const { least, most, standard } = bounds[key];
  const asked = (key === "retries" ? check.number(key) : check.seconds(key)) ?? standard;
  const taken = Math.min(most, Math.max(least, Math.round(asked)));
  if (taken !== asked) check.note(key, `is ${taken}${key === "retries" ? "" : " s"}: ECS takes ${least} to ${most}.`);
  return taken;
}
