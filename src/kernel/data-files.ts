/**
 * The few things that the storage of logs and of metrics asks of a file system. Two implementations: the disk, and
 * memory for tests and the simulation. Failures are `DriverError`s: `NoSpace` (disk full), else `Failed`.
 */
export interface DataFiles {
  /** The folders that there are. */
  folders(): Promise<string[]>;
  /** The names of the files of a folder; none when there is no such folder. */
  list(folder: string): Promise<string[]>;
  /** Makes an empty file, and the folder when it is not there. The names are durable when it resolves. */
  create(folder: string, name: string): Promise<DataFile>;
  /** Opens an existing file. */
  open(folder: string, name: string, mode: "read" | "write"): Promise<DataFile>;
  /** Gives a file another name, in place of the file that had it. Durable when it resolves. */
  rename(folder: string, from: string, to: string): Promise<void>;
  /** Removing what is not there succeeds. */
  remove(folder: string, name: string): Promise<void>;
  removeFolder(folder: string): Promise<void>;
}

export interface DataFile {
  size(): Promise<number>;
  write(buffers: readonly Buffer[], position: number): Promise<void>;
  /** Resolves when what was written is durable. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  /** As many bytes as there are from `position`, at most `length`. */
  read(position: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}
