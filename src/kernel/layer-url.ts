import type { SecretBox } from "./secret-box.ts";

/**
 * Where a layer can be downloaded without credentials, for a while: ECR gives such URLs, the registry answers under
 * them. What it is for, and until when, is sealed in it.
 */

/** The path under which layers are downloaded. */
export const layerUrlPrefix = "/_estiva/layers/";

export interface LayerGrant {
  readonly digest: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const purpose = "ecr layer url";

/** The path of a layer's download, to be put behind the platform's endpoint. */
export function layerPath(box: SecretBox, grant: LayerGrant): string {
  return `${layerUrlPrefix}${grant.digest}?token=${box.seal(JSON.stringify(grant), purpose)}`;
}

/** What a path of `layerPath` grants; undefined when it is none of this platform's. */
export function readLayerPath(box: SecretBox, path: string): LayerGrant | undefined {
  const [digest, token] = path.slice(layerUrlPrefix.length).split("?token=");
  if (!path.startsWith(layerUrlPrefix) || token === undefined) return undefined;
  const plain = box.open(token, purpose);
  const grant = plain === undefined ? undefined : (JSON.parse(plain) as LayerGrant);
  return grant?.digest === digest ? grant : undefined;
}
