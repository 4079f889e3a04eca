import { systemClock } from "#kernel/clock.ts";
import { silentLog } from "#kernel/controller.ts";
import { noExecSessions } from "#kernel/exec-sessions.ts";
import { noHttp } from "#kernel/http-sender.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import { acmCollections } from "#services/acm/index.ts";
import { autoScalingCollections, createAutoScaling } from "#services/autoscaling/index.ts";
import { alarmPorts, cloudWatchCollections, createCloudWatch, MetricStorage } from "#services/cloudwatch/index.ts";
import { createDiscovery } from "#services/discovery/index.ts";
import { createEc2 } from "#services/ec2/index.ts";
import { type AgentHub, createEcs } from "#services/ecs/index.ts";
import { elbCollections } from "#services/elb/index.ts";
import { eventsCollections } from "#services/events/index.ts";
import { testAuthority } from "../../support/certificate-authority.ts";
import { type IdentityPlatform, identityPlatform } from "../iam/world.ts";

/** Application Auto Scaling, CloudWatch and ECS behind the gateway. No host is there: tasks wait to be placed. */
export async function scalingPlatform(): Promise<IdentityPlatform> {
  const clock = systemClock();
  const storage = await MetricStorage.open({ files: memoryFiles(), clock, log: silentLog });
  const hub = { dispatch: () => {} } as unknown as AgentHub;
  return identityPlatform(
    [
      createDiscovery({ publishNames: () => {} }),
      createEc2({ publishNetwork: () => {} }),
      createEcs({
        ...{ publishProxies: () => {}, hub, send: noHttp, sessions: noExecSessions },
        ...{ stoppedTaskHours: 1, account: "000000000000", canAssume: () => true },
        certificates: testAuthority,
      }),
    ],
    {
      collections: [
        ...[cloudWatchCollections, autoScalingCollections, elbCollections, acmCollections, eventsCollections].flat(),
      ],
      make: () => [createCloudWatch({ storage }), createAutoScaling(alarmPorts(storage))],
    },
  );
}
