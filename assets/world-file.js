// The file of a world, chosen or dropped at the worlds. The browser sends it as it is, in pieces, and says how far it is.
// wrldbldr/state/archive.py hears what became of it.
import "./drop.js";

const LIMIT_BYTES = 4 * 1024 ** 3;
const TOO_LARGE = "This file is larger than 4 GiB; a larger world cannot be brought in.";
const NO_ANSWER = "WrldBldr does not answer. Check that it still runs, then try again.";
const NOT_READ = "The file could not be read. Try again in a moment.";

const show = (sent, all) => {
  const [bar, words] = ["world-sent", "world-sent-words"].map((id) => document.getElementById(id));
  if (!bar || !words) return;
  if (sent < all) bar.value = sent / all;
  else bar.removeAttribute("value"); // how long unpacking takes nobody knows
  words.textContent = sent < all ? `${Math.floor((100 * sent) / all)} % is there` : "Unpacking…";
};
const outcome = (request) => {
  let answer = {};
  try { answer = JSON.parse(request.responseText); } catch { /* not ours */ }
  return request.status === 201 ? { id: answer.id } : { error: answer.error?.message || NOT_READ };
};

export const send = (field) => new Promise((resolve) => {
  const input = document.getElementById(field);
  const file = input.files[0];
  input.value = ""; // the same file may be chosen again
  if (!file) return resolve({});
  if (file.size > LIMIT_BYTES) return resolve({ error: TOO_LARGE });
  const request = new XMLHttpRequest(); // fetch does not say how much is sent
  request.upload.onprogress = ({ loaded }) => show(loaded, file.size);
  request.onload = () => resolve(outcome(request));
  request.onerror = () => resolve({ error: NO_ANSWER });
  request.open("POST", "/api/worlds/import");
  request.setRequestHeader("content-type", "application/zip");
  request.send(file);
});
