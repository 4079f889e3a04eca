import type { ListenerRecord } from "../model.ts";
import { type Attribute, between, boolean } from "./attributes.ts";

const names = [
  ...["x_amzn_mtls_clientcert_serial_number", "x_amzn_mtls_clientcert_issuer", "x_amzn_mtls_clientcert_subject"],
  ...["x_amzn_mtls_clientcert_validity", "x_amzn_mtls_clientcert_leaf", "x_amzn_mtls_clientcert"],
  ...["x_amzn_tls_version", "x_amzn_tls_cipher_suite"],
];
const responseHeaders = [
  ...["strict_transport_security", "access_control_allow_origin", "access_control_allow_methods"],
  ...["access_control_allow_headers", "access_control_allow_credentials", "access_control_expose_headers"],
  ...["access_control_max_age", "content_security_policy", "x_content_type_options", "x_frame_options"],
];
const headers = "headers of requests and responses are not changed here; let the targets answer with them.";

const ofApplication: readonly Attribute[] = [
  { key: "routing.http.response.server.enabled", value: "true", fault: boolean, only: headers },
  ...responseHeaders.map((name) => ({ key: `routing.http.response.${name}.header_value`, value: "", only: headers })),
];
const ofHttps: readonly Attribute[] = names.map((name) => ({
  key: `routing.http.request.${name}.header_name`,
  value: headerName(name),
  only: headers,
}));
const ofTcp: readonly Attribute[] = [
  {
    key: "tcp.idle_timeout.seconds",
    value: "350",
    fault: between(60, 6000),
  },
];

/** The attributes of a listener of this protocol, in the order in which they are shown. */
export function listenerAttributes({ protocol }: Pick<ListenerRecord, "protocol">): Attribute[] {
  if (protocol === "HTTP") return [...ofApplication];
  if (protocol === "HTTPS") return [...ofApplication, ...ofHttps];
  return protocol === "TCP" ? [...ofTcp] : [];
}

/** `x_amzn_tls_version` -> `X-Amzn-Tls-Version` */
function headerName(name: string): string {
  return name
    .split("_")
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join("-");
}
