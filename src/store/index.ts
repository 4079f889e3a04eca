export { type EmbeddedOptions, type MemoryOptions, memoryEngine, openEmbeddedEngine } from "./embedded/index.ts";
export { createStore, type StoreHost, type StoreOptions } from "./store.ts";
