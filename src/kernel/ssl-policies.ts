/**
 * The security policies of Elastic Load Balancing ("Security policies for your Application Load Balancer"): which
 * versions of TLS and which ciphers, in OpenSSL's names and in order of preference, a listener speaks.
 */
export interface SslPolicy {
  readonly name: string;
  /** `TLSv1`, `TLSv1.1`, `TLSv1.2`, `TLSv1.3`; the oldest first. */
  readonly protocols: readonly string[];
  readonly ciphers: readonly string[];
}

export const defaultSslPolicy = "ELBSecurityPolicy-2016-08";

const tls13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];
const others = [
  ...["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"],
  ...["ECDHE-ECDSA-AES128-SHA256", "ECDHE-RSA-AES128-SHA256", "ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA"],
  ...["ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"],
  ...["ECDHE-ECDSA-AES256-SHA384", "ECDHE-RSA-AES256-SHA384", "ECDHE-RSA-AES256-SHA", "ECDHE-ECDSA-AES256-SHA"],
  ...["AES128-GCM-SHA256", "AES128-SHA256", "AES128-SHA", "AES256-GCM-SHA384", "AES256-SHA256", "AES256-SHA"],
];

/** Forward secrecy: a key that leaks later opens nothing that was recorded. */
const isForward = (cipher: string) => cipher.startsWith("ECDHE-");
const isGcm = (cipher: string) => cipher.includes("-GCM-");
const isSha1 = (cipher: string) => cipher.endsWith("-SHA");

const all = () => true;
const forward = isForward;
const forwardModern = (cipher: string) => isForward(cipher) && !isSha1(cipher);
const forwardGcm = (cipher: string) => isForward(cipher) && isGcm(cipher);
const modern = (cipher: string) => !isSha1(cipher);
const none = () => false;

const versions = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];
const policy = (name: string, from: string, to: string, chosen: (cipher: string) => boolean): SslPolicy => ({
  name: `ELBSecurityPolicy-${name}`,
  protocols: versions.slice(versions.indexOf(from), versions.indexOf(to) + 1),
  ciphers: [...(to === "TLSv1.3" ? tls13 : []), ...others.filter(chosen)],
});
const oldest = policy("TLS-1-0-2015-04", "TLSv1", "TLSv1.2", all);

export const sslPolicies: readonly SslPolicy[] = [
  policy("2016-08", "TLSv1", "TLSv1.2", all),
  policy("TLS13-1-2-2021-06", "TLSv1.2", "TLSv1.3", forwardModern),
  policy("TLS13-1-2-Res-2021-06", "TLSv1.2", "TLSv1.3", forwardGcm),
  policy("TLS13-1-2-Ext1-2021-06", "TLSv1.2", "TLSv1.3", modern),
  policy("TLS13-1-2-Ext2-2021-06", "TLSv1.2", "TLSv1.3", all),
  policy("TLS13-1-1-2021-06", "TLSv1.1", "TLSv1.3", all),
  policy("TLS13-1-0-2021-06", "TLSv1", "TLSv1.3", all),
  policy("TLS13-1-3-2021-06", "TLSv1.3", "TLSv1.3", none),
  policy("TLS-1-2-2017-01", "TLSv1.2", "TLSv1.2", modern),
  policy("TLS-1-1-2017-01", "TLSv1.1", "TLSv1.2", all),
  policy("TLS-1-2-Ext-2018-06", "TLSv1.2", "TLSv1.2", all),
  policy("FS-2018-06", "TLSv1", "TLSv1.2", forward),
  policy("2015-05", "TLSv1", "TLSv1.2", all),
  { ...oldest, ciphers: [...oldest.ciphers, "DES-CBC3-SHA"] },
  policy("FS-1-2-Res-2019-08", "TLSv1.2", "TLSv1.2", forwardModern),
  policy("FS-1-1-2019-08", "TLSv1.1", "TLSv1.2", forward),
  policy("FS-1-2-2019-08", "TLSv1.2", "TLSv1.2", forward),
  policy("FS-1-2-Res-2020-10", "TLSv1.2", "TLSv1.2", forwardGcm),
];
