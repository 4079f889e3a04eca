import type { AccessCheck } from "#kernel/authorization.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { Caller } from "#kernel/handler.ts";
import type { ImageScanner } from "#kernel/image-scan.ts";
import type { Random } from "#kernel/random.ts";
import type { Upstream } from "#kernel/registry.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";

/** What the catalog is given by the platform. */
export interface CatalogParts extends EcrPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Opens authorization tokens. */
  readonly box: SecretBox;
}

/** What ECR asks of other parts of the platform. None of it may be called before the platform is whole. */
export interface EcrPorts {
  /** IAM's answer, with the policies of repositories and registries. */
  readonly check: AccessCheck;
  /** A session of a role of the account that ECR may take on; undefined: there is none, or it does not trust ECR. */
  readonly takeOn: (account: string, roleArn: string, repositoryArn: string) => Caller | undefined;
  /** The text of a secret, read for ECR itself in the account's name. Rejects with the fault of Secrets Manager. */
  readonly readSecret: (world: World, secretArn: string) => Promise<string>;
  readonly scanner: ImageScanner;
  /** Whether another registry answers, and takes the credentials. Rejects with a `DriverError` that says why not. */
  readonly probe: (place: Omit<Upstream, "repositoryName">) => Promise<void>;
}
