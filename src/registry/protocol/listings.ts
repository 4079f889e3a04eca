import { manifestTypes } from "#kernel/oci-manifest.ts";
import { registryFault } from "#kernel/registry.ts";
import { type Answer, type Exchange, jsonAnswer } from "./exchange.ts";
import { isTag } from "./names.ts";

const maxPage = 1000;

/** The tags of a repository (end-8a, end-8b), in the order of their code units. */
export async function answerTags(exchange: Exchange, name: string): Promise<Answer> {
  const { method, query, catalog } = exchange;
  if (method !== "GET" && method !== "HEAD") throw registryFault("UNSUPPORTED", "the operation is unsupported");
  const repository = await exchange.authorize("listTags", name);
  const limit = readPageSize(query.get("n"));
  const after = query.get("last") || undefined;
  if (after !== undefined && !isTag(after)) throw registryFault("TAG_INVALID", "invalid tag");
  if (limit === 0) return jsonAnswer(200, { name, tags: [] });
  const tags = await catalog.listTags(repository, { ...(after !== undefined && { after }), limit: limit + 1 });
  const page = tags.slice(0, limit);
  const link = `</v2/${name}/tags/list?n=${limit}&last=${page.at(-1)}>; rel="next"`;
  return jsonAnswer(200, { name, tags: page }, tags.length > limit ? { link } : {});
}

function readPageSize(text: string | null): number {
  if (text === null) return maxPage;
  if (!/^\d{1,9}$/.test(text)) throw registryFault("PAGINATION_NUMBER_INVALID", "invalid number of results requested");
  return Math.min(Number(text), maxPage);
}

/** The manifests about a manifest, which need not exist (end-12a, end-12b): an index, empty when there are none. */
export async function answerReferrers(exchange: Exchange, name: string, digest: string): Promise<Answer> {
  const { method, query, catalog } = exchange;
  if (method !== "GET" && method !== "HEAD") throw registryFault("UNSUPPORTED", "the operation is unsupported");
  const repository = await exchange.authorize("listReferrers", name);
  const wanted = query.get("artifactType");
  const referrers = await catalog.listReferrers(repository, digest);
  const manifests = referrers
    .filter(({ artifactType }) => wanted === null || artifactType === wanted)
    .map(({ digest, mediaType, sizeBytes, artifactType, annotations }) => ({
      ...{ mediaType, digest, size: sizeBytes },
      ...(artifactType !== undefined && { artifactType }),
      ...(annotations !== undefined && { annotations }),
    }));
  const filtered: Answer["headers"] = wanted === null ? {} : { "oci-filters-applied": "artifactType" };
  const index = { schemaVersion: 2, mediaType: manifestTypes.index, manifests };
  return jsonAnswer(200, index, { "content-type": manifestTypes.index, ...filtered });
}
