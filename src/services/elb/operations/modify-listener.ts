import { loadBalancerArn, rules } from "../model.ts";
import { checkedActions, usesOf } from "../request/actions.ts";
import { requireListener, requireLoadBalancer } from "../request/find.ts";
import type { ElbHandler } from "../request/handler.ts";
import { checkPortIsFree, listenerProtocol, tlsSettings } from "../request/listener-settings.ts";
import { toListener } from "../request/shapes.ts";

export const ModifyListener: ElbHandler<"ModifyListener"> = async (input, ctx) => {
  const found = requireListener(ctx, input.ListenerArn);
  const old = found.value;
  const arn = loadBalancerArn({ ...old, ...old.loadBalancer });
  const loadBalancer = requireLoadBalancer(ctx, arn);
  const protocol = listenerProtocol(loadBalancer.value, input.Protocol ?? old.protocol);
  const where = { loadBalancer: loadBalancer.value, protocol };
  const checked = checkedActions(ctx, where, input.DefaultActions ?? old.defaultActions);
  // The actions of its rules must go with the protocol too.
  const own = ctx.store.view(rules).by("listener", old.id);
  if (protocol !== old.protocol) for (const { value } of own) checkedActions(ctx, where, value.actions);
  const port = input.Port ?? old.port;
  checkPortIsFree(ctx, arn, loadBalancer.value, port, old);
  const { sslPolicy: _, alpnPolicy: __, ...rest } = old;
  const tls = tlsSettings(ctx, protocol, old, input);
  const value = { ...rest, port, protocol, ...tls, defaultActions: checked.actions };
  const uses = usesOf(checked.groups);
  const changed = { ...loadBalancer.value, listenerChanges: loadBalancer.value.listenerChanges + 1 };
  await ctx.store.commit({
    unchanged: [loadBalancer, found, ...uses.unchanged],
    put: [{ key: loadBalancer.key, value: changed }, { key: found.key, value }, ...uses.put],
  });
  return { Listeners: [toListener(value)] };
};
