import { after } from "node:test";
import { blobStoreContract, blobStoreOrders } from "../../../test/contracts/blob-store.ts";
import { closeDiskBlobStores, makeDiskBlobStore } from "../../../test/support/disk-blob-store.ts";

const subject = { name: "on a disk", make: makeDiskBlobStore };

after(closeDiskBlobStores);
blobStoreContract(subject);
blobStoreOrders(subject, 1); // more: orders.test.ts
