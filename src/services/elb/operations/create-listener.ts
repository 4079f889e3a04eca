import { Fault } from "#kernel/fault.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import { type ListenerRecord, listenerKey, listeners, openAuthentication } from "../model.ts";
import { checkedActions, usesOf } from "../request/actions.ts";
import { authenticationWrites } from "../request/authenticate.ts";
import { requireLoadBalancer } from "../request/find.ts";
import { type ElbHandler, type ElbParts, invalid } from "../request/handler.ts";
import { newId } from "../request/ids.ts";
import { limits } from "../request/limits.ts";
import { checkPortIsFree, listenerProtocol, tlsSettings } from "../request/listener-settings.ts";
import { toListener } from "../request/shapes.ts";
import { withTags } from "../request/tags.ts";

export function createListener({ box }: ElbParts): ElbHandler<"CreateListener"> {
  return async (input, ctx) => {
    const { LoadBalancerArn: arn, Port: port, DefaultActions: given } = input;
    const loadBalancer = requireLoadBalancer(ctx, arn);
    const { type, name, id } = loadBalancer.value;
    const protocol = listenerProtocol({ type }, input.Protocol);
    if (port === undefined) throw invalid("A listener port must be specified");
    const tls = tlsSettings(ctx, protocol, {}, input);
    const where = { loadBalancer: loadBalancer.value, protocol, box };
    const { actions, groups, ...secret } = checkedActions(ctx, where, given);
    const { account, region } = ctx;
    const record: ListenerRecord = {
      ...{ account, region, id: newId(ctx.random), loadBalancer: { type, name, id } },
      ...{ port, protocol },
      ...tls,
      defaultActions: actions,
      ...secret,
      defaultRuleId: newId(ctx.random),
      attributes: {},
      tags: withTags({}, input.Tags),
      ruleChanges: 0,
    };
    const others = ctx.store.view(listeners).by("loadBalancer", id);
    const same = others.find(({ value }) => settingsOf(value, box) === settingsOf(record, box));
    if (same !== undefined) return { Listeners: [toListener(same.value)] };
    checkPortIsFree(ctx, arn, loadBalancer.value, port);
    const most = limits[`listeners-per-${type}-load-balancer`];
    if (others.length >= most) {
      throw new Fault("TooManyListenersException", `The maximum number of listeners per load balancer is '${most}'`);
    }
    const uses = usesOf(groups);
    const keys = await authenticationWrites(ctx, box, loadBalancer.value, actions);
    const changed = { ...loadBalancer.value, listenerChanges: loadBalancer.value.listenerChanges + 1 };
    await ctx.store.commit({
      unchanged: [loadBalancer, ...uses.unchanged, ...keys.unchanged],
      put: [
        { key: loadBalancer.key, value: changed },
        { key: listenerKey(ctx, id, record.id), value: record },
        ...uses.put,
        ...keys.put,
      ],
    });
    return { Listeners: [toListener(record)] };
  };
}

/** What makes two requests ask for the same listener. */
function settingsOf(record: ListenerRecord, box: SecretBox): string {
  const { port, protocol, sslPolicy, certificates, defaultActions, alpnPolicy, sealedClientSecret: sealed } = record;
  const named = Object.entries(record.tags).toSorted();
  const secret = sealed && openAuthentication(box, sealed);
  return JSON.stringify([port, protocol, sslPolicy, certificates[0], defaultActions, secret, alpnPolicy, named]);
}
