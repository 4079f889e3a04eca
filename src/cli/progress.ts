import type { Terminal } from "./command.ts";

/** One line that is drawn over while a person waits; on anything but a terminal each new text is a line on stderr. */
export class Progress {
  readonly #terminal: Terminal;
  #shown = "";
  #drawn = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(text: string): void {
    if (text === this.#shown) return;
    this.#shown = text;
    if (this.#terminal.interactive) {
      this.#terminal.err(`\r\x1b[2K${text}`);
      this.#drawn = true;
    } else {
      this.#terminal.err(`${text}\n`);
    }
  }

  /** Takes the line away, so that output can follow. */
  clear(): void {
    if (this.#drawn) this.#terminal.err("\r\x1b[2K");
    this.#drawn = false;
  }
}
