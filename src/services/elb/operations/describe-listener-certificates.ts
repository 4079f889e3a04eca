import { requireListener } from "../request/find.ts";
import type { ElbHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";

export const DescribeListenerCertificates: ElbHandler<"DescribeListenerCertificates"> = async (input, ctx) => {
  const { certificates } = requireListener(ctx, input.ListenerArn).value;
  const all = certificates.map((arn, i) => ({ CertificateArn: arn, IsDefault: i === 0 }));
  // The default certificate comes first.
  const position = (item: (typeof all)[number]) => `${item.IsDefault ? 0 : 1} ${item.CertificateArn}`;
  const { items, next } = listPage("DescribeListenerCertificates", input, all, position);
  return { Certificates: items, ...next };
};
