import type { IncomingMessage, ServerResponse } from "node:http";
import type { Store } from "#kernel/store.ts";
import { authentications } from "#services/elb/model.ts";

const prefix = "/_estiva/load-balancer-keys/";

/**
 * The public keys of load balancers that authenticate users, by their ids: for targets that check what is said of a
 * user. With AWS they are at `public-keys.auth.elb.REGION.amazonaws.com`.
 */
export function loadBalancerKeys(store: Pick<Store, "view">) {
  return {
    prefix,
    async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
      const [path = ""] = (request.url ?? "").split("?");
      const found = store.view(authentications).by("keyId", path.slice(prefix.length))[0];
      const isRead = request.method === "GET" || request.method === "HEAD";
      const status = !isRead ? 405 : found === undefined ? 404 : 200;
      response.writeHead(status, { "content-type": "text/plain" });
      response.end(status === 200 ? found!.value.publicKey : "");
    },
  };
}
