import type { TargetDescription, TargetHealthDescription } from "#generated/elbv2/types.ts";
import { healthIn, type TargetGroupRecord, type TargetRecord, targets } from "../model.ts";
import { requireTargetGroup } from "../request/find.ts";
import { type ElbHandler, invalid } from "../request/handler.ts";

export const DescribeTargetHealth: ElbHandler<"DescribeTargetHealth"> = async (input, ctx) => {
  const { value: group } = requireTargetGroup(ctx, input.TargetGroupArn);
  if (input.Include?.includes("AnomalyDetection")) {
    throw invalid("Anomalies of targets are not looked for: leave AnomalyDetection out of Include.");
  }
  const all = ctx.store.view(targets).by("targetGroup", input.TargetGroupArn);
  const healthOf = healthIn(ctx.store, group);
  const shown = (target: TargetRecord): TargetHealthDescription => {
    const { state, reason, description } = healthOf(target);
    const { availabilityZone } = target;
    return {
      Target: {
        Id: target.id,
        Port: target.port,
        ...(group.targetType === "ip" && availabilityZone !== undefined && { AvailabilityZone: availabilityZone }),
      },
      HealthCheckPort: checkPort(group, target.port),
      TargetHealth: {
        State: state,
        ...(reason !== undefined && { Reason: reason as "Target.NotInUse" }),
        ...(description !== undefined && { Description: description }),
      },
      AdministrativeOverride: {
        State: "no_override",
        Reason: "AdministrativeOverride.NoOverride",
        Description: "No override is currently active on target",
      },
    };
  };
  if (input.Targets === undefined) return { TargetHealthDescriptions: all.map(({ value }) => shown(value)) };
  const descriptions = input.Targets.flatMap((asked) => {
    const found = all.filter(({ value }) => value.id === asked.Id && (asked.Port ?? value.port) === value.port);
    return found.length > 0 ? found.map(({ value }) => shown(value)) : [notRegistered(group, asked)];
  });
  return { TargetHealthDescriptions: descriptions };
};

function notRegistered(
  group: TargetGroupRecord,
  { Id, Port = group.port }: TargetDescription,
): TargetHealthDescription {
  return {
    Target: { Id, Port },
    HealthCheckPort: checkPort(group, Port),
    TargetHealth: {
      State: "unused",
      Reason: "Target.NotRegistered",
      Description: "Target is not registered to the target group",
    },
  };
}

function checkPort({ healthCheck }: TargetGroupRecord, port: number): string {
  return healthCheck.port === "traffic-port" ? String(port) : healthCheck.port;
}
