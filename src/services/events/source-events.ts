import type { Clock } from "#kernel/clock.ts";
import type { Derivation } from "#kernel/derivation.ts";
import type { EventSource } from "#kernel/event-source.ts";
import { type Random, uuid } from "#kernel/random.ts";
import { partsOf } from "#kernel/store.ts";
import { viewsAfter } from "#kernel/views-after.ts";
import { defaultBusName } from "./model.ts";
import { Publication } from "./publish.ts";

/**
 * The events of AWS's services: a change that a rule of the default bus wants to know of has its deliveries in the same
 * commit, in the order of the changes. Where no rule does, nothing is made and nothing written.
 */
export function sourceEvents(
  sources: readonly EventSource[],
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Derivation {
  return {
    collections: [...new Set(sources.map(({ collection }) => collection))],
    derive(changes, store) {
      const now = clock.now();
      const after = viewsAfter(store, changes);
      const publication = new Publication({ store, now, random });
      for (const change of changes) {
        const [account = "", region = ""] = partsOf(change.key);
        const bus = { account, region, name: defaultBusName };
        for (const { source, collection, toEvents } of sources) {
          if (!change.key.startsWith(`${collection}/`) || !publication.isAwaited(bus, source)) continue;
          for (const { detailType, resources, detail } of toEvents(change, now, after)) {
            const envelope = { id: uuid(random), time: now, account, region, source, detailType, resources };
            publication.add(bus, { ...envelope, detail: JSON.stringify(detail) });
          }
        }
      }
      return publication.puts;
    },
  };
}
