import assert from "node:assert/strict";
import { startControl } from "#control/index.ts";
import { createAuthorizer } from "#gateway/authorize/authorizer.ts";
import { type Clock, systemClock } from "#kernel/clock.ts";
import { silentLog } from "#kernel/controller.ts";
import type { ServiceModule } from "#kernel/handler.ts";
import { systemRandom } from "#kernel/random.ts";
import { createSecretBox, type SecretBox } from "#kernel/secret-box.ts";
import type { Store } from "#kernel/store.ts";
import { collections } from "#platform/collections.ts";
import { createIdentity } from "#platform/identity.ts";
import { createStore, memoryEngine } from "#store/index.ts";
import { account, credentials, testGateway } from "../../support/gateway.ts";

export interface IdentityPlatform {
  readonly endpoint: string;
  /** What tells a client of AWS where the platform is, and that it is the root user. */
  readonly env: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

/** Services that are made on the store. */
export interface LateServices {
  readonly collections: ServiceModule["collections"];
  make(parts: { readonly store: Store; readonly clock: Clock; readonly box: SecretBox }): readonly ServiceModule[];
}

/**
 * IAM, Organizations and STS behind the gateway, and other services with their controllers, with every call authorized,
 * over a store in memory.
 */
export async function identityPlatform(
  others: readonly ServiceModule[] = [],
  late?: LateServices,
): Promise<IdentityPlatform> {
  const clock = systemClock();
  const random = systemRandom();
  const store = await createStore({
    engine: memoryEngine({ clock }),
    // Of all services: whether their roles are in use is seen by their records.
    collections: [
      ...new Set([...collections, ...others.flatMap((each) => each.collections), ...(late?.collections ?? [])]),
    ],
    clock,
  });
  const secretBox = createSecretBox(random.bytes(32), random);
  const identity = createIdentity({
    ...{ store, secretBox, clock, random, account, log: silentLog },
    ...{ region: "us-east-1", root: credentials },
  });
  const { compile } = identity;
  const all = [...others, ...(late?.make({ store, clock, box: secretBox }) ?? [])];
  const services = [...identity.services, ...all];
  const onBug = (error: unknown) => assert.fail(String(error));
  const controllers = all.flatMap((service) => service.controllers);
  const control = startControl({ store, controllers, clock, random, log: silentLog, onBug });
  const { authorize } = createAuthorizer({ services, store, clock, secretBox, compile });
  const options = { store: store.as("api"), credentials: identity.credentials, authorize };
  const { gateway } = testGateway(services, options);
  const endpoint = `http://127.0.0.1:${await gateway.listen("127.0.0.1", 0)}`;
  return {
    endpoint,
    env: {
      ...process.env,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: "us-east-1",
      // Version 1 of the AWS CLI knows only this one.
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ENDPOINT_URL: endpoint,
      AWS_PAGER: "",
    },
    async close() {
      await gateway.close();
      await control.stop();
      await identity.usage.close();
      store.close();
    },
  };
}
