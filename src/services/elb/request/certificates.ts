import { parseArn } from "#kernel/arn.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { certificateOfArn } from "#services/acm/model.ts";
import { serverCertificates } from "#services/iam/model.ts";
import type { ListenerProtocol, LoadBalancerType } from "../model.ts";
import { invalid } from "./handler.ts";
import { limits } from "./limits.ts";

/** Whether clients of a listener of this protocol speak TLS with the load balancer. */
export function hasTls(protocol: ListenerProtocol): boolean {
  return protocol === "HTTPS" || protocol === "TLS";
}

/** Refuses an ARN that is none of a certificate of ACM or of IAM with which listeners can serve. */
export function checkCertificate(ctx: RequestContext, arn: string): string {
  const parsed = parseArn(arn);
  if (parsed === undefined || (parsed.service !== "acm" && parsed.service !== "iam")) {
    throw invalid(`Certificate ARN '${arn}' is not valid`);
  }
  if (parsed.service === "iam") {
    const name = parsed.resource.split("/").at(-1)!;
    const all = ctx.store.view(serverCertificates).all();
    for (const { value } of all) if (value.arn === arn && value.account === ctx.account) return arn;
    throw notFound(name);
  }
  const found = certificateOfArn(ctx.store, arn);
  if (found === undefined || found.value.account !== ctx.account || found.value.region !== ctx.region) {
    throw notFound(arn);
  }
  return arn;
}

function notFound(name: string): Fault {
  return new Fault("CertificateNotFoundException", `Certificate '${name}' not found`);
}

/** How many certificates listeners of a load balancer can have beside their default ones. */
export function checkCertificateCount(type: LoadBalancerType, count: number): void {
  const most = limits[`certificates-per-${type}-load-balancer`];
  if (count <= most) return;
  const message = `The maximum number of certificates per load balancer is '${most}'`;
  throw new Fault("TooManyCertificatesException", message);
}
