import type { HealthCheckConfig } from "#generated/servicediscovery/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { NamespaceRecord } from "../model.ts";

/** Health checks of Route 53 come from the internet: AWS has none for private namespaces, and here there are none. */
export function refuseHealthCheck(config: HealthCheckConfig | undefined, { type }: NamespaceRecord): void {
  if (config === undefined) return;
  const message =
    type === "HTTP"
      ? "HealthCheckConfig isn't available on this platform: there are no health checks of Route 53. Use " +
        "HealthCheckCustomConfig."
      : "HealthCheckConfig can't be specified for a service in a private DNS namespace. Use HealthCheckCustomConfig.";
  throw new Fault("InvalidInput", message);
}
