// Node.js, no packages, over the TCP bridge: consumer.mjs [HOST PORT [FEED]], the token in $FIRSTLINE_TOKEN
import net from "node:net";

const [host = "127.0.0.1", port = "7000", feed = "demo"] = process.argv.slice(2);
const token = process.env.FIRSTLINE_TOKEN;
const bridge = net.connect(Number(port), host);

function send(frame) {
  const json = Buffer.from(JSON.stringify(frame));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  bridge.write(Buffer.concat([length, json]));
}

send({type: "register", address: `firstline.feed.${feed}`, headers: token ? {authorization: `Bearer ${token}`} : {}});

let waiting = Buffer.alloc(0);
let expected = 0;
for await (const chunk of bridge) {
  waiting = Buffer.concat([waiting, chunk]);
  let length;
  while (waiting.length >= 4 && waiting.length >= 4 + (length = waiting.readUInt32BE())) {
    read(JSON.parse(waiting.subarray(4, 4 + length)));
    waiting = waiting.subarray(4 + length);
  }
}

function read({type, message: refusal, body}) {
  if (type === "err") throw new Error(`refused: ${refusal}`);
  if (expected && body.sequence > expected) console.error(`missed ${body.sequence - expected}`);
  expected = body.sequence + 1;
  console.log(`${body.sequence} ${body.late ? "late " : ""}${body.text ?? body.base64}`);
}
