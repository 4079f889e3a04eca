import { type Controller, watch } from "#kernel/controller.ts";
import type { Key } from "#kernel/store.ts";
import { primaryOf, serviceKey, serviceRevisionKey, serviceRevisions, services } from "#services/ecs/model.ts";
import { type HoldRecord, holdKey, holds, targetGroupPlace } from "#services/elb/model.ts";
import { type ScalableTargetRecord, scalableTargets, targetKey, wakesOnRequest } from "../../model.ts";
import { groupsOf } from "../../target-groups.ts";

/** How long a request waits for a task. */
const holdSeconds = 60;

/** Has load balancers hold the requests to services that a request wakes. The key is that of a scalable target. */
export const holdsController: Controller = {
  name: "autoscaling.holds",
  watches: [
    watch(scalableTargets, ({ key }) => [key]),
    watch(services, ({ value }, store) =>
      store.view(scalableTargets).get(targetKey(value)) === undefined ? [] : [targetKey(value)],
    ),
  ],
  async reconcile(key, { store }) {
    const target = await store.get(key as Key<ScalableTargetRecord>);
    const wakes = target.value !== undefined && wakesOnRequest(target.value);
    const service = wakes ? await store.get(serviceKey(target.value)) : undefined;
    const revisionId = service?.value?.status === "ACTIVE" ? primaryOf(service.value)?.revisionId : undefined;
    const revision = revisionId && store.view(serviceRevisions).get(serviceRevisionKey(target.value!, revisionId));
    const wanted = new Map((revision ? groupsOf(revision.value) : []).flatMap((arn) => holdOf(arn, key)));
    const known = store.view(holds).by("owner", key);
    const put = [...wanted].flatMap(([name, value]) =>
      known.some((each) => each.key === name) ? [] : [{ key: name, value }],
    );
    const remove = known.filter((each) => !wanted.has(each.key)).map((each) => each.key);
    if (put.length + remove.length === 0) return;
    await store.commit({ unchanged: [target, ...(service ? [service] : [])], put, remove });
  },
};

function holdOf(targetGroupArn: string, owner: string): [Key<HoldRecord>, HoldRecord][] {
  const group = targetGroupPlace(targetGroupArn);
  if (group === undefined) return [];
  const { account, region } = group;
  return [[holdKey(group, owner), { account, region, targetGroupArn, owner, seconds: holdSeconds }]];
}
