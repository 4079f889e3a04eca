import type { PlannedService } from "./model.ts";
import type { Report } from "./report.ts";

/** The services, each after those that it depends on; a circle is a problem. Otherwise they keep their order. */
export function startOrder(services: readonly PlannedService[], report: Report): PlannedService[] {
  const known = new Map(services.map((service) => [service.name, service]));
  const done = new Set<string>();
  const order: PlannedService[] = [];
  const visit = (service: PlannedService, path: readonly string[]): void => {
    if (done.has(service.name)) return;
    if (path.includes(service.name)) {
      const circle = [...path.slice(path.indexOf(service.name)), service.name].join(" -> ");
      report.problem(`services.${service.name}.depends_on`, `goes in a circle: ${circle}.`);
      return;
    }
    for (const { service: name } of service.dependsOn) {
      const other = known.get(name);
      if (other !== undefined) visit(other, [...path, service.name]);
    }
    if (done.has(service.name)) return;
    done.add(service.name);
    order.push(service);
  };
  for (const service of services) visit(service, []);
  return order;
}
