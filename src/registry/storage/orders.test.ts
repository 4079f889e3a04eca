import { after } from "node:test";
import { blobStoreOrders } from "../../../test/contracts/blob-store.ts";
import { closeDiskBlobStores, makeDiskBlobStore } from "../../../test/support/disk-blob-store.ts";

const seeds = Number(process.env.ESTIVA_STORAGE_SEEDS) || 8;

after(closeDiskBlobStores);
blobStoreOrders({ name: "on a disk", make: makeDiskBlobStore }, seeds);
