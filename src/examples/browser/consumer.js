const asked = new URLSearchParams(location.search);
const show = (id, what) => document.getElementById(id).textContent = what;
const socket = new WebSocket((asked.get("bridge") ?? "ws://127.0.0.1:8080") + "/eventbus/websocket");
const send = frame => socket.send(JSON.stringify(frame));
let expected = 0, count = 0, missed = 0;

socket.onopen = () => {
  const token = asked.get("token");
  const headers = token ? {authorization: `Bearer ${token}`} : {};
  send({type: "register", address: `firstline.feed.${asked.get("feed") ?? "demo"}`, headers});
  setInterval(() => send({type: "ping"}), 5_000); // otherwise the bridge closes the connection as idle
  show("state", "connected");
};
socket.onmessage = ({data}) => {
  const {type, body} = JSON.parse(data);
  if (type === "err") return show("state", `refused: ${body}`);
  if (expected && body.sequence > expected) missed += body.sequence - expected;
  expected = body.sequence + 1;
  show("count", ++count);
  show("missed", missed);
  show("last", `${body.sequence} ${body.late ? "late " : ""}${body.text ?? body.base64}`);
};
socket.onclose = () => show("state", "closed");
