import type { Clock } from "#kernel/clock.ts";
import type { Caller } from "#kernel/handler.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { Store } from "#kernel/store.ts";
import { mfaDeviceKey, mfaDevices, mfaSeedPurpose } from "./model.ts";
import { matchingStep } from "./request/totp.ts";

/** Six digits could be guessed by who may try them all: after so many wrong ones none is taken for a while. */
const mostWrong = 10;
const windowMs = 5 * 60_000;
const mostRemembered = 10_000;

/** Checks the one-time passwords that users send along with a request for temporary credentials. */
export class SecondFactor {
  readonly #secretBox: SecretBox;
  readonly #clock: Clock;
  /** Wrong codes by device. The same one again is no further guess: policies look at a code before it is taken. */
  readonly #wrong = new Map<string, { readonly until: number; readonly count: number; readonly last: string }>();

  constructor({ secretBox, clock }: { readonly secretBox: SecretBox; readonly clock: Clock }) {
    this.#secretBox = secretBox;
    this.#clock = clock;
  }

  /**
   * The time step of a code of the user's own device, which is to be remembered as the device's last; undefined when it
   * is none, or was used before.
   */
  check(
    store: Pick<Store, "view">,
    { type, userId, account }: Pick<Caller, "type" | "userId" | "account">,
    serialNumber: string,
    code: string,
  ): number | undefined {
    const device = store.view(mfaDevices).get(mfaDeviceKey(account, serialNumber))?.value;
    const now = this.#clock.now();
    const wrong = this.#wrong.get(serialNumber);
    const isOverrun = wrong !== undefined && now < wrong.until && wrong.count >= mostWrong;
    if (type !== "User" || device?.userId !== userId || isOverrun) return undefined;
    const seed = this.#secretBox.open(device.sealedSeed, mfaSeedPurpose);
    const step = seed === undefined ? undefined : matchingStep(seed, code, { now, ...lastOf(device) });
    if (step === undefined) this.#noteWrong(serialNumber, code, now);
    return step;
  }

  #noteWrong(serialNumber: string, code: string, now: number): void {
    const known = this.#wrong.get(serialNumber);
    const isFresh = known !== undefined && now < known.until;
    if (isFresh && known.last === code) return;
    if (this.#wrong.size >= mostRemembered) this.#wrong.clear();
    const { until, count } = isFresh ? known : { until: now + windowMs, count: 0 };
    this.#wrong.set(serialNumber, { until, count: count + 1, last: code });
  }
}

function lastOf({ lastStep }: { readonly lastStep?: number }): { readonly lastStep?: number } {
  return lastStep === undefined ? {} : { lastStep };
}
