import type { Action } from "#generated/elbv2/types.ts";
import { type ListenerRecord, loadBalancerArn, rules } from "../model.ts";
import { checkedActions, usesOf } from "../request/actions.ts";
import { authenticationWrites, withKnownSecret } from "../request/authenticate.ts";
import { requireListener, requireLoadBalancer } from "../request/find.ts";
import type { ElbHandler, ElbParts } from "../request/handler.ts";
import { checkPortIsFree, listenerProtocol, tlsSettings } from "../request/listener-settings.ts";
import { toListener } from "../request/shapes.ts";

export function modifyListener({ box }: ElbParts): ElbHandler<"ModifyListener"> {
  return async (input, ctx) => {
    const found = requireListener(ctx, input.ListenerArn);
    const old = found.value;
    const arn = loadBalancerArn({ ...old, ...old.loadBalancer });
    const loadBalancer = requireLoadBalancer(ctx, arn);
    const protocol = listenerProtocol(loadBalancer.value, input.Protocol ?? old.protocol);
    const where = { loadBalancer: loadBalancer.value, protocol, box };
    const check = (known: Pick<ListenerRecord, "sealedClientSecret">, actions: readonly Action[]) => {
      const { sealedClientSecret } = known;
      return checkedActions(
        ctx,
        { ...where, ...(sealedClientSecret !== undefined && { sealedClientSecret }) },
        actions,
      );
    };
    const { actions, groups, ...secret } = check(old, input.DefaultActions ?? withKnownSecret(old.defaultActions));
    // The actions of its rules must go with the protocol too.
    const own = ctx.store.view(rules).by("listener", old.id);
    if (protocol !== old.protocol) for (const { value } of own) check(value, withKnownSecret(value.actions));
    const port = input.Port ?? old.port;
    checkPortIsFree(ctx, arn, loadBalancer.value, port, old);
    const { sslPolicy: _, alpnPolicy: __, sealedClientSecret: ___, ...rest } = old;
    const tls = tlsSettings(ctx, protocol, old, input);
    const value = { ...rest, port, protocol, ...tls, defaultActions: actions, ...secret };
    const uses = usesOf(groups);
    const keys = await authenticationWrites(ctx, box, loadBalancer.value, actions);
    const changed = { ...loadBalancer.value, listenerChanges: loadBalancer.value.listenerChanges + 1 };
    await ctx.store.commit({
      unchanged: [loadBalancer, found, ...uses.unchanged, ...keys.unchanged],
      put: [{ key: loadBalancer.key, value: changed }, { key: found.key, value }, ...uses.put, ...keys.put],
    });
    return { Listeners: [toListener(value)] };
  };
}
