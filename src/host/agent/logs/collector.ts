import { type FollowedContainer, Follower, type FollowerOptions } from "./follower.ts";

/** Collects the output of containers into a log sink. */
export interface LogCollector {
  /** Reads the container's output from where it is stored up to. Following twice changes nothing. */
  follow(container: FollowedContainer): void;
  /** Resolves when all the output of an ended container is stored; follows it if need be. */
  drained(container: FollowedContainer): Promise<void>;
  /** Stops reading; what has been read is stored. */
  stop(): Promise<void>;
}

export function createLogCollector(options: FollowerOptions): LogCollector {
  const followers = new Map<string, Follower>();
  const follow = (container: FollowedContainer): Follower => {
    const known = followers.get(container.runtimeId);
    if (known !== undefined) return known;
    const follower = new Follower(options, container);
    followers.set(container.runtimeId, follower);
    const forget = () => void followers.delete(container.runtimeId);
    follower.stored.then(forget, (error: unknown) => {
      forget();
      options.log.error("a log follower ended", { error: String(error), runtimeId: container.runtimeId });
    });
    return follower;
  };
  return {
    follow: (container) => void follow(container),
    drained: (container) => follow(container).stored,
    stop: async () => {
      await Promise.all([...followers.values()].map((follower) => follower.stop()));
    },
  };
}
