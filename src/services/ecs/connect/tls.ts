import type { ServiceConnectTlsConfiguration } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { CertificateSpec, TargetSpec } from "#kernel/load-balancing.ts";
import type { Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { authorityArn } from "#services/acm/model.ts";
import { invalid } from "../faults.ts";
import { connectCertificateKey, connectCertificates } from "../model/connect-certificate.ts";
import {
  anyServiceArn,
  revisionKeyOf,
  type ServiceConnectEndpoint,
  type ServiceName,
  serviceRevisions,
} from "../model/service.ts";
import { type TaskRecord, taskKey, tasks } from "../model/task.ts";

type Views = Pick<Store, "view">;

/** TLS 1.3 alone, with its three cipher suites ("Encrypt Amazon ECS Service Connect traffic"). */
export const connectSslPolicy = "ELBSecurityPolicy-TLS13-1-3-2021-06";

export function checkTls(ctx: RequestContext, tls: ServiceConnectTlsConfiguration | undefined): void {
  if (tls === undefined) return;
  const { issuerCertificateAuthority: issuer, kmsKey, roleArn } = tls;
  const own = authorityArn(ctx);
  if (issuer.awsPcaAuthorityArn !== own) {
    throw invalid(
      `The certificate authority ${issuer.awsPcaAuthorityArn ?? ""} of Service Connect TLS was not found. ` +
        `This platform has no AWS Private CA but an authority of its own for each account: ${own}`,
    );
  }
  if (kmsKey !== undefined) {
    throw invalid(
      "The kmsKey of Service Connect TLS is not supported on this platform, which keeps private keys encrypted under " +
        "its master key. Leave it out.",
    );
  }
  if (roleArn !== undefined && !ctx.canAssume(roleArn, "ecs.amazonaws.com", anyServiceArn(ctx))) {
    throw invalid(`Unable to assume the role ${roleArn}: it must exist and trust ecs.amazonaws.com.`);
  }
}

/** What a certificate is for: the endpoint's name, or where that can be in no certificate what is unique anyhow. */
export function certificateName(name: string, discoveryId: string): string {
  const isName = name.length <= 253 && /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/i.test(name);
  return isName ? name : `${discoveryId}.service-connect`;
}

/** With which a task's proxy serves; undefined: there is none yet. */
export function servedWith(
  store: Views,
  world: World,
  { discoveryId, discoveryArn }: ServiceConnectEndpoint,
  open: (sealed: { readonly sealedPrivateKey: string }) => string | undefined,
): CertificateSpec | undefined {
  const known = store.view(connectCertificates).get(connectCertificateKey(world, discoveryId))?.value;
  const privateKey = known && open(known);
  if (privateKey === undefined) return undefined;
  const { certificate, certificateChain, name } = known!;
  return { certificateArn: discoveryArn, certificate, certificateChain, privateKey, names: [name] };
}

/**
 * How a proxy speaks to a task behind an endpoint: with TLS where the task's own revision has it, which in a deployment
 * may be another one than that of other tasks.
 */
export function securityOf(
  store: Views,
  service: ServiceName,
  { discoveryId }: ServiceConnectEndpoint,
): (taskId: string) => TargetSpec["tls"] {
  const known = store.view(connectCertificates).get(connectCertificateKey(service, discoveryId))?.value;
  if (known === undefined) return () => undefined;
  const tls = { authority: known.certificateChain, name: known.name };
  return (id) => {
    const task = store.view(tasks).get(taskKey({ ...service, id }))?.value;
    return task !== undefined && hasTls(store, task, discoveryId) ? tls : undefined;
  };
}

function hasTls(store: Views, task: TaskRecord, discoveryId: string): boolean {
  const key = revisionKeyOf(task);
  const connect = key && store.view(serviceRevisions).get(key)?.value.serviceConnect;
  return connect?.endpoints.find((each) => each.discoveryId === discoveryId)?.tls !== undefined;
}
