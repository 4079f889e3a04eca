import { partitionOf } from "#kernel/arn.ts";
import { type Controller, type ControllerContext, watch } from "#kernel/controller.ts";
import type { Caller } from "#kernel/handler.ts";
import { uuid } from "#kernel/random.ts";
import { type Entry, eachOnce, type Key, type Read, type Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { fromTemplate } from "../catalog/create.ts";
import type { EcrPorts } from "../catalog/parts.ts";
import {
  blobLinkKey,
  blobLinks,
  digestsOf,
  type ManifestRecord,
  manifestKey,
  manifests,
  type ReplicationRecord,
  type RepositoryRecord,
  replications,
  repositoryArn,
  repositoryKey,
  repositoryOf,
  tagKey,
} from "../model.ts";
import { wantScan } from "../scan/wanted.ts";
import { planReplication, type ReplicationView } from "./plan.ts";

/** Copies what has been pushed to where the rules of its registry say, in one commit. Copies are copied no further. */
export function replicationController(ports: EcrPorts): Controller {
  return {
    name: "ecr.replication",
    watches: [watch(replications, ({ key, value }) => (value.status === "IN_PROGRESS" ? [key] : []))],
    async reconcile(key, ctx) {
      const { store, log } = ctx;
      const record = await store.get(key as Key<ReplicationRecord>);
      if (record.value?.status !== "IN_PROGRESS") return;
      const source = repositoryOf(store, { id: record.value.repositoryId });
      const image = store.view(manifests).get(manifestKey(record.value.repositoryId, record.value.digest));
      if (source === undefined || image === undefined) {
        await store.commit({ unchanged: [record], remove: [record.key] });
        return;
      }
      const { view, read } = await readView({ record: record.value, source: source.value, image }, ports, ctx);
      const { status, failureCode, put } = planReplication(view);
      const { failureCode: _, ...value } = record.value;
      const done = { ...value, status, tags: [], ...(failureCode !== undefined && { failureCode }) };
      await store.commit({ unchanged: [record, source, ...read], put: [...put, { key: record.key, value: done }] });
      if (failureCode === undefined) return;
      log.warn("An image could not be replicated", {
        repository: source.value.name,
        ...value.destination,
        failureCode,
      });
    },
  };
}

interface Replication {
  readonly record: ReplicationRecord;
  readonly source: RepositoryRecord;
  readonly image: Entry<ManifestRecord>;
}

async function readView({ record, source, image }: Replication, ports: EcrPorts, ctx: ControllerContext) {
  const { store } = ctx;
  const images = withChildren(store, image);
  const blobs = digestsOf(images.flatMap(({ value }) => value.blobs));
  const links = blobs.flatMap((digest) => store.view(blobLinks).get(blobLinkKey(source.id, digest)) ?? []);
  const there = await store.get(repositoryKey(record.destination, source.name));
  const repository = there.value ?? (await newRepository(record.destination, source, ports, ctx));
  const id = repository?.id ?? "";
  const known = await Promise.all(images.map(({ value }) => store.get(manifestKey(id, value.digest))));
  const tagged = await Promise.all(record.tags.map((tag) => store.get(tagKey(id, tag))));
  const wanted = repository ? images.map(({ value }) => wantScan(store, repository, value, ctx.clock.now())) : [];
  const scans = await Promise.all(wanted);
  const view: ReplicationView = {
    ...{ record, images: images.map(({ value }) => value), links: links.map(({ value }) => value) },
    destination: {
      mayReplicate: may(ports, "ecr:ReplicateImage", source, record.destination),
      repository,
      isNew: there.value === undefined,
      images: new Map(present(known).map((each) => [each.digest, each])),
      tags: new Map(present(tagged).map((each) => [each.tag, each])),
      scans: scans.flatMap(({ put }) => put),
    },
    now: ctx.clock.now(),
  };
  const read = [...images, ...links, there, ...known, ...tagged, ...scans.flatMap((scan) => scan.read)];
  return { view, read: read as readonly Read<unknown>[] };
}

/** An index behind what it names. */
function withChildren(store: Pick<Store, "view">, image: Entry<ManifestRecord>): readonly Entry<ManifestRecord>[] {
  const { repositoryId, manifests: children } = image.value;
  const below = digestsOf(children).flatMap((digest) => {
    const child = store.view(manifests).get(manifestKey(repositoryId, digest));
    return child === undefined ? [] : withChildren(store, child);
  });
  return eachOnce([...below, image]);
}

async function newRepository(
  destination: World,
  source: RepositoryRecord,
  ports: EcrPorts,
  { store, random, clock }: ControllerContext,
): Promise<RepositoryRecord | undefined> {
  if (!may(ports, "ecr:CreateRepository", source, destination)) return undefined;
  const { account, region } = destination;
  const made = { account, region, name: source.name, id: uuid(random), createdAt: clock.now() };
  return fromTemplate({ ...ports, store }, made, "REPLICATION");
}

/** Whether the account of the source may do this in the destination: in its own, or by the policy there. */
function may({ check }: EcrPorts, action: string, source: RepositoryRecord, destination: World): boolean {
  const { account, region } = destination;
  const arn = `arn:${partitionOf(source.region)}:iam::${source.account}:root`;
  const caller: Caller = { arn, userId: source.account, account: source.account, accessKeyId: "", type: "Root" };
  return check({ caller, action, resource: repositoryArn(destination, source.name), account, region }) === undefined;
}

function present<T>(reads: readonly Read<T>[]): readonly T[] {
  return reads.flatMap(({ value }) => (value === undefined ? [] : [value]));
}
