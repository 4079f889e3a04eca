import type { Clock, Timer } from "#kernel/clock.ts";
import type { ShellChannel } from "./shell-session.ts";

const againMs = 5000;

/**
 * A command that goes on, in a shell of its own: each line that it writes is told. It ends with its shell, which ends
 * with the platform, and is started again when it has ended by itself.
 */
export class Follower {
  readonly #open: () => Promise<ShellChannel>;
  readonly #clock: Clock;
  readonly #command: string;
  readonly #onLine: (line: string) => void;
  #channel: ShellChannel | undefined;
  #again: Timer | undefined;
  #isClosed = false;

  constructor(open: () => Promise<ShellChannel>, clock: Clock, command: string, onLine: (line: string) => void) {
    this.#open = open;
    this.#clock = clock;
    this.#command = command;
    this.#onLine = onLine;
    void this.#start();
  }

  close(): void {
    this.#isClosed = true;
    this.#again?.cancel();
    this.#channel?.kill();
  }

  async #start(): Promise<void> {
    this.#again = undefined;
    try {
      const channel = await this.#open();
      if (this.#isClosed) return channel.kill();
      this.#channel = channel;
      let rest = "";
      channel.output.on("data", (chunk: Buffer) => {
        const lines = `${rest}${chunk}`.split("\n");
        rest = lines.pop()!;
        for (const line of lines) this.#onLine(line);
      });
      for (const event of ["end", "close", "error"]) channel.output.on(event, () => this.#ended(channel));
      // Its input ends when nobody holds the other end any more.
      channel.input.write(`{ ${this.#command}\nkill 0; } & read -r _; kill 0\n`);
    } catch {
      // No shell: what needs one for more than to be told tells of it.
      this.#startAgain();
    }
  }

  #ended(channel: ShellChannel): void {
    if (this.#channel !== channel) return;
    this.#channel = undefined;
    channel.kill();
    this.#startAgain();
  }

  #startAgain(): void {
    if (!this.#isClosed) this.#again = this.#clock.after(againMs, () => void this.#start());
  }
}
