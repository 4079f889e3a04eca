/**
 * A process in the network of a client, to which connections come by way of a Unix socket: `node tunnel.ts PATH`. The
 * first line of each is JSON that says where to: `{ host, port }`. Ends with its input.
 */
import { connect, createServer } from "node:net";

const server = createServer((near) => {
  near.once("data", (first) => {
    near.pause();
    const end = first.indexOf("\n");
    const far = connect(JSON.parse(first.toString("utf8", 0, end)) as { host: string; port: number });
    far.write(first.subarray(end + 1));
    near.pipe(far).pipe(near);
    far.on("error", () => near.destroy());
    near.on("error", () => far.destroy());
  });
});
server.listen(process.argv[2], () => console.log("listening"));
process.stdin.resume().on("end", () => process.exit());
